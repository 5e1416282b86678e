import type { SqlMigration } from './sql-migration.ts';

/** What filters of a directory need beside its tables. */
export const directorySearch: SqlMigration = {
  name: '20261122T42-directory-search',
  sql: `
-- readDateTime of libs/scim in SQL: milliseconds since 1970 of an xsd:dateTime, null when the text is none. Finer fractions are cut
-- off, no zone means UTC. Counted by hand, since timestamptz has no year 0 and its cast throws. Days: civil calendar, years from March.
create function directory_instant(p_text text) returns bigint
language plpgsql immutable strict parallel safe as $$
declare
  v_parts text[] := regexp_match(p_text,
    '^([0-9]{4})-([0-9]{2})-([0-9]{2})[Tt]([0-9]{2}):([0-9]{2}):([0-9]{2})([.][0-9]{1,12}){0,1}([Zz]|[+-][0-9]{2}:[0-9]{2}){0,1}$');
  v_year integer := v_parts[1]::integer;
  v_month integer := v_parts[2]::integer;
  v_day integer := v_parts[3]::integer;
  v_hour integer := v_parts[4]::integer;
  v_minute integer := v_parts[5]::integer;
  v_second integer := v_parts[6]::integer;
  v_zone text := coalesce(nullif(nullif(v_parts[8], 'Z'), 'z'), '+00:00');
  v_last_day integer;
  v_offset integer;
  v_days integer;
begin
  if v_parts is null or v_month not between 1 and 12 or v_hour > 23 or v_minute > 59 or v_second > 59 then
    return null;
  end if;
  v_last_day := case
    when v_month in (4, 6, 9, 11) then 30
    when v_month <> 2 then 31
    when v_year % 4 = 0 and (v_year % 100 <> 0 or v_year % 400 = 0) then 29
    else 28 end;
  if v_day not between 1 and v_last_day then
    return null;
  end if;
  if substr(v_zone, 2, 2)::integer > 14 or substr(v_zone, 5, 2)::integer > 59 then
    return null;
  end if;
  v_offset := (substr(v_zone, 2, 2)::integer * 60 + substr(v_zone, 5, 2)::integer) * case substr(v_zone, 1, 1) when '-' then -1 else 1 end;
  if v_month <= 2 then
    v_year := v_year - 1;
    v_month := v_month + 12;
  end if;
  -- floor, since March of the year before 0 begins a year that counts -1
  v_days := 365 * v_year + floor(v_year / 4.0) - floor(v_year / 100.0) + floor(v_year / 400.0)
    + (153 * (v_month - 3) + 2) / 5 + v_day - 719469;
  return ((v_days::bigint * 1440 + v_hour * 60 + v_minute - v_offset) * 60 + v_second) * 1000
    + rpad(substr(coalesce(v_parts[7], '.'), 2, 3), 3, '0')::integer;
end
$$;
`,
};

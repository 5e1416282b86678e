with before as (
  select count(*) as devices, count(*) filter (where device_hash = $3) as this from known_devices where org_id = $1 and user_id = $2
), noted as (
  insert into known_devices (org_id, user_id, device_hash, first_seen_at, last_seen_at) values ($1, $2, $3, $4, $4)
  on conflict (org_id, user_id, device_hash) do update set last_seen_at = $4
)
select case when this > 0 then 'known' when devices > 0 then 'new' else 'first' end as noted from before

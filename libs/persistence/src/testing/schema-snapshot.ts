import type { Client } from 'pg';

/** Each query gives one kind of object as SQL text, in a stable order; names come from the catalogue, never from a migration. */
const PARTS = [
  `select format(E'create table %s (\\n%s\\n);', c.relname, string_agg(line, E',\\n' order by n)) as sql
   from pg_class c
   cross join lateral (
     select a.attnum::integer as n,
       format('  %s %s%s%s', a.attname, format_type(a.atttypid, a.atttypmod),
         case when d.oid is null then '' else ' default ' || pg_get_expr(d.adbin, d.adrelid) end,
         case when a.attnotnull then ' not null' else '' end) as line
     from pg_attribute a left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
     where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
     union all
     select 10000 + row_number() over (order by o.contype desc, o.conname),
       format('  constraint %s %s', o.conname, pg_get_constraintdef(o.oid))
     from pg_constraint o where o.conrelid = c.oid and o.contype <> 'n'
   ) parts
   where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and c.relname <> 'mikro_orm_migrations'
   group by c.relname order by c.relname`,
  `select indexdef || ';' as sql from pg_indexes
   where schemaname = 'public' and not exists (select from pg_constraint o where o.conname = indexname)
   order by indexname`,
  `select format('alter table %s%s row level security;', c.relname, forced.how) as sql
   from pg_class c
   cross join lateral (
     select ' enable' as how where c.relrowsecurity union all select ' force' where c.relforcerowsecurity) forced
   where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
   order by c.relname, forced.how`,
  `select format(E'create policy %s on %s as %s for %s to %s\\n  using (%s)\\n  with check (%s);', policyname, tablename,
     lower(permissive), lower(cmd), array_to_string(roles, ', '), qual, with_check) as sql
   from pg_policies where schemaname = 'public' order by tablename, policyname`,
  `select pg_get_functiondef(p.oid) || ';' as sql from pg_proc p
   where p.pronamespace = 'public'::regnamespace order by p.proname`,
  `select pg_get_triggerdef(t.oid) || ';' as sql from pg_trigger t
   where not t.tgisinternal order by t.tgname`,
  `select format('grant %s on %s to %s;', string_agg(lower(privilege_type), ', ' order by privilege_type), table_name,
     grantee) as sql
   from information_schema.role_table_grants
   where table_schema = 'public' and grantee = 'rolecall_runtime'
   group by table_name, grantee order by table_name`,
  `select format('grant %s (%s) on %s to %s;', lower(acl.privilege_type), string_agg(a.attname, ', ' order by a.attname),
     a.attrelid::regclass, acl.grantee::regrole) as sql
   from pg_attribute a cross join lateral aclexplode(a.attacl) acl
   where a.attrelid in (select oid from pg_class where relnamespace = 'public'::regnamespace)
   group by a.attrelid, acl.privilege_type, acl.grantee order by 1`,
  `select format('grant execute on function %s to %s;', p.proname, coalesce(r.rolname, 'public')) as sql
   from pg_proc p
   cross join lateral aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) acl
   left join pg_roles r on r.oid = acl.grantee
   where p.pronamespace = 'public'::regnamespace and acl.grantee <> p.proowner
   order by p.proname, r.rolname`,
];

/** The schema of a migrated database as readable SQL, from the catalogue: tables, indexes, policies, functions, rights. */
export async function schemaSnapshot(owner: Client): Promise<string> {
  const parts: string[] = ['-- Generated from a migrated database; rewritten by UPDATE_CASES=1, never by hand.'];
  for (const part of PARTS) {
    const { rows } = await owner.query<{ sql: string }>(part);
    parts.push(...rows.map((row) => row.sql.trimEnd()));
  }
  return `${parts.join('\n\n')}\n`;
}

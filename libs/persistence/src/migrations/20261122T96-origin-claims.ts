import type { SqlMigration } from './sql-migration.ts';

/** Read by the step below across organizations, which their policies would hide from an owner who is no superuser. */
const BACKFILLED = ['organizations', 'revisions'];

/**
 * Origin -> organizations that declare it for an application behind a proxy, on or off: whose users an origin may let in. What lets them in
 * is `forward_origins`.
 */
export const originClaims: SqlMigration = {
  name: '20261122T96-origin-claims',
  sql: `
create table origin_claims (
  origin text not null,
  org_id uuid not null references organization_registry (org_id) on delete cascade,
  primary key (origin, org_id)
);
create index origin_claims_org_id on origin_claims (org_id);
grant select, insert, delete on origin_claims to rolecall_runtime;

${BACKFILLED.map((table) => `alter table ${table} no force row level security;`).join('\n')}
insert into origin_claims (origin, org_id)
select distinct c.origin, o.org_id
from organizations o
join revisions r on r.org_id = o.org_id and r.number = o.revision
cross join lateral jsonb_each(coalesce(r.document #> '{spec,applications}', '{}')) a
cross join lateral jsonb_array_elements_text(coalesce(a.value -> 'origins', '[]')) c(origin);
${BACKFILLED.map((table) => `alter table ${table} force row level security;`).join('\n')}
`,
};

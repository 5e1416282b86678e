import type { SqlMigration } from './sql-migration.ts';

/** Read by the step below across organizations, which its policy would hide from an owner who is no superuser. */
const BACKFILLED = ['organizations', 'revisions'];

/** Issuer -> organizations: a login that an OpenID provider begins (OpenID Connect Core 1.0, section 4) names nothing else. */
export const issuerRoutes: SqlMigration = {
  name: '20261122T34-issuer-routes',
  sql: `
create table openid_issuers (
  issuer text not null,
  org_id uuid not null references organization_registry (org_id) on delete cascade,
  primary key (issuer, org_id)
);
create index openid_issuers_org_id on openid_issuers (org_id);
grant select, insert, delete on openid_issuers to rolecall_runtime;

${BACKFILLED.map((table) => `alter table ${table} no force row level security;`).join('\n')}
insert into openid_issuers (issuer, org_id)
select distinct p.value->>'issuer', o.org_id
from organizations o
join revisions r on r.org_id = o.org_id and r.number = o.revision
cross join jsonb_each(r.document #> '{spec,identityProviders}') p
where p.value->>'type' = 'oidc' and p.value->>'issuer' is not null;
${BACKFILLED.map((table) => `alter table ${table} force row level security;`).join('\n')}
`,
};

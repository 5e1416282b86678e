import type { SqlMigration } from './sql-migration.ts';

const OWN_ROWS = `org_id = nullif(current_setting('rolecall.organization_id', true), '')::uuid`;

/**
 * E-mail domains that are proved by DNS. What an organization declares is a claim with a token of its own; only what is
 * asserted or proved routes, so `email_domains` stays what it was: one owner per domain. Domains that route already were all
 * asserted.
 */
export const verifiedDomains: SqlMigration = {
  name: '20261122T34-verified-domains',
  sql: `
alter table email_domains add column verification text not null default 'asserted';

create table domain_claims (
  org_id uuid not null references organizations on delete cascade,
  domain text not null,
  verification text not null,
  token text not null,
  claimed_at timestamptz(3) not null,
  verified_at timestamptz(3),
  checked_at timestamptz(3),
  failing_since timestamptz(3),
  error text,
  primary key (org_id, domain)
);
insert into domain_claims (org_id, domain, verification, token, claimed_at)
select e.org_id, e.domain, 'asserted', replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''), now()
from email_domains e;
alter table domain_claims enable row level security;
alter table domain_claims force row level security;
create policy own_organization on domain_claims using (${OWN_ROWS}) with check (${OWN_ROWS});
grant select, insert, update, delete on domain_claims to rolecall_runtime;

-- When which claim is looked up next: how background work over all organizations finds what to do.
create table domain_checks (
  org_id uuid not null references organization_registry (org_id) on delete cascade,
  domain text not null,
  due_at timestamptz(3) not null,
  primary key (org_id, domain)
);
create index domain_checks_due on domain_checks (due_at);
grant select, insert, update, delete on domain_checks to rolecall_runtime;
grant update on email_domains to rolecall_runtime;
`,
};

import type { SqlMigration } from './sql-migration.ts';

const TABLES = [
  'organizations',
  'revisions',
  'identity_provider_metadata',
  'organization_keys',
  'sealed_secrets',
  'users',
  'identities',
  'grants',
  'memberships',
  'sessions',
  'login_transactions',
  'used_assertions',
  'flow_records',
  'audit_heads',
  'audit_events',
];

const OWN_ROWS = `(org_id = nullif(current_setting('rolecall.organization_id', true), '')::uuid)`;

/** The policies, and what the runtime role may do where: no more than the stores need. */
export const rowLevelSecurity: SqlMigration = {
  name: '20261121T03-row-level-security',
  sql: `
${TABLES.map(
  (table) => `
alter table ${table} enable row level security;
alter table ${table} force row level security;
create policy own_organization on ${table} using ${OWN_ROWS} with check ${OWN_ROWS};`,
).join('\n')}

grant usage on schema public to rolecall_runtime;
grant select on mikro_orm_migrations to rolecall_runtime;
grant select, insert, update on organization_registry, collections, api_tokens to rolecall_runtime;
grant select, insert, update, delete on organization_previous_names, email_domains, collection_files to rolecall_runtime;
grant select, insert, update on organizations to rolecall_runtime;
grant select, insert, update, delete on identity_provider_metadata, sealed_secrets to rolecall_runtime;
grant select, insert on organization_keys to rolecall_runtime;
grant select, insert, update, delete on users, identities, grants, memberships, sessions to rolecall_runtime;
grant select, insert, update, delete on login_transactions to rolecall_runtime;
grant select, insert, delete on used_assertions, flow_records to rolecall_runtime;
grant select, insert, update on audit_heads to rolecall_runtime;
-- immutable: no update, no delete
grant select, insert on revisions, audit_events to rolecall_runtime;
`,
};

import type { SqlMigration } from './sql-migration.ts';

const OWN_ROWS = `org_id = nullif(current_setting('rolecall.organization_id', true), '')::uuid`;

/**
 * What a collection declared last, beside what is live: `applied_revision` made it live, and `declarations` holds it where it is
 * not that revision's document. What is live when this step runs counts as declared, since nobody else could write until now.
 */
export const threeValues: SqlMigration = {
  name: '20261122T63-three-values',
  sql: `
alter table organization_registry
  add column applied_revision integer,
  add column applied_digest text,
  add column drifts_at timestamptz(3),
  add column unmanaged integer not null default 0;
update organization_registry set applied_revision = revision, applied_digest = digest where collection is not null;
create index organization_registry_deviating on organization_registry (collection)
  where drifts_at is not null or unmanaged > 0;

create table declarations (
  org_id uuid not null references organizations on delete cascade,
  document jsonb,
  origin jsonb not null,
  primary key (org_id)
);

create table overrides (
  org_id uuid not null references organizations on delete cascade,
  path text not null,
  set_by text not null,
  reason text not null,
  set_at timestamptz(3) not null,
  expires_at timestamptz(3) not null,
  primary key (org_id, path)
);

${['declarations', 'overrides']
  .map(
    (table) => `
alter table ${table} enable row level security;
alter table ${table} force row level security;
create policy own_organization on ${table} using (${OWN_ROWS}) with check (${OWN_ROWS});
grant select, insert, update, delete on ${table} to rolecall_runtime;`,
  )
  .join('\n')}
`,
};

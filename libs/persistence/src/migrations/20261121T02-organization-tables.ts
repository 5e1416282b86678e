import type { SqlMigration } from './sql-migration.ts';

/**
 * Everything that belongs to one organization. Rows that a login writes refer to the user only, never to the organization:
 * a foreign key to one hot row would make all logins of an organization share its lock.
 */
export const organizationTables: SqlMigration = {
  name: '20261121T02-organization-tables',
  sql: `
create table organizations (
  org_id uuid primary key,
  name text not null,
  revision integer not null,
  created_at timestamptz(3) not null
);

create table revisions (
  org_id uuid not null references organizations on delete cascade,
  number integer not null,
  document jsonb not null,
  digest text not null,
  origin jsonb not null,
  applied_at timestamptz(3) not null,
  primary key (org_id, number)
);

create table identity_provider_metadata (
  org_id uuid not null references organizations on delete cascade,
  identity_provider text not null,
  metadata_xml text not null,
  signing_certificate text,
  primary key (org_id, identity_provider)
);

create table organization_keys (
  org_id uuid primary key references organizations on delete cascade,
  master_key_id text not null,
  wrapped_key bytea not null,
  created_at timestamptz(3) not null
);

create table sealed_secrets (
  org_id uuid not null references organizations on delete cascade,
  name text not null,
  sealed bytea not null,
  primary key (org_id, name)
);

create table users (
  org_id uuid not null references organizations on delete cascade,
  user_id uuid not null,
  status text not null default 'active',
  email text,
  given_name text,
  family_name text,
  display_name text,
  deciding_identity_provider text,
  deciding_name_id_format text,
  deciding_name_id text,
  created_at timestamptz(3) not null,
  updated_at timestamptz(3) not null,
  primary key (org_id, user_id)
);
create index users_email on users (org_id, lower(email));

create table identities (
  org_id uuid not null,
  identity_provider text not null,
  name_id_format text not null,
  name_id text not null,
  user_id uuid not null,
  facts jsonb not null,
  last_login_at timestamptz(3) not null,
  primary key (org_id, identity_provider, name_id_format, name_id),
  foreign key (org_id, user_id) references users on delete cascade
);
create index identities_user on identities (org_id, user_id);

create table grants (
  org_id uuid not null,
  user_id uuid not null,
  scope text not null,
  role text not null,
  sources jsonb not null,
  revision integer not null,
  granted_at timestamptz(3) not null,
  primary key (org_id, user_id, scope, role),
  foreign key (org_id, user_id) references users on delete cascade
);

create table memberships (
  org_id uuid not null,
  user_id uuid not null,
  group_name text not null,
  sources jsonb not null,
  revision integer not null,
  joined_at timestamptz(3) not null,
  primary key (org_id, user_id, group_name),
  foreign key (org_id, user_id) references users on delete cascade
);
create index memberships_group on memberships (org_id, group_name);

create table sessions (
  org_id uuid not null,
  token_hash bytea not null,
  user_id uuid not null,
  identity_provider text not null,
  name_id_format text not null,
  name_id text not null,
  session_index text,
  opened_at timestamptz(3) not null,
  expires_at timestamptz(3) not null,
  idle_seconds integer not null,
  idle_expires_at timestamptz(3) not null,
  announcement jsonb,
  primary key (org_id, token_hash),
  foreign key (org_id, user_id) references users on delete cascade
);
create index sessions_user on sessions (org_id, user_id);
create index sessions_expiry on sessions (org_id, expires_at);

create table login_transactions (
  org_id uuid not null,
  request_id text not null,
  identity_provider text not null,
  browser_hash bytea not null,
  trace_id text not null,
  return_to text,
  mode text not null,
  created_at timestamptz(3) not null,
  expires_at timestamptz(3) not null,
  handle_hash bytea,
  name_id text,
  name_id_format text,
  session_index text,
  session_not_on_or_after timestamptz(3),
  facts jsonb,
  primary key (org_id, request_id, identity_provider),
  constraint login_transactions_handle unique (org_id, handle_hash)
);
create index login_transactions_expiry on login_transactions (org_id, expires_at);

create table used_assertions (
  org_id uuid not null,
  identity_provider text not null,
  assertion_id text not null,
  replayable_until timestamptz(3) not null,
  primary key (org_id, identity_provider, assertion_id)
);
create index used_assertions_expiry on used_assertions (org_id, replayable_until);

create table flow_records (
  org_id uuid not null,
  trace_id text not null,
  kind text not null,
  identity_provider text not null,
  started_at timestamptz(3) not null,
  finished_at timestamptz(3) not null,
  outcome text not null,
  code text,
  must_act text,
  user_id uuid,
  steps jsonb not null,
  primary key (org_id, trace_id, finished_at)
);
create index flow_records_finished on flow_records (org_id, finished_at);

create table audit_heads (
  org_id uuid primary key,
  seq bigint not null,
  hash bytea not null
);

create table audit_events (
  org_id uuid not null,
  seq bigint not null,
  type text not null,
  at timestamptz(3) not null,
  actor_kind text not null,
  actor_id text not null,
  subject text not null,
  data jsonb not null,
  trace_id text,
  digest bytea not null,
  hash bytea not null,
  primary key (org_id, seq)
);
`,
};

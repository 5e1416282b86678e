import type { SqlMigration } from './sql-migration.ts';

const TABLES = [
  'directories',
  'directory_users',
  'directory_emails',
  'directory_groups',
  'directory_members',
  'directory_tokens',
  'directory_requests',
  'directory_holds',
  'offboarding_receipts',
];
const OWN_ROWS = `org_id = nullif(current_setting('rolecall.organization_id', true), '')::uuid`;

/**
 * What SCIM clients keep in an organization's directory. A directory user is a user, so ids are shared and rows go together. Keys are
 * folded before they come here (`normalizeKey`) and compared byte by byte: `folded` is the body with every text folded.
 */
export const directory: SqlMigration = {
  name: '20261122T40-directory',
  sql: `
create table directories (
  org_id uuid primary key references organizations on delete cascade,
  users integer not null default 0,
  active_users integer not null default 0,
  groups integer not null default 0
);

create table directory_users (
  org_id uuid not null,
  user_id uuid not null,
  user_name text not null,
  user_name_key text collate "C" not null,
  external_id text,
  active boolean not null,
  display_name_key text collate "C",
  body jsonb not null,
  folded jsonb not null,
  version bigint not null,
  decides boolean not null default true,
  created_at timestamptz(3) not null,
  modified_at timestamptz(3) not null,
  primary key (org_id, user_id),
  constraint directory_users_user_name unique (org_id, user_name_key),
  foreign key (org_id, user_id) references users on delete cascade
);
create index directory_users_external_id on directory_users (org_id, external_id);
create index directory_users_display_name on directory_users (org_id, display_name_key);
create index directory_users_modified on directory_users (org_id, modified_at);

create table directory_emails (
  org_id uuid not null,
  user_id uuid not null,
  position integer not null,
  value_key text collate "C",
  type_key text collate "C",
  is_primary boolean not null,
  primary key (org_id, user_id, position),
  foreign key (org_id, user_id) references directory_users on delete cascade
);
create index directory_emails_value on directory_emails (org_id, value_key);

create table directory_groups (
  org_id uuid not null references organizations on delete cascade,
  group_id uuid not null,
  display_name text not null,
  display_name_key text collate "C" not null,
  external_id text,
  body jsonb not null,
  folded jsonb not null,
  former_names text[] not null default '{}',
  former_name_keys text[] collate "C" not null default '{}',
  members integer not null default 0,
  version bigint not null,
  created_at timestamptz(3) not null,
  modified_at timestamptz(3) not null,
  primary key (org_id, group_id)
);
create index directory_groups_display_name on directory_groups (org_id, display_name_key);
create index directory_groups_former on directory_groups (org_id) where former_names <> '{}';
create index directory_groups_external_id on directory_groups (org_id, external_id);
create index directory_groups_modified on directory_groups (org_id, modified_at);

create table directory_members (
  org_id uuid not null,
  group_id uuid not null,
  user_id uuid not null,
  primary key (org_id, group_id, user_id),
  foreign key (org_id, group_id) references directory_groups on delete cascade,
  foreign key (org_id, user_id) references directory_users on delete cascade
);
create index directory_members_user on directory_members (org_id, user_id, group_id);

create table directory_tokens (
  org_id uuid not null references organizations on delete cascade,
  token_hash bytea not null,
  name text not null,
  created_at timestamptz(3) not null,
  expires_at timestamptz(3),
  last_used_at timestamptz(3),
  revoked_at timestamptz(3),
  primary key (org_id, token_hash)
);
create index directory_tokens_name on directory_tokens (org_id, name);

-- No foreign key, as for flow records: what is written behind a response waits for nobody.
create table directory_requests (
  org_id uuid not null,
  at timestamptz(3) not null,
  request_id text not null,
  token_name text not null,
  method text not null,
  route text not null,
  status integer not null,
  scim_type text,
  outcome text not null,
  quirks text[] not null,
  resource_type text,
  resource_id text,
  attributes text[] not null,
  detail text,
  hint text,
  payload jsonb,
  milliseconds integer not null,
  primary key (org_id, at, request_id)
);

-- No foreign key either: it is written by who has locked users, and an apply locks the organization before them.
create table directory_holds (
  org_id uuid not null,
  hold_id uuid not null,
  reason text not null,
  user_id uuid,
  at timestamptz(3) not null,
  released_at timestamptz(3),
  released_by text,
  primary key (org_id, hold_id)
);

-- What ended when a user was deactivated or deleted; stays when the user is gone, so it refers to no row.
create table offboarding_receipts (
  org_id uuid not null,
  receipt_id uuid not null,
  user_id uuid not null,
  at timestamptz(3) not null,
  actor text not null,
  cause text not null,
  was_active boolean not null,
  sessions integer not null,
  identities integer not null,
  grants integer not null,
  groups integer not null,
  primary key (org_id, receipt_id)
);
create index offboarding_receipts_at on offboarding_receipts (org_id, at);
create index offboarding_receipts_user on offboarding_receipts (org_id, user_id);

-- Who administrates: asked before the last one is deactivated or deleted.
create index grants_sso_admin on grants (org_id, user_id) where role = 'sso_admin';

${TABLES.map(
  (table) => `alter table ${table} enable row level security;
alter table ${table} force row level security;
create policy own_organization on ${table} using (${OWN_ROWS}) with check (${OWN_ROWS});`,
).join('\n')}
grant select, insert, update on directories, directory_holds, directory_tokens to rolecall_runtime;
grant select, insert, update, delete on directory_users, directory_emails, directory_groups, directory_members to rolecall_runtime;
grant select, insert, delete on directory_requests to rolecall_runtime;
grant select, insert on offboarding_receipts to rolecall_runtime;

create function forget_directory() returns trigger language plpgsql as $$
begin
  delete from public.directory_requests where org_id = old.org_id;
  delete from public.directory_holds where org_id = old.org_id;
  delete from public.offboarding_receipts where org_id = old.org_id;
  return null;
end
$$;
create trigger organizations_forget_directory
  after delete on organizations for each row execute function forget_directory();
`,
};

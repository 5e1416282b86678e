-- Generated from a migrated database; rewritten by UPDATE_CASES=1, never by hand.

create table api_tokens (
  id text not null,
  name text not null,
  token_hash bytea not null,
  rights text[] not null,
  created_at timestamp(3) with time zone not null,
  expires_at timestamp(3) with time zone,
  last_used_at timestamp(3) with time zone,
  revoked_at timestamp(3) with time zone,
  organizations text[],
  workload jsonb,
  constraint api_tokens_pkey PRIMARY KEY (id)
);

create table application_grants (
  org_id uuid not null,
  grant_id uuid not null,
  session_token_hash bytea not null,
  application text not null,
  client_id text not null,
  scope text not null,
  created_at timestamp(3) with time zone not null,
  constraint application_grants_pkey PRIMARY KEY (org_id, grant_id),
  constraint application_grants_org_id_session_token_hash_fkey FOREIGN KEY (org_id, session_token_hash) REFERENCES sessions(org_id, token_hash) ON DELETE CASCADE
);

create table application_tokens (
  org_id uuid not null,
  token_hash bytea not null,
  kind text not null,
  grant_id uuid not null,
  payload jsonb not null,
  issued_at timestamp(3) with time zone not null,
  expires_at timestamp(3) with time zone not null,
  consumed_at timestamp(3) with time zone,
  constraint application_tokens_pkey PRIMARY KEY (org_id, token_hash),
  constraint application_tokens_org_id_grant_id_fkey FOREIGN KEY (org_id, grant_id) REFERENCES application_grants(org_id, grant_id) ON DELETE CASCADE
);

create table apply_results (
  apply_id uuid not null,
  actor text not null,
  collection text not null,
  fingerprint text not null,
  summary jsonb not null,
  applied jsonb not null,
  applied_at timestamp(3) with time zone not null,
  constraint apply_results_pkey PRIMARY KEY (apply_id)
);

create table audit_address_days (
  one boolean default true not null,
  days integer not null,
  constraint audit_address_days_pkey PRIMARY KEY (one),
  constraint audit_address_days_days_check CHECK (((days >= 0) AND (days <= 3650))),
  constraint audit_address_days_one_check CHECK (one)
);

create table audit_events (
  org_id uuid not null,
  seq bigint not null,
  type text not null,
  at timestamp(3) with time zone not null,
  actor_kind text not null,
  actor_id text not null,
  subject text not null,
  data jsonb not null,
  trace_id text,
  digest bytea not null,
  hash bytea not null,
  origin bytea,
  constraint audit_events_pkey PRIMARY KEY (org_id, seq)
);

create table audit_heads (
  org_id uuid not null,
  seq bigint not null,
  hash bytea not null,
  constraint audit_heads_pkey PRIMARY KEY (org_id)
);

create table audit_origin_days (
  day date not null,
  org_id uuid not null,
  constraint audit_origin_days_pkey PRIMARY KEY (day, org_id)
);

create table audit_origins (
  org_id uuid not null,
  digest bytea not null,
  address inet not null,
  salt bytea not null,
  first_seen_at timestamp(3) with time zone not null,
  constraint audit_origins_pkey PRIMARY KEY (org_id, digest)
);

create table audit_sinks (
  sink text not null,
  tries integer default 0 not null,
  due_at timestamp(3) with time zone not null,
  claimed_until timestamp(3) with time zone,
  constraint audit_sinks_pkey PRIMARY KEY (sink)
);

create table audit_unsent (
  org_id uuid not null,
  sink text not null,
  after_seq bigint not null,
  constraint audit_unsent_pkey PRIMARY KEY (org_id, sink),
  constraint audit_unsent_sink_fkey FOREIGN KEY (sink) REFERENCES audit_sinks(sink) ON DELETE CASCADE
);

create table collection_files (
  collection text not null,
  path text not null,
  digest text not null,
  organizations text[] not null,
  constraint collection_files_pkey PRIMARY KEY (collection, path)
);

create table collection_leases (
  collection text not null,
  fencing integer not null,
  holder text not null,
  token text not null,
  taken_at timestamp(3) with time zone not null,
  expires_at timestamp(3) with time zone,
  secret_digest text,
  deletes integer default 0 not null,
  affected integer default 0 not null,
  constraint collection_leases_pkey PRIMARY KEY (collection)
);

create table collections (
  name text not null,
  generation integer default 0 not null,
  root_digest text,
  constraint collections_pkey PRIMARY KEY (name)
);

create table declarations (
  org_id uuid not null,
  document jsonb,
  origin jsonb not null,
  constraint declarations_pkey PRIMARY KEY (org_id),
  constraint declarations_org_id_fkey FOREIGN KEY (org_id) REFERENCES organizations(org_id) ON DELETE CASCADE
);

create table deployment_keys (
  name text not null,
  master_key_id text not null,
  wrapped_key bytea not null,
  created_at timestamp(3) with time zone not null,
  constraint deployment_keys_pkey PRIMARY KEY (name)
);

create table directories (
  org_id uuid not null,
  users integer default 0 not null,
  active_users integer default 0 not null,
  groups integer default 0 not null,
  offboarded integer default 0 not null,
  offboarded_since timestamp(3) with time zone default 'infinity'::timestamp with time zone not null,
  constraint directories_pkey PRIMARY KEY (org_id),
  constraint directories_org_id_fkey FOREIGN KEY (org_id) REFERENCES organizations(org_id) ON DELETE CASCADE
);

create table directory_emails (
  org_id uuid not null,
  user_id uuid not null,
  position integer not null,
  value_key text,
  type_key text,
  is_primary boolean not null,
  constraint directory_emails_pkey PRIMARY KEY (org_id, user_id, "position"),
  constraint directory_emails_org_id_user_id_fkey FOREIGN KEY (org_id, user_id) REFERENCES directory_users(org_id, user_id) ON DELETE CASCADE
);

create table directory_groups (
  org_id uuid not null,
  group_id uuid not null,
  display_name text not null,
  display_name_key text not null,
  external_id text,
  body jsonb not null,
  folded jsonb not null,
  former_names text[] default '{}'::text[] not null,
  former_name_keys text[] default '{}'::text[] not null,
  members integer default 0 not null,
  version bigint not null,
  created_at timestamp(3) with time zone not null,
  modified_at timestamp(3) with time zone not null,
  constraint directory_groups_pkey PRIMARY KEY (org_id, group_id),
  constraint directory_groups_org_id_fkey FOREIGN KEY (org_id) REFERENCES organizations(org_id) ON DELETE CASCADE
);

create table directory_holds (
  org_id uuid not null,
  hold_id uuid not null,
  reason text not null,
  user_id uuid,
  at timestamp(3) with time zone not null,
  released_at timestamp(3) with time zone,
  released_by text,
  constraint directory_holds_pkey PRIMARY KEY (org_id, hold_id)
);

create table directory_members (
  org_id uuid not null,
  group_id uuid not null,
  user_id uuid not null,
  constraint directory_members_pkey PRIMARY KEY (org_id, group_id, user_id),
  constraint directory_members_org_id_group_id_fkey FOREIGN KEY (org_id, group_id) REFERENCES directory_groups(org_id, group_id) ON DELETE CASCADE,
  constraint directory_members_org_id_user_id_fkey FOREIGN KEY (org_id, user_id) REFERENCES directory_users(org_id, user_id) ON DELETE CASCADE
);

create table directory_requests (
  org_id uuid not null,
  at timestamp(3) with time zone not null,
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
  constraint directory_requests_pkey PRIMARY KEY (org_id, at, request_id)
);

create table directory_rotations (
  org_id uuid not null,
  rotate_at timestamp(3) with time zone not null,
  constraint directory_rotations_pkey PRIMARY KEY (org_id),
  constraint directory_rotations_org_id_fkey FOREIGN KEY (org_id) REFERENCES organization_registry(org_id) ON DELETE CASCADE
);

create table directory_tokens (
  org_id uuid not null,
  token_hash bytea not null,
  name text not null,
  created_at timestamp(3) with time zone not null,
  expires_at timestamp(3) with time zone not null,
  last_used_at timestamp(3) with time zone,
  revoked_at timestamp(3) with time zone,
  token_id uuid not null,
  created_by text not null,
  rotate_at timestamp(3) with time zone not null,
  constraint directory_tokens_id UNIQUE (org_id, token_id),
  constraint directory_tokens_pkey PRIMARY KEY (org_id, token_hash),
  constraint directory_tokens_org_id_fkey FOREIGN KEY (org_id) REFERENCES organizations(org_id) ON DELETE CASCADE
);

create table directory_users (
  org_id uuid not null,
  user_id uuid not null,
  user_name text not null,
  user_name_key text not null,
  external_id text,
  active boolean not null,
  display_name_key text,
  body jsonb not null,
  folded jsonb not null,
  version bigint not null,
  decides boolean default true not null,
  created_at timestamp(3) with time zone not null,
  modified_at timestamp(3) with time zone not null,
  constraint directory_users_user_name UNIQUE (org_id, user_name_key),
  constraint directory_users_pkey PRIMARY KEY (org_id, user_id),
  constraint directory_users_org_id_user_id_fkey FOREIGN KEY (org_id, user_id) REFERENCES users(org_id, user_id) ON DELETE CASCADE
);

create table domain_checks (
  org_id uuid not null,
  domain text not null,
  due_at timestamp(3) with time zone not null,
  constraint domain_checks_pkey PRIMARY KEY (org_id, domain),
  constraint domain_checks_org_id_fkey FOREIGN KEY (org_id) REFERENCES organization_registry(org_id) ON DELETE CASCADE
);

create table domain_claims (
  org_id uuid not null,
  domain text not null,
  verification text not null,
  token text not null,
  claimed_at timestamp(3) with time zone not null,
  verified_at timestamp(3) with time zone,
  checked_at timestamp(3) with time zone,
  failing_since timestamp(3) with time zone,
  error text,
  constraint domain_claims_pkey PRIMARY KEY (org_id, domain),
  constraint domain_claims_org_id_fkey FOREIGN KEY (org_id) REFERENCES organizations(org_id) ON DELETE CASCADE
);

create table due_mails (
  org_id uuid not null,
  mail_id uuid not null,
  due_at timestamp(3) with time zone not null,
  give_up_at timestamp(3) with time zone not null,
  tries integer not null,
  constraint due_mails_pkey PRIMARY KEY (org_id, mail_id)
);

create table email_domains (
  domain text not null,
  org_id uuid not null,
  verification text default 'asserted'::text not null,
  constraint email_domains_pkey PRIMARY KEY (domain)
);

create table expiring_items (
  org_id uuid not null,
  kind text not null,
  name text not null,
  expires_at timestamp(3) with time zone not null,
  constraint expiring_items_pkey PRIMARY KEY (org_id, kind, name),
  constraint expiring_items_org_id_fkey FOREIGN KEY (org_id) REFERENCES organization_registry(org_id) ON DELETE CASCADE
);

create table expiry_notices (
  organization text not null,
  kind text not null,
  name text not null,
  expires_at timestamp(3) with time zone not null,
  threshold integer not null,
  sent_at timestamp(3) with time zone not null,
  constraint expiry_notices_pkey PRIMARY KEY (organization, kind, name, expires_at, threshold)
);

create table flow_records (
  org_id uuid not null,
  trace_id text not null,
  kind text not null,
  identity_provider text not null,
  started_at timestamp(3) with time zone not null,
  finished_at timestamp(3) with time zone not null,
  outcome text not null,
  code text,
  must_act text,
  user_id uuid,
  steps jsonb not null,
  vendor text,
  constraint flow_records_pkey PRIMARY KEY (org_id, trace_id, finished_at)
);

create table forward_origins (
  origin text not null,
  org_id uuid not null,
  application text not null,
  constraint forward_origins_pkey PRIMARY KEY (origin, org_id),
  constraint forward_origins_org_id_fkey FOREIGN KEY (org_id) REFERENCES organization_registry(org_id) ON DELETE CASCADE
);

create table forward_sessions (
  org_id uuid not null,
  token_hash bytea not null,
  session_token_hash bytea not null,
  origin text not null,
  flow_hash bytea,
  created_at timestamp(3) with time zone not null,
  handle_expires_at timestamp(3) with time zone,
  constraint forward_sessions_pkey PRIMARY KEY (org_id, token_hash),
  constraint forward_sessions_org_id_session_token_hash_fkey FOREIGN KEY (org_id, session_token_hash) REFERENCES sessions(org_id, token_hash) ON DELETE CASCADE,
  constraint forward_sessions_handle CHECK (((flow_hash IS NULL) = (handle_expires_at IS NULL)))
);

create table grant_history (
  org_id uuid not null,
  user_id uuid not null,
  scope text not null,
  role text not null,
  ended_at timestamp(3) with time zone not null,
  sources jsonb not null,
  revision integer not null,
  granted_at timestamp(3) with time zone not null,
  valid_from timestamp(3) with time zone,
  constraint grant_history_pkey PRIMARY KEY (org_id, user_id, scope, role, ended_at)
);

create table grants (
  org_id uuid not null,
  user_id uuid not null,
  scope text not null,
  role text not null,
  sources jsonb not null,
  revision integer not null,
  granted_at timestamp(3) with time zone not null,
  valid_from timestamp(3) with time zone,
  constraint grants_pkey PRIMARY KEY (org_id, user_id, scope, role),
  constraint grants_org_id_user_id_fkey FOREIGN KEY (org_id, user_id) REFERENCES users(org_id, user_id) ON DELETE CASCADE
);

create table identities (
  org_id uuid not null,
  identity_provider text not null,
  name_id_format text not null,
  name_id text not null,
  user_id uuid not null,
  facts jsonb not null,
  last_login_at timestamp(3) with time zone not null,
  constraint identities_pkey PRIMARY KEY (org_id, identity_provider, name_id_format, name_id),
  constraint identities_org_id_user_id_fkey FOREIGN KEY (org_id, user_id) REFERENCES users(org_id, user_id) ON DELETE CASCADE
);

create table identity_provider_metadata (
  org_id uuid not null,
  identity_provider text not null,
  metadata_xml text,
  enabled boolean default true not null,
  metadata_source text,
  held_xml text,
  held_digest text,
  held_code text,
  held_since timestamp(3) with time zone,
  constraint identity_provider_metadata_pkey PRIMARY KEY (org_id, identity_provider),
  constraint identity_provider_metadata_org_id_fkey FOREIGN KEY (org_id) REFERENCES organizations(org_id) ON DELETE CASCADE
);

create table known_devices (
  org_id uuid not null,
  user_id uuid not null,
  device_hash bytea not null,
  first_seen_at timestamp(3) with time zone not null,
  last_seen_at timestamp(3) with time zone not null,
  constraint known_devices_pkey PRIMARY KEY (org_id, user_id, device_hash),
  constraint known_devices_org_id_user_id_fkey FOREIGN KEY (org_id, user_id) REFERENCES users(org_id, user_id) ON DELETE CASCADE
);

create table local_accounts (
  org_id uuid not null,
  user_id uuid not null,
  email_key text not null,
  password_hash text,
  password_changed_at timestamp(3) with time zone,
  email_verified_at timestamp(3) with time zone,
  totp_secret bytea,
  totp_confirmed_at timestamp(3) with time zone,
  totp_last_step bigint,
  created_at timestamp(3) with time zone not null,
  constraint local_accounts_email UNIQUE (org_id, email_key),
  constraint local_accounts_pkey PRIMARY KEY (org_id, user_id),
  constraint local_accounts_org_id_user_id_fkey FOREIGN KEY (org_id, user_id) REFERENCES users(org_id, user_id) ON DELETE CASCADE
);

create table login_transactions (
  org_id uuid not null,
  request_id text not null,
  identity_provider text not null,
  browser_hash bytea,
  trace_id text not null,
  return_to text,
  mode text not null,
  created_at timestamp(3) with time zone not null,
  expires_at timestamp(3) with time zone not null,
  handle_hash bytea,
  name_id text,
  name_id_format text,
  session_index text,
  session_not_on_or_after timestamp(3) with time zone,
  facts jsonb,
  state_hash bytea,
  nonce text,
  code_verifier text,
  provider jsonb,
  answer jsonb,
  link_user_id uuid,
  unsolicited boolean default false not null,
  constraint login_transactions_handle UNIQUE (org_id, handle_hash),
  constraint login_transactions_state UNIQUE (org_id, state_hash),
  constraint login_transactions_pkey PRIMARY KEY (org_id, request_id, identity_provider),
  constraint login_transactions_browser CHECK ((unsolicited OR (browser_hash IS NOT NULL)))
);

create table logouts (
  org_id uuid not null,
  request_id text not null,
  identity_provider text not null,
  browser_hash bytea not null,
  state_hash bytea,
  everywhere boolean,
  expires_at timestamp(3) with time zone not null,
  constraint logouts_state UNIQUE (org_id, state_hash),
  constraint logouts_pkey PRIMARY KEY (org_id, request_id, identity_provider),
  constraint logouts_org_id_fkey FOREIGN KEY (org_id) REFERENCES organizations(org_id) ON DELETE CASCADE
);

create table mails (
  org_id uuid not null,
  mail_id uuid not null,
  sealed bytea not null,
  created_at timestamp(3) with time zone not null,
  constraint mails_pkey PRIMARY KEY (org_id, mail_id)
);

create table memberships (
  org_id uuid not null,
  user_id uuid not null,
  group_name text not null,
  sources jsonb not null,
  revision integer not null,
  joined_at timestamp(3) with time zone not null,
  constraint memberships_pkey PRIMARY KEY (org_id, user_id, group_name),
  constraint memberships_org_id_user_id_fkey FOREIGN KEY (org_id, user_id) REFERENCES users(org_id, user_id) ON DELETE CASCADE
);

create table metadata_refreshes (
  org_id uuid not null,
  identity_provider text not null,
  refresh_seconds integer,
  due_at timestamp(3) with time zone,
  claimed_until timestamp(3) with time zone,
  asked_at timestamp(3) with time zone,
  attempted_at timestamp(3) with time zone,
  succeeded_at timestamp(3) with time zone,
  failures integer default 0 not null,
  error_code text,
  certificates_expire_at timestamp(3) with time zone,
  metadata_valid_until timestamp(3) with time zone,
  constraint metadata_refreshes_pkey PRIMARY KEY (org_id, identity_provider),
  constraint metadata_refreshes_org_id_identity_provider_fkey FOREIGN KEY (org_id, identity_provider) REFERENCES identity_provider_metadata(org_id, identity_provider) ON UPDATE CASCADE ON DELETE CASCADE
);

create table offboarding_receipts (
  org_id uuid not null,
  receipt_id uuid not null,
  user_id uuid not null,
  at timestamp(3) with time zone not null,
  actor text not null,
  cause text not null,
  was_active boolean not null,
  sessions integer not null,
  identities integer not null,
  grants integer not null,
  groups integer not null,
  effective_at timestamp(3) with time zone,
  milliseconds integer,
  sign_ins integer default 0 not null,
  links integer default 0 not null,
  devices integer default 0 not null,
  recovery_sessions integer default 0 not null,
  applications integer default 0 not null,
  forward_auth integer default 0 not null,
  constraint offboarding_receipts_pkey PRIMARY KEY (org_id, receipt_id)
);

create table one_time_links (
  org_id uuid not null,
  token_hash bytea not null,
  purpose text not null,
  user_id uuid,
  address_key text not null,
  about text,
  created_by text not null,
  created_at timestamp(3) with time zone not null,
  expires_at timestamp(3) with time zone not null,
  printed boolean default false not null,
  constraint one_time_links_pkey PRIMARY KEY (org_id, token_hash),
  constraint one_time_links_org_id_fkey FOREIGN KEY (org_id) REFERENCES organizations(org_id) ON DELETE CASCADE,
  constraint one_time_links_org_id_user_id_fkey FOREIGN KEY (org_id, user_id) REFERENCES users(org_id, user_id) ON DELETE CASCADE
);

create table openid_issuers (
  issuer text not null,
  org_id uuid not null,
  constraint openid_issuers_pkey PRIMARY KEY (issuer, org_id),
  constraint openid_issuers_org_id_fkey FOREIGN KEY (org_id) REFERENCES organization_registry(org_id) ON DELETE CASCADE
);

create table organization_keys (
  org_id uuid not null,
  master_key_id text not null,
  wrapped_key bytea not null,
  created_at timestamp(3) with time zone not null,
  constraint organization_keys_pkey PRIMARY KEY (org_id),
  constraint organization_keys_org_id_fkey FOREIGN KEY (org_id) REFERENCES organizations(org_id) ON DELETE CASCADE
);

create table organization_previous_names (
  name text not null,
  org_id uuid not null,
  constraint organization_previous_names_pkey PRIMARY KEY (name)
);

create table organization_registry (
  name text not null,
  org_id uuid not null,
  collection text,
  revision integer not null,
  digest text not null,
  deletion_policy text not null,
  applied_revision integer,
  applied_digest text,
  drifts_at timestamp(3) with time zone,
  unmanaged integer default 0 not null,
  constraint organization_registry_org_id UNIQUE (org_id),
  constraint organization_registry_pkey PRIMARY KEY (name)
);

create table organizations (
  org_id uuid not null,
  name text not null,
  revision integer not null,
  created_at timestamp(3) with time zone not null,
  runtime_version integer default 0 not null,
  constraint organizations_pkey PRIMARY KEY (org_id)
);

create table origin_claims (
  origin text not null,
  org_id uuid not null,
  constraint origin_claims_pkey PRIMARY KEY (origin, org_id),
  constraint origin_claims_org_id_fkey FOREIGN KEY (org_id) REFERENCES organization_registry(org_id) ON DELETE CASCADE
);

create table overrides (
  org_id uuid not null,
  path text not null,
  set_by text not null,
  reason text not null,
  set_at timestamp(3) with time zone not null,
  expires_at timestamp(3) with time zone not null,
  former jsonb,
  stays text,
  constraint overrides_pkey PRIMARY KEY (org_id, path),
  constraint overrides_org_id_fkey FOREIGN KEY (org_id) REFERENCES organizations(org_id) ON DELETE CASCADE
);

create table pending_sign_ins (
  org_id uuid not null,
  handle_hash bytea not null,
  browser_hash bytea not null,
  user_id uuid not null,
  password_changed_at timestamp(3) with time zone not null,
  tries integer not null,
  email_code_hash bytea,
  trace_id text not null,
  return_to text,
  started_at timestamp(3) with time zone not null,
  expires_at timestamp(3) with time zone not null,
  constraint pending_sign_ins_pkey PRIMARY KEY (org_id, handle_hash),
  constraint pending_sign_ins_org_id_user_id_fkey FOREIGN KEY (org_id, user_id) REFERENCES users(org_id, user_id) ON DELETE CASCADE
);

create table platform_revisions (
  number integer not null,
  collection text not null,
  document jsonb not null,
  digest text not null,
  origin jsonb not null,
  applied_at timestamp(3) with time zone not null,
  moved_to text,
  constraint platform_revisions_pkey PRIMARY KEY (number)
);

create table provider_keys (
  algorithm text not null,
  generation integer not null,
  public_key jsonb not null,
  current_from timestamp(3) with time zone not null,
  created_at timestamp(3) with time zone not null,
  constraint provider_keys_pkey PRIMARY KEY (algorithm, generation)
);

create table rate_limits (
  key character varying(255) not null,
  points integer default 0 not null,
  expire bigint,
  constraint rate_limits_pkey PRIMARY KEY (key)
);

create table recovery_codes (
  org_id uuid not null,
  user_id uuid not null,
  code_hash bytea not null,
  constraint recovery_codes_pkey PRIMARY KEY (org_id, user_id, code_hash),
  constraint recovery_codes_org_id_user_id_fkey FOREIGN KEY (org_id, user_id) REFERENCES local_accounts(org_id, user_id) ON DELETE CASCADE
);

create table recovery_sessions (
  org_id uuid not null,
  token_hash bytea not null,
  address_key text not null,
  opened_at timestamp(3) with time zone not null,
  expires_at timestamp(3) with time zone not null,
  admin_id text,
  constraint recovery_sessions_pkey PRIMARY KEY (org_id, token_hash),
  constraint recovery_sessions_org_id_fkey FOREIGN KEY (org_id) REFERENCES organizations(org_id) ON DELETE CASCADE
);

create table revisions (
  org_id uuid not null,
  number integer not null,
  document jsonb not null,
  digest text not null,
  origin jsonb not null,
  applied_at timestamp(3) with time zone not null,
  constraint revisions_pkey PRIMARY KEY (org_id, number),
  constraint revisions_org_id_fkey FOREIGN KEY (org_id) REFERENCES organizations(org_id) ON DELETE CASCADE
);

create table saved_plans (
  plan_id uuid not null,
  collection text not null,
  fingerprint text not null,
  base text not null,
  expires_at timestamp(3) with time zone not null,
  used_at timestamp(3) with time zone,
  constraint saved_plans_pkey PRIMARY KEY (plan_id)
);

create table sealed_secrets (
  org_id uuid not null,
  name text not null,
  sealed bytea not null,
  constraint sealed_secrets_pkey PRIMARY KEY (org_id, name),
  constraint sealed_secrets_org_id_fkey FOREIGN KEY (org_id) REFERENCES organizations(org_id) ON DELETE CASCADE
);

create table service_provider_keys (
  org_id uuid not null,
  identity_provider text not null,
  use text not null,
  generation integer not null,
  certificate text not null,
  secret_name text not null,
  current_from timestamp(3) with time zone not null,
  overlap_seconds integer not null,
  constraint service_provider_keys_pkey PRIMARY KEY (org_id, identity_provider, use, generation),
  constraint service_provider_keys_org_id_identity_provider_fkey FOREIGN KEY (org_id, identity_provider) REFERENCES identity_provider_metadata(org_id, identity_provider) ON UPDATE CASCADE ON DELETE CASCADE
);

create table sessions (
  org_id uuid not null,
  token_hash bytea not null,
  user_id uuid not null,
  identity_provider text not null,
  name_id_format text not null,
  name_id text not null,
  session_index text,
  opened_at timestamp(3) with time zone not null,
  expires_at timestamp(3) with time zone not null,
  idle_seconds integer not null,
  idle_expires_at timestamp(3) with time zone not null,
  announcement jsonb,
  browser text,
  constraint sessions_pkey PRIMARY KEY (org_id, token_hash),
  constraint sessions_org_id_user_id_fkey FOREIGN KEY (org_id, user_id) REFERENCES users(org_id, user_id) ON DELETE CASCADE
);

create table signing_keys (
  generation integer not null,
  public_key jsonb not null,
  current_from timestamp(3) with time zone not null,
  created_at timestamp(3) with time zone not null,
  constraint signing_keys_pkey PRIMARY KEY (generation)
);

create table sso_evidence (
  org_id uuid not null,
  identity_provider text not null,
  connection_digest text not null,
  revision integer not null,
  kind text not null,
  at timestamp(3) with time zone not null,
  constraint sso_evidence_pkey PRIMARY KEY (org_id, identity_provider)
);

create table sso_tests (
  org_id uuid not null,
  test_id uuid not null,
  identity_provider text not null,
  token_hash bytea not null,
  created_by text not null,
  created_at timestamp(3) with time zone not null,
  expires_at timestamp(3) with time zone not null,
  trace_id text,
  finished_at timestamp(3) with time zone,
  result jsonb,
  constraint sso_tests_token UNIQUE (org_id, token_hash),
  constraint sso_tests_pkey PRIMARY KEY (org_id, test_id),
  constraint sso_tests_org_id_fkey FOREIGN KEY (org_id) REFERENCES organizations(org_id) ON DELETE CASCADE
);

create table used_assertions (
  org_id uuid not null,
  identity_provider text not null,
  assertion_id text not null,
  replayable_until timestamp(3) with time zone not null,
  constraint used_assertions_pkey PRIMARY KEY (org_id, identity_provider, assertion_id)
);

create table used_workload_tokens (
  replay_key bytea not null,
  expires_at timestamp(3) with time zone not null,
  constraint used_workload_tokens_pkey PRIMARY KEY (replay_key)
);

create table users (
  org_id uuid not null,
  user_id uuid not null,
  status text default 'active'::text not null,
  email text,
  given_name text,
  family_name text,
  display_name text,
  deciding_identity_provider text,
  deciding_name_id_format text,
  deciding_name_id text,
  created_at timestamp(3) with time zone not null,
  updated_at timestamp(3) with time zone not null,
  email_key text default lower(email),
  stopped_at timestamp(3) with time zone,
  constraint users_pkey PRIMARY KEY (org_id, user_id),
  constraint users_org_id_fkey FOREIGN KEY (org_id) REFERENCES organizations(org_id) ON DELETE CASCADE
);

CREATE INDEX application_grants_session ON public.application_grants USING btree (org_id, session_token_hash);

CREATE INDEX application_tokens_expiry ON public.application_tokens USING btree (org_id, expires_at);

CREATE INDEX application_tokens_grant ON public.application_tokens USING btree (org_id, grant_id);

CREATE INDEX apply_results_applied_at ON public.apply_results USING btree (applied_at);

CREATE INDEX audit_events_actor ON public.audit_events USING btree (org_id, actor_id, seq);

CREATE INDEX audit_events_at ON public.audit_events USING btree (org_id, at);

CREATE INDEX audit_events_origin ON public.audit_events USING btree (org_id, origin, seq) WHERE (origin IS NOT NULL);

CREATE INDEX audit_events_subject ON public.audit_events USING btree (org_id, subject, seq);

CREATE INDEX audit_events_type ON public.audit_events USING btree (org_id, type, seq);

CREATE INDEX audit_origins_address ON public.audit_origins USING btree (org_id, address);

CREATE INDEX audit_origins_first_seen ON public.audit_origins USING btree (org_id, first_seen_at);

CREATE INDEX audit_unsent_sink ON public.audit_unsent USING btree (sink);

CREATE INDEX directory_emails_value ON public.directory_emails USING btree (org_id, value_key);

CREATE INDEX directory_groups_display_name ON public.directory_groups USING btree (org_id, display_name_key);

CREATE INDEX directory_groups_external_id ON public.directory_groups USING btree (org_id, external_id);

CREATE INDEX directory_groups_former ON public.directory_groups USING btree (org_id) WHERE (former_names <> '{}'::text[]);

CREATE INDEX directory_groups_modified ON public.directory_groups USING btree (org_id, modified_at);

CREATE INDEX directory_members_user ON public.directory_members USING btree (org_id, user_id, group_id);

CREATE UNIQUE INDEX directory_requests_id ON public.directory_requests USING btree (org_id, request_id);

CREATE INDEX directory_requests_refused ON public.directory_requests USING btree (org_id, at, request_id) WHERE (outcome = ANY (ARRAY['refused'::text, 'failed'::text]));

CREATE INDEX directory_requests_resource ON public.directory_requests USING btree (org_id, resource_id, at, request_id) WHERE (resource_id IS NOT NULL);

CREATE INDEX directory_rotations_due ON public.directory_rotations USING btree (rotate_at);

CREATE INDEX directory_tokens_name ON public.directory_tokens USING btree (org_id, name);

CREATE INDEX directory_users_created ON public.directory_users USING btree (org_id, created_at);

CREATE INDEX directory_users_display_name ON public.directory_users USING btree (org_id, display_name_key);

CREATE INDEX directory_users_external_id ON public.directory_users USING btree (org_id, external_id);

CREATE INDEX directory_users_modified ON public.directory_users USING btree (org_id, modified_at);

CREATE INDEX domain_checks_due ON public.domain_checks USING btree (due_at);

CREATE INDEX due_mails_give_up ON public.due_mails USING btree (give_up_at);

CREATE INDEX email_domains_org_id ON public.email_domains USING btree (org_id);

CREATE INDEX expiring_items_expiry ON public.expiring_items USING btree (expires_at);

CREATE INDEX flow_records_finished ON public.flow_records USING btree (org_id, finished_at);

CREATE INDEX flow_records_refused ON public.flow_records USING btree (org_id, finished_at, trace_id) WHERE (outcome = 'refused'::text);

CREATE INDEX forward_origins_org_id ON public.forward_origins USING btree (org_id);

CREATE INDEX forward_sessions_expiry ON public.forward_sessions USING btree (org_id, handle_expires_at);

CREATE INDEX forward_sessions_session ON public.forward_sessions USING btree (org_id, session_token_hash);

CREATE INDEX grants_role ON public.grants USING btree (org_id, role, user_id);

CREATE INDEX grants_sso_admin ON public.grants USING btree (org_id, user_id) WHERE (role = 'sso_admin'::text);

CREATE INDEX identities_user ON public.identities USING btree (org_id, user_id);

CREATE INDEX login_transactions_expiry ON public.login_transactions USING btree (org_id, expires_at);

CREATE INDEX logouts_expiry ON public.logouts USING btree (org_id, expires_at);

CREATE INDEX memberships_group_user ON public.memberships USING btree (org_id, group_name, user_id);

CREATE INDEX metadata_refreshes_certificates ON public.metadata_refreshes USING btree (certificates_expire_at);

CREATE INDEX metadata_refreshes_due ON public.metadata_refreshes USING btree (due_at);

CREATE INDEX offboarding_receipts_at ON public.offboarding_receipts USING btree (org_id, at);

CREATE INDEX offboarding_receipts_user ON public.offboarding_receipts USING btree (org_id, user_id);

CREATE INDEX one_time_links_expiry ON public.one_time_links USING btree (org_id, expires_at);

CREATE UNIQUE INDEX one_time_links_one ON public.one_time_links USING btree (org_id, purpose, COALESCE((user_id)::text, address_key));

CREATE INDEX one_time_links_user ON public.one_time_links USING btree (org_id, user_id);

CREATE INDEX openid_issuers_org_id ON public.openid_issuers USING btree (org_id);

CREATE INDEX organization_previous_names_org_id ON public.organization_previous_names USING btree (org_id);

CREATE INDEX organization_registry_collection ON public.organization_registry USING btree (collection);

CREATE INDEX organization_registry_deviating ON public.organization_registry USING btree (collection) WHERE ((drifts_at IS NOT NULL) OR (unmanaged > 0));

CREATE INDEX origin_claims_org_id ON public.origin_claims USING btree (org_id);

CREATE INDEX pending_sign_ins_expiry ON public.pending_sign_ins USING btree (org_id, expires_at);

CREATE INDEX pending_sign_ins_user ON public.pending_sign_ins USING btree (org_id, user_id);

CREATE INDEX rate_limits_expire ON public.rate_limits USING btree (expire);

CREATE INDEX recovery_sessions_address ON public.recovery_sessions USING btree (org_id, address_key);

CREATE INDEX saved_plans_expires_at ON public.saved_plans USING btree (expires_at);

CREATE INDEX sessions_expiry ON public.sessions USING btree (org_id, expires_at);

CREATE INDEX sessions_subject ON public.sessions USING btree (org_id, name_id);

CREATE INDEX sessions_user ON public.sessions USING btree (org_id, user_id);

CREATE INDEX sso_tests_expiry ON public.sso_tests USING btree (org_id, expires_at);

CREATE INDEX sso_tests_trace ON public.sso_tests USING btree (org_id, trace_id);

CREATE INDEX used_assertions_expiry ON public.used_assertions USING btree (org_id, replayable_until);

CREATE INDEX used_workload_tokens_expires_at ON public.used_workload_tokens USING btree (expires_at);

CREATE INDEX users_email ON public.users USING btree (org_id, email_key);

CREATE INDEX users_status ON public.users USING btree (org_id, status, user_id);

CREATE INDEX users_unmanaged ON public.users USING btree (org_id, user_id) WHERE (deciding_identity_provider IS DISTINCT FROM '@directory'::text);

alter table application_grants enable row level security;

alter table application_grants force row level security;

alter table application_tokens enable row level security;

alter table application_tokens force row level security;

alter table audit_events enable row level security;

alter table audit_events force row level security;

alter table audit_heads enable row level security;

alter table audit_heads force row level security;

alter table audit_origins enable row level security;

alter table audit_origins force row level security;

alter table declarations enable row level security;

alter table declarations force row level security;

alter table directories enable row level security;

alter table directories force row level security;

alter table directory_emails enable row level security;

alter table directory_emails force row level security;

alter table directory_groups enable row level security;

alter table directory_groups force row level security;

alter table directory_holds enable row level security;

alter table directory_holds force row level security;

alter table directory_members enable row level security;

alter table directory_members force row level security;

alter table directory_requests enable row level security;

alter table directory_requests force row level security;

alter table directory_tokens enable row level security;

alter table directory_tokens force row level security;

alter table directory_users enable row level security;

alter table directory_users force row level security;

alter table domain_claims enable row level security;

alter table domain_claims force row level security;

alter table flow_records enable row level security;

alter table flow_records force row level security;

alter table forward_sessions enable row level security;

alter table forward_sessions force row level security;

alter table grant_history enable row level security;

alter table grant_history force row level security;

alter table grants enable row level security;

alter table grants force row level security;

alter table identities enable row level security;

alter table identities force row level security;

alter table identity_provider_metadata enable row level security;

alter table identity_provider_metadata force row level security;

alter table known_devices enable row level security;

alter table known_devices force row level security;

alter table local_accounts enable row level security;

alter table local_accounts force row level security;

alter table login_transactions enable row level security;

alter table login_transactions force row level security;

alter table logouts enable row level security;

alter table logouts force row level security;

alter table mails enable row level security;

alter table mails force row level security;

alter table memberships enable row level security;

alter table memberships force row level security;

alter table offboarding_receipts enable row level security;

alter table offboarding_receipts force row level security;

alter table one_time_links enable row level security;

alter table one_time_links force row level security;

alter table organization_keys enable row level security;

alter table organization_keys force row level security;

alter table organizations enable row level security;

alter table organizations force row level security;

alter table overrides enable row level security;

alter table overrides force row level security;

alter table pending_sign_ins enable row level security;

alter table pending_sign_ins force row level security;

alter table recovery_codes enable row level security;

alter table recovery_codes force row level security;

alter table recovery_sessions enable row level security;

alter table recovery_sessions force row level security;

alter table revisions enable row level security;

alter table revisions force row level security;

alter table sealed_secrets enable row level security;

alter table sealed_secrets force row level security;

alter table service_provider_keys enable row level security;

alter table service_provider_keys force row level security;

alter table sessions enable row level security;

alter table sessions force row level security;

alter table sso_evidence enable row level security;

alter table sso_evidence force row level security;

alter table sso_tests enable row level security;

alter table sso_tests force row level security;

alter table used_assertions enable row level security;

alter table used_assertions force row level security;

alter table users enable row level security;

alter table users force row level security;

create policy own_organization on application_grants as permissive for all to public
  using ((org_id = (NULLIF(current_setting('rolecall.organization_id'::text, true), ''::text))::uuid))
  with check ((org_id = (NULLIF(current_setting('rolecall.organization_id'::text, true), ''::text))::uuid));

create policy own_organization on application_tokens as permissive for all to public
  using ((org_id = (NULLIF(current_setting('rolecall.organization_id'::text, true), ''::text))::uuid))
  with check ((org_id = (NULLIF(current_setting('rolecall.organization_id'::text, true), ''::text))::uuid));

create policy own_organization on audit_events as permissive for all to public
  using ((org_id = (NULLIF(current_setting('rolecall.organization_id'::text, true), ''::text))::uuid))
  with check ((org_id = (NULLIF(current_setting('rolecall.organization_id'::text, true), ''::text))::uuid));

create policy own_organization on audit_heads as permissive for all to public
  using ((org_id = (NULLIF(current_setting('rolecall.organization_id'::text, true), ''::text))::uuid))
  with check ((org_id = (NULLIF(current_setting('rolecall.organization_id'::text, true), ''::text))::uuid));

create policy own_organization on audit_origins as permissive for all to public
  using ((org_id = (NULLIF(current_setting('rolecall.organization_id'::text, true), ''::text))::uuid))
  with check ((org_id = (NULLIF(current_setting('rolecall.organization_id'::text, true), ''::text))::uuid));

create policy own_organization on declarations as permissive for all to public
  using ((org_id = (NULLIF(current_setting('rolecall.organization_id'::text, true), ''::text))::uuid))
  with check ((org_id = (NULLIF(current_setting('rolecall.organization_id'::text, true), ''::text))::uuid));

create policy own_organization on directories as permissive for all to public
  using ((org_id = (NULLIF(current_setting('rolecall.organization_id'::text, true), ''::text))::uuid))
  with check ((org_id = (NULLIF(current_setting('rolecall.organization_id'::text, true), ''::text))::uuid));

create policy own_organization on directory_emails as permissive for all to public
  using ((org_id = (NULLIF(current_setting('rolecall.organization_id'::text, true), ''::text))::uuid))
  with check ((org_id = (NULLIF(current_setting('rolecall.organization_id'::text, true), ''::text))::uuid));

create policy own_organization on directory_groups as permissive for all to public
  using ((org_id = (NULLIF(current_setting('rolecall.organization_id'::text, true), ''::text))::uuid))
  with check ((org_id = (NULLIF(current_setting('rolecall.organization_id'::text, true), ''::text))::uuid));

create policy own_organization on directory_holds as permissive for all to public
  using ((org_id = (NULLIF(current_setting('rolecall.organization_id'::text, true), ''::text))::uuid))
  with check ((org_id = (NULLIF(current_setting('rolecall.organization_id'::text, true), ''::text))::uuid));

create policy own_organization on directory_members as permissive for all to public
  using ((org_id = (NULLIF(current_setting('rolecall.organization_id'::text, true), ''::text))::uuid))
  with check ((org_id = (NULLIF(current_setting('rolecall.organization_id'::text, true), ''::text))::uuid));

create policy own_organization on directory_requests as permissive for all to public
  using ((org_id = (NULLIF(current_setting('rolecall.organization_id'::text, true), ''::text))::uuid))
  with check ((org_id = (NULLIF(current_setting('rolecall.organization_id'::text, true), ''::text))::uuid));

create policy own_organization on directory_tokens as permissive for all to public
  using ((org_id = (NULLIF(current_setting('rolecall.organization_id'::text, true), ''::text))::uuid))
  with check ((org_id = (NULLIF(current_setting('rolecall.organization_id'::text, true), ''::text))::uuid));

create policy own_organization on directory_users as permissive for all to public
  using ((org_id = (NULLIF(current_setting('rolecall.organization_id'::text, true), ''::text))::uuid))
  with check ((org_id = (NULLIF(current_setting('rolecall.organization_id'::text, true), ''::text))::uuid));

create policy own_organization on domain_claims as permissive for all to public
  using ((org_id = (NULLIF(current_setting('rolecall.organization_id'::text, true), ''::text))::uuid))
  with check ((org_id = (NULLIF(current_setting('rolecall.organization_id'::text, true), ''::text))::uuid));

create policy own_organization on flow_records as permissive for all to public
  using ((org_id = (NULLIF(current_setting('rolecall.organization_id'::text, true), ''::text))::uuid))
  with check ((org_id = (NULLIF(current_setting('rolecall.organization_id'::text, true), ''::text))::uuid));

create policy own_organization on forward_sessions as permissive for all to public
  using ((org_id = (NULLIF(current_setting('rolecall.organization_id'::text, true), ''::text))::uuid))
  with check ((org_id = (NULLIF(current_setting('rolecall.organization_id'::text, true), ''::text))::uuid));

create policy own_organization on grant_history as permissive for all to public
  using ((org_id = (NULLIF(current_setting('rolecall.organization_id'::text, true), ''::text))::uuid))
  with check ((org_id = (NULLIF(current_setting('rolecall.organization_id'::text, true), ''::text))::uuid));

create policy own_organization on grants as permissive for all to public
  using ((org_id = (NULLIF(current_setting('rolecall.organization_id'::text, true), ''::text))::uuid))
  with check ((org_id = (NULLIF(current_setting('rolecall.organization_id'::text, true), ''::text))::uuid));

create policy own_organization on identities as permissive for all to public
  using ((org_id = (NULLIF(current_setting('rolecall.organization_id'::text, true), ''::text))::uuid))
  with check ((org_id = (NULLIF(current_setting('rolecall.organization_id'::text, true), ''::text))::uuid));

create policy own_organization on identity_provider_metadata as permissive for all to public
  using ((org_id = (NULLIF(current_setting('rolecall.organization_id'::text, true), ''::text))::uuid))
  with check ((org_id = (NULLIF(current_setting('rolecall.organization_id'::text, true), ''::text))::uuid));

create policy own_organization on known_devices as permissive for all to public
  using ((org_id = (NULLIF(current_setting('rolecall.organization_id'::text, true), ''::text))::uuid))
  with check ((org_id = (NULLIF(current_setting('rolecall.organization_id'::text, true), ''::text))::uuid));

create policy own_organization on local_accounts as permissive for all to public
  using ((org_id = (NULLIF(current_setting('rolecall.organization_id'::text, true), ''::text))::uuid))
  with check ((org_id = (NULLIF(current_setting('rolecall.organization_id'::text, true), ''::text))::uuid));

create policy own_organization on login_transactions as permissive for all to public
  using ((org_id = (NULLIF(current_setting('rolecall.organization_id'::text, true), ''::text))::uuid))
  with check ((org_id = (NULLIF(current_setting('rolecall.organization_id'::text, true), ''::text))::uuid));

create policy own_organization on logouts as permissive for all to public
  using ((org_id = (NULLIF(current_setting('rolecall.organization_id'::text, true), ''::text))::uuid))
  with check ((org_id = (NULLIF(current_setting('rolecall.organization_id'::text, true), ''::text))::uuid));

create policy own_organization on mails as permissive for all to public
  using ((org_id = (NULLIF(current_setting('rolecall.organization_id'::text, true), ''::text))::uuid))
  with check ((org_id = (NULLIF(current_setting('rolecall.organization_id'::text, true), ''::text))::uuid));

create policy own_organization on memberships as permissive for all to public
  using ((org_id = (NULLIF(current_setting('rolecall.organization_id'::text, true), ''::text))::uuid))
  with check ((org_id = (NULLIF(current_setting('rolecall.organization_id'::text, true), ''::text))::uuid));

create policy own_organization on offboarding_receipts as permissive for all to public
  using ((org_id = (NULLIF(current_setting('rolecall.organization_id'::text, true), ''::text))::uuid))
  with check ((org_id = (NULLIF(current_setting('rolecall.organization_id'::text, true), ''::text))::uuid));

create policy own_organization on one_time_links as permissive for all to public
  using ((org_id = (NULLIF(current_setting('rolecall.organization_id'::text, true), ''::text))::uuid))
  with check ((org_id = (NULLIF(current_setting('rolecall.organization_id'::text, true), ''::text))::uuid));

create policy own_organization on organization_keys as permissive for all to public
  using ((org_id = (NULLIF(current_setting('rolecall.organization_id'::text, true), ''::text))::uuid))
  with check ((org_id = (NULLIF(current_setting('rolecall.organization_id'::text, true), ''::text))::uuid));

create policy own_organization on organizations as permissive for all to public
  using ((org_id = (NULLIF(current_setting('rolecall.organization_id'::text, true), ''::text))::uuid))
  with check ((org_id = (NULLIF(current_setting('rolecall.organization_id'::text, true), ''::text))::uuid));

create policy own_organization on overrides as permissive for all to public
  using ((org_id = (NULLIF(current_setting('rolecall.organization_id'::text, true), ''::text))::uuid))
  with check ((org_id = (NULLIF(current_setting('rolecall.organization_id'::text, true), ''::text))::uuid));

create policy own_organization on pending_sign_ins as permissive for all to public
  using ((org_id = (NULLIF(current_setting('rolecall.organization_id'::text, true), ''::text))::uuid))
  with check ((org_id = (NULLIF(current_setting('rolecall.organization_id'::text, true), ''::text))::uuid));

create policy own_organization on recovery_codes as permissive for all to public
  using ((org_id = (NULLIF(current_setting('rolecall.organization_id'::text, true), ''::text))::uuid))
  with check ((org_id = (NULLIF(current_setting('rolecall.organization_id'::text, true), ''::text))::uuid));

create policy own_organization on recovery_sessions as permissive for all to public
  using ((org_id = (NULLIF(current_setting('rolecall.organization_id'::text, true), ''::text))::uuid))
  with check ((org_id = (NULLIF(current_setting('rolecall.organization_id'::text, true), ''::text))::uuid));

create policy own_organization on revisions as permissive for all to public
  using ((org_id = (NULLIF(current_setting('rolecall.organization_id'::text, true), ''::text))::uuid))
  with check ((org_id = (NULLIF(current_setting('rolecall.organization_id'::text, true), ''::text))::uuid));

create policy own_organization on sealed_secrets as permissive for all to public
  using ((org_id = (NULLIF(current_setting('rolecall.organization_id'::text, true), ''::text))::uuid))
  with check ((org_id = (NULLIF(current_setting('rolecall.organization_id'::text, true), ''::text))::uuid));

create policy own_organization on service_provider_keys as permissive for all to public
  using ((org_id = (NULLIF(current_setting('rolecall.organization_id'::text, true), ''::text))::uuid))
  with check ((org_id = (NULLIF(current_setting('rolecall.organization_id'::text, true), ''::text))::uuid));

create policy own_organization on sessions as permissive for all to public
  using ((org_id = (NULLIF(current_setting('rolecall.organization_id'::text, true), ''::text))::uuid))
  with check ((org_id = (NULLIF(current_setting('rolecall.organization_id'::text, true), ''::text))::uuid));

create policy own_organization on sso_evidence as permissive for all to public
  using ((org_id = (NULLIF(current_setting('rolecall.organization_id'::text, true), ''::text))::uuid))
  with check ((org_id = (NULLIF(current_setting('rolecall.organization_id'::text, true), ''::text))::uuid));

create policy own_organization on sso_tests as permissive for all to public
  using ((org_id = (NULLIF(current_setting('rolecall.organization_id'::text, true), ''::text))::uuid))
  with check ((org_id = (NULLIF(current_setting('rolecall.organization_id'::text, true), ''::text))::uuid));

create policy own_organization on used_assertions as permissive for all to public
  using ((org_id = (NULLIF(current_setting('rolecall.organization_id'::text, true), ''::text))::uuid))
  with check ((org_id = (NULLIF(current_setting('rolecall.organization_id'::text, true), ''::text))::uuid));

create policy own_organization on users as permissive for all to public
  using ((org_id = (NULLIF(current_setting('rolecall.organization_id'::text, true), ''::text))::uuid))
  with check ((org_id = (NULLIF(current_setting('rolecall.organization_id'::text, true), ''::text))::uuid));

CREATE OR REPLACE FUNCTION public.announce_organization()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  perform pg_notify('rolecall_organization', coalesce(new.org_id, old.org_id)::text);
  return null;
end
$function$
;

CREATE OR REPLACE FUNCTION public.application_end_grant(p_org_id uuid, p_grant_id uuid, p_events jsonb)
 RETURNS boolean
 LANGUAGE plpgsql
AS $function$
begin
  perform set_config('rolecall.organization_id', p_org_id::text, true);
  delete from application_grants g where g.org_id = p_org_id and g.grant_id = p_grant_id;
  if not found then
    return false;
  end if;
  if p_events <> '[]' then
    perform audit_append(p_org_id, p_events);
  end if;
  return true;
end
$function$
;

CREATE OR REPLACE FUNCTION public.application_end_token(p_org_id uuid, p_token_hash bytea)
 RETURNS void
 LANGUAGE plpgsql
AS $function$
begin
  perform set_config('rolecall.organization_id', p_org_id::text, true);
  delete from application_tokens t where t.org_id = p_org_id and t.token_hash = p_token_hash;
end
$function$
;

CREATE OR REPLACE FUNCTION public.application_issue(p_org_id uuid, p_token jsonb, p_now timestamp with time zone)
 RETURNS boolean
 LANGUAGE plpgsql
AS $function$
declare
  v_grant_id uuid := p_token->>'grantId';
  v_session bytea;
  v_ends timestamptz;
begin
  perform set_config('rolecall.organization_id', p_org_id::text, true);
  select g.session_token_hash into v_session from application_grants g where g.org_id = p_org_id and g.grant_id = v_grant_id;
  select s.expires_at into v_ends from sessions s where s.org_id = p_org_id and s.token_hash = v_session for key share;
  if not found then
    return false;
  end if;
  perform from application_grants g where g.org_id = p_org_id and g.grant_id = v_grant_id for key share;
  if not found then
    return false;
  end if;
  if p_token->>'consumes' is not null then
    update application_tokens t set consumed_at = p_now
      where t.org_id = p_org_id and t.token_hash = decode(p_token->>'consumes', 'hex') and t.grant_id = v_grant_id
        and t.consumed_at is null;
    if not found then
      return false;
    end if;
  end if;
  insert into application_tokens (org_id, token_hash, kind, grant_id, payload, issued_at, expires_at)
    values (p_org_id, decode(p_token->>'tokenHash', 'hex'), p_token->>'kind', v_grant_id, p_token->'payload', p_now,
      least((p_token->>'expiresAt')::timestamptz, v_ends));
  return true;
end
$function$
;

CREATE OR REPLACE FUNCTION public.application_session(p_org_id uuid, p_token_hash bytea, p_moves boolean, p_now timestamp with time zone)
 RETURNS json
 LANGUAGE plpgsql
AS $function$
begin
  perform set_config('rolecall.organization_id', p_org_id::text, true);
  if p_moves and session_check(p_org_id, p_token_hash, p_now) is null then
    return null;
  end if;
  return (
    select json_build_object(
      'organization', o.name, 'userId', u.user_id, 'email', u.email, 'givenName', u.given_name, 'familyName', u.family_name,
      'displayName', u.display_name, 'identityProvider', s.identity_provider, 'openedAt', s.opened_at, 'expiresAt', s.expires_at,
      'grants', (
        select coalesce(json_object_agg(h.scope, h.roles order by h.scope), '{}')
        from (select g.scope, json_agg(g.role order by g.role) as roles
                from grants g where g.org_id = p_org_id and g.user_id = s.user_id group by g.scope) h),
      'groups', (
        select coalesce(json_agg(m.group_name order by m.group_name), '[]')
        from memberships m where m.org_id = p_org_id and m.user_id = s.user_id))
    from sessions s, users u, organizations o
    where s.org_id = p_org_id and s.token_hash = p_token_hash and s.expires_at > p_now and s.idle_expires_at > p_now
      and (s.identity_provider = '@password' or exists (
        select from identity_provider_metadata m
        where m.org_id = p_org_id and m.identity_provider = s.identity_provider and m.enabled))
      and u.org_id = p_org_id and u.user_id = s.user_id and u.status = 'active' and o.org_id = p_org_id);
end
$function$
;

CREATE OR REPLACE FUNCTION public.application_sign_in(p_org_id uuid, p_revision integer, p_grant jsonb, p_code jsonb, p_events jsonb, p_now timestamp with time zone)
 RETURNS boolean
 LANGUAGE plpgsql
AS $function$
begin
  perform set_config('rolecall.organization_id', p_org_id::text, true);
  perform from organizations o where o.org_id = p_org_id and o.revision = p_revision;
  if not found then
    return false;
  end if;
  insert into application_grants (org_id, grant_id, session_token_hash, application, client_id, scope, created_at)
    select p_org_id, (p_grant->>'grantId')::uuid, s.token_hash, p_grant->>'application', p_grant->>'clientId', p_grant->>'scope', p_now
    from sessions s
    where s.org_id = p_org_id and s.token_hash = decode(p_grant->>'sessionTokenHash', 'hex')
    for key share;
  if not found or not application_issue(p_org_id, p_code || jsonb_build_object('grantId', p_grant->>'grantId'), p_now) then
    return false;
  end if;
  if p_events <> '[]' then
    perform audit_append(p_org_id, p_events);
  end if;
  return true;
end
$function$
;

CREATE OR REPLACE FUNCTION public.application_token(p_org_id uuid, p_token_hash bytea, p_now timestamp with time zone)
 RETURNS json
 LANGUAGE plpgsql
AS $function$
declare
  v_found record;
  v_session json;
begin
  perform set_config('rolecall.organization_id', p_org_id::text, true);
  select t.kind, t.payload, t.issued_at, t.expires_at, t.consumed_at, g.grant_id, g.application, g.client_id, g.scope,
      g.session_token_hash
    into v_found
    from application_tokens t join application_grants g on g.org_id = p_org_id and g.grant_id = t.grant_id
    where t.org_id = p_org_id and t.token_hash = p_token_hash and t.expires_at > p_now;
  if not found then
    return null;
  end if;
  v_session := application_session(p_org_id, v_found.session_token_hash, false, p_now);
  if v_session is null then
    return null;
  end if;
  return json_build_object(
    'kind', v_found.kind, 'payload', v_found.payload, 'issuedAt', v_found.issued_at, 'expiresAt', v_found.expires_at,
    'consumed', v_found.consumed_at is not null, 'grantId', v_found.grant_id, 'application', v_found.application,
    'clientId', v_found.client_id, 'scope', v_found.scope, 'session', v_session);
end
$function$
;

CREATE OR REPLACE FUNCTION public.audit_append(p_org_id uuid, p_events jsonb)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
  v_seq bigint;
  v_hash bytea;
  v_event jsonb;
begin
  if p_org_id is distinct from nullif(current_setting('rolecall.organization_id', true), '')::uuid then
    raise exception 'the transaction works for another organization' using errcode = 'insufficient_privilege';
  end if;
  insert into public.audit_heads (org_id, seq, hash) values (p_org_id, 0, decode(repeat('00', 32), 'hex'))
    on conflict do nothing;
  select seq, hash into strict v_seq, v_hash from public.audit_heads where org_id = p_org_id for update;
  insert into public.audit_unsent (org_id, sink, after_seq) select p_org_id, s.sink, v_seq from public.audit_sinks s
    on conflict do nothing;
  for v_event in select e.event from jsonb_array_elements(p_events) with ordinality as e(event, n) order by e.n loop
    v_seq := v_seq + 1;
    v_hash := sha256(v_hash || decode(v_event->>'digest', 'hex'));
    insert into public.audit_events
      (org_id, seq, type, at, actor_kind, actor_id, subject, data, trace_id, digest, hash, origin)
    values
      (p_org_id, v_seq, v_event->>'type', (v_event->>'at')::timestamptz, v_event->>'actorKind', v_event->>'actorId',
       v_event->>'subject', v_event->'data', v_event->>'traceId', decode(v_event->>'digest', 'hex'), v_hash,
       decode(v_event->>'origin', 'hex'));
    -- with the first event of an origin alone
    if v_event->>'address' is not null then
      insert into public.audit_origins (org_id, digest, address, salt, first_seen_at)
        values (p_org_id, decode(v_event->>'origin', 'hex'), (v_event->>'address')::inet, decode(v_event->>'salt', 'hex'),
          (v_event->>'at')::timestamptz)
        on conflict do nothing;
      -- the lock keeps an erasure that runs meanwhile from taking the day away before its address is there
      if found then
        insert into public.audit_origin_days (day, org_id)
          values (((v_event->>'at')::timestamptz at time zone 'UTC')::date, p_org_id)
          on conflict (day, org_id) do update set day = excluded.day;
      end if;
    end if;
  end loop;
  update public.audit_heads set seq = v_seq, hash = v_hash where org_id = p_org_id;
end
$function$
;

CREATE OR REPLACE FUNCTION public.audit_sent(p_org_id uuid, p_sink text, p_seq bigint)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
  v_seq bigint;
begin
  if p_org_id is distinct from nullif(current_setting('rolecall.organization_id', true), '')::uuid then
    raise exception 'the transaction works for another organization' using errcode = 'insufficient_privilege';
  end if;
  select seq into v_seq from public.audit_heads where org_id = p_org_id for update;
  if v_seq is null or v_seq <= p_seq then
    delete from public.audit_unsent where org_id = p_org_id and sink = p_sink and after_seq <= p_seq;
  else
    update public.audit_unsent set after_seq = p_seq where org_id = p_org_id and sink = p_sink and after_seq < p_seq;
  end if;
end
$function$
;

CREATE OR REPLACE FUNCTION public.create_user(p_org_id uuid, p_user_id uuid, p_email text, p_given_name text, p_family_name text, p_display_name text, p_identity_provider text, p_name_id_format text, p_name_id text, p_facts jsonb, p_now timestamp with time zone, p_revision integer, p_grants jsonb, p_memberships jsonb)
 RETURNS TABLE(change text, user_id uuid, scope text, role text, group_name text)
 LANGUAGE plpgsql
 SET plan_cache_mode TO 'force_generic_plan'
AS $function$
#variable_conflict use_column
begin
  insert into users (org_id, user_id, email, given_name, family_name, display_name, deciding_identity_provider,
                     deciding_name_id_format, deciding_name_id, created_at, updated_at)
    values (p_org_id, p_user_id, p_email, p_given_name, p_family_name, p_display_name, p_identity_provider,
            p_name_id_format, p_name_id, p_now, p_now);
  insert into identities (org_id, user_id, identity_provider, name_id_format, name_id, facts, last_login_at)
    values (p_org_id, p_user_id, p_identity_provider, p_name_id_format, p_name_id, p_facts, p_now)
    on conflict do nothing;
  if not found then
    delete from users u where u.org_id = p_org_id and u.user_id = p_user_id;
    return query select 'known', null::uuid, null, null, null;
  elsif p_revision is not null then
    return query select * from replace_grants(p_org_id, array[p_user_id], p_revision, p_grants, p_memberships, p_now);
  end if;
end
$function$
;

CREATE OR REPLACE FUNCTION public.delete_organization(p_org_id uuid)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
begin
  if p_org_id is distinct from nullif(current_setting('rolecall.organization_id', true), '')::uuid then
    raise exception 'the transaction works for another organization' using errcode = 'insufficient_privilege';
  end if;
  delete from public.login_transactions where org_id = p_org_id;
  delete from public.used_assertions where org_id = p_org_id;
  delete from public.flow_records where org_id = p_org_id;
  delete from public.organizations where org_id = p_org_id;
  delete from public.email_domains where org_id = p_org_id;
  delete from public.organization_previous_names where org_id = p_org_id;
  delete from public.organization_registry where org_id = p_org_id;
end
$function$
;

CREATE OR REPLACE FUNCTION public.directory_adopt_user(p_org_id uuid, p_user_id uuid, p_user jsonb, p_access jsonb, p_events jsonb, p_now timestamp with time zone)
 RETURNS boolean
 LANGUAGE plpgsql
 SET lock_timeout TO '10s'
AS $function$
begin
  perform set_config('rolecall.organization_id', p_org_id::text, true);
  perform from organizations o where o.org_id = p_org_id for key share;
  perform from users u where u.org_id = p_org_id and u.user_id = p_user_id and u.status <> 'disabled' for no key update;
  if not found then
    return false;
  end if;
  insert into directory_users (org_id, user_id, user_name, user_name_key, external_id, active, display_name_key, body, folded,
                               version, decides, created_at, modified_at)
  values (p_org_id, p_user_id, p_user->>'userName', p_user->>'userNameKey', p_user->>'externalId', true,
          p_user->>'displayNameKey', p_user->'body', p_user->'folded', 1, false, p_now, p_now)
  on conflict do nothing;
  if not found then
    return false;
  end if;
  perform directory_write_emails(p_org_id, p_user_id, p_user->'emails');
  perform directory_write_access(p_org_id, p_user_id, p_access - 'grants', p_now);
  perform directory_count(p_org_id, 1, 1, 0);
  perform audit_append(p_org_id, p_events);
  return true;
end
$function$
;

CREATE OR REPLACE FUNCTION public.directory_adoptable(p_org_id uuid, p_email text)
 RETURNS uuid
 LANGUAGE plpgsql
 STABLE
AS $function$
declare
  v_adoptable uuid[];
begin
  v_adoptable := array(
    select u.user_id from users u
    where u.org_id = p_org_id and u.email_key = lower(p_email) and u.status <> 'disabled'
      and not exists (select from directory_users d where d.org_id = p_org_id and d.user_id = u.user_id)
    limit 2);
  return case when cardinality(v_adoptable) = 1 then v_adoptable[1] end;
end
$function$
;

CREATE OR REPLACE FUNCTION public.directory_append_requests(p_requests jsonb)
 RETURNS void
 LANGUAGE plpgsql
AS $function$
declare
  v_org_id uuid;
begin
  for v_org_id in select distinct (r ->> 'org_id')::uuid from jsonb_array_elements(p_requests) r loop
    perform set_config('rolecall.organization_id', v_org_id::text, true);
    insert into directory_requests
    select r.* from jsonb_populate_recordset(null::directory_requests, p_requests) r
    where r.org_id = v_org_id and exists (select from organizations o where o.org_id = v_org_id)
    on conflict do nothing;
  end loop;
end
$function$
;

CREATE OR REPLACE FUNCTION public.directory_authenticate(p_org_id uuid, p_token_hash bytea, p_now timestamp with time zone)
 RETURNS json
 LANGUAGE plpgsql
AS $function$
declare
  v_token directory_tokens;
begin
  perform set_config('rolecall.organization_id', p_org_id::text, true);
  select * into v_token from directory_tokens t
    where t.org_id = p_org_id and t.token_hash = p_token_hash and t.revoked_at is null and t.expires_at > p_now;
  if not found then
    return null;
  end if;
  if v_token.last_used_at is null or v_token.last_used_at <= p_now - interval '1 minute' then
    perform set_config('synchronous_commit', 'off', true);
    update directory_tokens t set last_used_at = p_now
      where t.org_id = p_org_id and t.token_hash in (
        select l.token_hash from directory_tokens l
        where l.org_id = p_org_id and l.token_hash = p_token_hash for update skip locked);
  end if;
  return json_build_object('id', v_token.token_id, 'name', v_token.name, 'expiresAt', v_token.expires_at);
end
$function$
;

CREATE OR REPLACE FUNCTION public.directory_brake(p_org_id uuid, p_user_id uuid, p_brake jsonb, p_now timestamp with time zone)
 RETURNS TABLE(reason text, offboarded integer, allowed integer)
 LANGUAGE plpgsql
AS $function$
declare
  v_since timestamptz := p_now - make_interval(secs => (p_brake->>'windowSeconds')::integer);
  v_counters directories := directory_lock_counters(p_org_id);
begin
  if exists (select from grants g where g.org_id = p_org_id and g.user_id = p_user_id and g.role = 'sso_admin')
    and directory_last_sso_admin(p_org_id, array[p_user_id], v_since) is not null
  then
    return query select 'last_sso_admin', 0, 0;
    return;
  end if;
  if p_brake->'share' is null then
    return;
  end if;
  offboarded := directory_offboarded(v_counters, v_since);
  if directory_surely_may_go(p_org_id, p_brake, offboarded, v_counters.active_users, v_since) then
    return;
  end if;
  allowed := directory_may_go(p_org_id, p_brake, offboarded, v_since);
  if offboarded >= allowed and not directory_is_released(p_org_id, 'mass_change', null, v_since) then
    reason := 'mass_change';
    return next;
  end if;
end
$function$
;

CREATE OR REPLACE FUNCTION public.directory_change_group(p_org_id uuid, p_kind text, p_group_id uuid, p_expected bigint, p_group jsonb, p_replace uuid[], p_add uuid[], p_remove uuid[], p_unique_names boolean, p_refuse_unknown boolean, p_now timestamp with time zone)
 RETURNS TABLE(outcome text, was jsonb, added uuid[], removed uuid[], unknown uuid[], touched uuid[], took_from uuid[])
 LANGUAGE plpgsql
 SET lock_timeout TO '10s'
AS $function$
#variable_conflict use_column
declare
  v_was directory_groups;
  v_group jsonb := p_group;
  v_alone boolean;
  v_changes record;
  v_all uuid[] := '{}';
begin
  added := '{}'; removed := '{}'; touched := '{}'; took_from := '{}'; unknown := '{}';
  if p_kind = 'change' then
    select * into v_was from directory_groups g where g.org_id = p_org_id and g.group_id = p_group_id;
    v_group := case when v_was.body = p_group->'body' then null else p_group end;
  end if;
  if p_kind = 'create' then
    -- what inserting a group locks as well, before any user, as an apply does
    perform from organizations o where o.org_id = p_org_id for key share;
  end if;
  v_alone := p_kind <> 'change' or v_group is not null or p_replace is not null or p_expected is not null;
  perform directory_enter_group(p_org_id, p_group_id, p_kind <> 'change' or v_group is not null, v_alone);

  -- everything is read anew after what was waited for
  select * into v_was from directory_groups g where g.org_id = p_org_id and g.group_id = p_group_id;
  was := case when found then to_jsonb(v_was) - 'folded' end;
  if v_group is not null then
    took_from := directory_groups_once_called(p_org_id, v_group->>'displayNameKey', p_group_id);
  end if;
  select * into v_changes from directory_member_changes(p_org_id, p_group_id, p_replace, p_add, p_remove);
  unknown := v_changes.unknown;
  outcome := case
    when p_kind <> 'create' and was is null then 'unknown'
    when v_was.version <> p_expected then 'changed_meanwhile'
    when p_unique_names and directory_is_name_taken(p_org_id, v_group->>'displayNameKey', p_group_id) then 'conflict'
    when p_refuse_unknown and unknown <> '{}' then 'unknown_members'
    when p_kind = 'change' and v_group is null and v_changes.come = '{}' and v_changes.go = '{}' then 'unchanged'
  end;
  if outcome is not null then
    return next;
    return;
  end if;

  if p_kind = 'change' and (v_was.display_name, v_was.external_id) is distinct from
                           (v_group->>'displayName', v_group->>'externalId') and v_group is not null then
    v_all := directory_members_of(p_org_id, array[p_group_id]);
  end if;
  v_all := v_all || directory_members_of(p_org_id, took_from);
  perform directory_lock_users(p_org_id, v_all || v_changes.come || v_changes.go);
  if v_alone then
    perform from directory_groups g where g.org_id = p_org_id and g.group_id = any(array[p_group_id] || took_from)
      order by g.group_id for no key update;
    -- a member who was deleted meanwhile changed it
    if exists (select from directory_groups g
               where g.org_id = p_org_id and g.group_id = p_group_id and g.version <> p_expected) then
      outcome := 'changed_meanwhile';
      return next;
      return;
    end if;
  end if;

  perform directory_forget_name(p_org_id, took_from, v_group->>'displayNameKey');
  if p_kind = 'create' then
    insert into directory_groups (org_id, group_id, display_name, display_name_key, external_id, body, folded, members, version,
                                  created_at, modified_at)
    values (p_org_id, p_group_id, v_group->>'displayName', v_group->>'displayNameKey', v_group->>'externalId',
            v_group->'body', v_group->'folded', 0, 0, p_now, p_now);
  elsif v_group is not null then
    perform directory_write_group(p_org_id, v_was, v_group);
  end if;
  select * into added, removed from directory_write_members(p_org_id, p_group_id, v_changes.come, v_changes.go);
  if p_kind = 'delete' then
    delete from directory_groups g where g.org_id = p_org_id and g.group_id = p_group_id;
  end if;
  touched := array(select distinct unnest(v_all || added || removed));
  outcome := case when p_kind = 'change' and v_group is null and added = '{}' and removed = '{}' then 'unchanged' else 'written' end;
  return next;
end
$function$
;

CREATE OR REPLACE FUNCTION public.directory_change_members(p_org_id uuid, p_group_id uuid, p_facts jsonb, p_revision integer, p_users jsonb, p_brake jsonb, p_events jsonb, p_now timestamp with time zone)
 RETURNS jsonb
 LANGUAGE plpgsql
 SET lock_timeout TO '10s'
 SET plan_cache_mode TO 'force_generic_plan'
AS $function$
declare
  v_group directory_groups;
  v_ids uuid[];
  v_losing uuid[];
  v_last uuid;
  v_version bigint;
  v_user jsonb;
  v_members integer := 0;
begin
  perform set_config('rolecall.organization_id', p_org_id::text, true);
  perform directory_enter_group(p_org_id, p_group_id, false, false);
  select * into v_group from directory_groups g where g.org_id = p_org_id and g.group_id = p_group_id;
  if not found or directory_group_facts(v_group) <> p_facts then
    return jsonb_build_object('outcome', 'changed_meanwhile');
  end if;
  v_ids := array(select (u->>'userId')::uuid from jsonb_array_elements(p_users) u);
  perform directory_lock_users(p_org_id, v_ids);
  for v_user in select u from jsonb_array_elements(p_users) u loop
    select d.version into v_version from directory_users d where d.org_id = p_org_id and d.user_id = (v_user->>'userId')::uuid;
    if v_version is distinct from (v_user->>'version')::bigint then
      return jsonb_build_object('outcome', 'changed_meanwhile');
    end if;
  end loop;
  perform directory_require_revision(p_org_id, p_revision);
  v_losing := array(
    select (u->>'userId')::uuid from jsonb_array_elements(p_users) u
    where directory_loses_sso_admin(p_org_id, (u->>'userId')::uuid, u->'grants'));
  if v_losing <> '{}' then
    v_last := directory_group_takes_last(p_org_id, p_group_id, v_losing, p_brake, p_now);
    if v_last is not null then
      return jsonb_build_object('outcome', 'takes_last', 'userId', v_last);
    end if;
  end if;

  for v_user in select u from jsonb_array_elements(p_users) u loop
    v_members := v_members + directory_write_member(p_org_id, p_group_id, v_user, p_now);
  end loop;
  update directory_groups g set members = g.members + v_members, version = g.version + 1, modified_at = p_now
    where g.org_id = p_org_id and g.group_id = p_group_id
    returning g.version into v_version;
  perform audit_append(p_org_id, p_events);
  return jsonb_build_object('outcome', 'written', 'version', v_version);
end
$function$
;

CREATE OR REPLACE FUNCTION public.directory_count(p_org_id uuid, p_users integer, p_active_users integer, p_groups integer)
 RETURNS void
 LANGUAGE plpgsql
AS $function$
begin
  insert into directories as d (org_id, users, active_users, groups)
  values (p_org_id, p_users, p_active_users, p_groups)
  on conflict (org_id) do update
  set users = d.users + excluded.users, active_users = d.active_users + excluded.active_users,
      groups = d.groups + excluded.groups;
end
$function$
;

CREATE OR REPLACE FUNCTION public.directory_create_user(p_org_id uuid, p_user jsonb, p_access jsonb, p_adopt_email text, p_now timestamp with time zone)
 RETURNS TABLE(outcome text, user_id uuid, attribute text)
 LANGUAGE plpgsql
AS $function$
#variable_conflict use_column
declare
  v_user_id uuid := p_user->>'userId';
  v_active boolean := p_user->'active';
  v_met record;
  v_adoptable uuid;
begin
  if directory_is_domain_of_another(p_org_id, p_user->>'emailDomain') then
    return query select 'domain_of_another', v_user_id, 'emails';
    return;
  end if;
  select * into v_met from directory_met(p_org_id, p_user->>'userNameKey', p_user->>'externalId');
  if found then
    return query select case when v_met.active then 'conflict' else 'inactive' end, v_met.user_id, v_met.attribute;
    return;
  end if;
  if p_adopt_email is not null then
    v_adoptable := directory_adoptable(p_org_id, p_adopt_email);
    if v_adoptable is not null then
      return query select 'adoptable', v_adoptable, 'emails';
      return;
    end if;
  end if;

  insert into users (org_id, user_id, status, email, given_name, family_name, display_name, deciding_identity_provider,
                     deciding_name_id_format, deciding_name_id, created_at, updated_at)
  values (p_org_id, v_user_id, case when v_active then 'invited' else 'disabled' end, p_access->'profile'->>'email',
          p_access->'profile'->>'givenName', p_access->'profile'->>'familyName', p_access->'profile'->>'displayName',
          '@directory', 'scim', v_user_id::text, p_now, p_now);
  insert into directory_users (org_id, user_id, user_name, user_name_key, external_id, active, display_name_key, body, folded,
                               version, decides, created_at, modified_at)
  values (p_org_id, v_user_id, p_user->>'userName', p_user->>'userNameKey', p_user->>'externalId', v_active,
          p_user->>'displayNameKey', p_user->'body', p_user->'folded', 1, true, p_now, p_now)
  on conflict (org_id, user_name_key) do nothing;
  if not found then
    -- somebody created the same user at this moment
    delete from users u where u.org_id = p_org_id and u.user_id = v_user_id;
    return query select 'conflict', v_user_id, 'userName';
    return;
  end if;
  perform directory_write_emails(p_org_id, v_user_id, p_user->'emails');
  perform directory_write_access(p_org_id, v_user_id, p_access, p_now);
  return query select 'created', v_user_id, null::text;
end
$function$
;

CREATE OR REPLACE FUNCTION public.directory_create_users(p_org_id uuid, p_revision integer, p_users jsonb)
 RETURNS TABLE("position" bigint, outcome text, user_id uuid, attribute text)
 LANGUAGE plpgsql
 SET lock_timeout TO '10s'
 SET plan_cache_mode TO 'force_generic_plan'
AS $function$
declare
  v_user jsonb;
  v_users integer := 0;
  v_active integer := 0;
  v_events jsonb := '[]';
begin
  perform set_config('rolecall.organization_id', p_org_id::text, true);
  -- what inserting locks as well, before any user: an apply that re-derives waits for this, or this for it
  perform from organizations o where o.org_id = p_org_id for key share;
  perform directory_require_revision(p_org_id, p_revision);
  -- in the order of names, of which each waits for who takes it at this moment: two such statements never wait for each other
  for "position", v_user in
    select u.n, u.value from jsonb_array_elements(p_users) with ordinality as u(value, n)
    order by u.value->'user'->>'userNameKey' collate "C", u.n
  loop
    select c.outcome, c.user_id, c.attribute into outcome, user_id, attribute
    from directory_create_user(p_org_id, v_user->'user', v_user->'access', v_user->>'adoptEmail', (v_user->>'now')::timestamptz) c;
    if outcome = 'created' then
      v_users := v_users + 1;
      v_active := v_active + (v_user->'user'->>'active')::boolean::integer;
      v_events := v_events || (v_user->'events');
    end if;
    return next;
  end loop;
  -- last, since they hold up everything else of the organization
  if v_users > 0 then
    perform directory_count(p_org_id, v_users, v_active, 0);
    perform audit_append(p_org_id, v_events);
  end if;
end
$function$
;

CREATE OR REPLACE FUNCTION public.directory_deactivate_user(p_org_id uuid, p_revision integer, p_user_id uuid, p_off jsonb, p_now timestamp with time zone)
 RETURNS jsonb
 LANGUAGE plpgsql
AS $function$
declare
  v_now directory_users;
begin
  select * into v_now from directory_users d where d.org_id = p_org_id and d.user_id = p_user_id;
  if not found then
    return jsonb_build_object('outcome', 'unknown');
  end if;
  if not v_now.active then
    return directory_shown_user('unchanged', v_now);
  end if;
  perform directory_require_revision(p_org_id, p_revision);
  if not v_now.decides or exists (select from directory_brake(p_org_id, p_user_id, p_off->'brake', p_now)) then
    return jsonb_build_object('outcome', 'to_decide');
  end if;
  update identities i set facts = i.facts || '{"active": ["false"]}', last_login_at = p_now
    where i.org_id = p_org_id and i.identity_provider = '@directory' and i.name_id_format = 'scim'
      and i.name_id = p_user_id::text;
  if not found then
    return jsonb_build_object('outcome', 'to_decide');
  end if;

  update directory_users d
  set active = false, body = d.body || '{"active": false}', folded = d.folded || '{"active": false}', version = d.version + 1,
      modified_at = p_now
  where d.org_id = p_org_id and d.user_id = p_user_id
  returning * into v_now;
  update users u set status = 'disabled', updated_at = p_now where u.org_id = p_org_id and u.user_id = p_user_id;
  perform offboard(p_org_id, p_user_id, 'deactivated', true, p_off, p_now);
  update directories d set active_users = d.active_users - 1, offboarded = d.offboarded + (d.offboarded_since < p_now)::integer
    where d.org_id = p_org_id;
  return directory_shown_user('replaced', v_now);
end
$function$
;

CREATE OR REPLACE FUNCTION public.directory_deactivate_users(p_org_id uuid, p_revision integer, p_users jsonb, p_waits boolean)
 RETURNS SETOF jsonb
 LANGUAGE plpgsql
 SET lock_timeout TO '10s'
 SET plan_cache_mode TO 'force_generic_plan'
AS $function$
declare
  v_ids uuid[] := array(select (u->>'userId')::uuid from jsonb_array_elements(p_users) u);
  v_user jsonb;
  v_result jsonb;
  v_events jsonb := '[]';
begin
  perform set_config('rolecall.organization_id', p_org_id::text, true);
  if p_waits then
    perform directory_lock_users(p_org_id, v_ids);
  else
    v_ids := array(
      select u.user_id from users u where u.org_id = p_org_id and u.user_id = any(v_ids) for no key update skip locked);
  end if;
  for v_user in select u from jsonb_array_elements(p_users) u loop
    if (v_user->>'userId')::uuid = any(v_ids) then
      v_result := directory_deactivate_user(p_org_id, p_revision, (v_user->>'userId')::uuid, v_user->'off',
        (v_user->>'now')::timestamptz);
    else
      v_result := '{"outcome": "busy"}';
    end if;
    if v_result->>'outcome' = 'replaced' then
      v_events := v_events || (v_user->'events');
    end if;
    return next v_result;
  end loop;
  -- last, since it holds up everything else of the organization
  if v_events <> '[]' then
    perform audit_append(p_org_id, v_events);
  end if;
end
$function$
;

CREATE OR REPLACE FUNCTION public.directory_delete_user(p_org_id uuid, p_user_id uuid, p_expected bigint, p_off jsonb, p_events jsonb, p_now timestamp with time zone)
 RETURNS TABLE(outcome text, receipt jsonb, hold jsonb)
 LANGUAGE plpgsql
 SET lock_timeout TO '10s'
AS $function$
#variable_conflict use_column
declare
  v_was directory_users;
  v_brake record;
begin
  perform set_config('rolecall.organization_id', p_org_id::text, true);
  perform from users u where u.org_id = p_org_id and u.user_id = p_user_id for update;
  select * into v_was from directory_users d where d.org_id = p_org_id and d.user_id = p_user_id;
  if not found then
    return query select 'unknown', null::jsonb, null::jsonb;
    return;
  end if;
  if v_was.version <> p_expected then
    return query select 'changed_meanwhile', null::jsonb, null::jsonb;
    return;
  end if;
  -- groups before the counters, which the brake locks
  perform from directory_groups g
    where g.org_id = p_org_id and exists (
      select from directory_members m where m.org_id = p_org_id and m.group_id = g.group_id and m.user_id = p_user_id)
    order by g.group_id for no key update;
  if v_was.active then
    select * into v_brake from directory_brake(p_org_id, p_user_id, p_off->'brake', p_now);
    if found then
      hold := jsonb_build_object('holdId', directory_hold(p_org_id, p_user_id, v_brake.reason, p_off->'brake', p_off, p_now))
        || to_jsonb(v_brake);
      return query select 'held', null::jsonb, hold;
      return;
    end if;
  end if;

  receipt := to_jsonb(directory_offboard(p_org_id, p_user_id, 'deleted', v_was.active, p_off, p_now));
  update directory_groups g set members = g.members - 1, version = g.version + 1, modified_at = p_now
  from directory_members m
  where m.org_id = p_org_id and m.user_id = p_user_id and g.org_id = p_org_id and g.group_id = m.group_id;
  delete from users u where u.org_id = p_org_id and u.user_id = p_user_id;
  perform directory_count(p_org_id, -1, -v_was.active::integer, 0);
  perform audit_append(p_org_id, p_events);
  return query select 'deleted', receipt, null::jsonb;
end
$function$
;

CREATE OR REPLACE FUNCTION public.directory_ends_unproved_access()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  perform end_unproved_access(new.org_id, new.user_id, new.identity_provider);
  return null;
end
$function$
;

CREATE OR REPLACE FUNCTION public.directory_enter_group(p_org_id uuid, p_group_id uuid, p_names boolean, p_alone boolean)
 RETURNS void
 LANGUAGE plpgsql
AS $function$
declare
  v_group bigint := hashtextextended(p_org_id::text || p_group_id::text, 0);
begin
  if p_names then
    perform pg_advisory_xact_lock(hashtextextended(p_org_id::text, 0));
  end if;
  if p_alone then
    perform pg_advisory_xact_lock(v_group);
  else
    perform pg_advisory_xact_lock_shared(v_group);
  end if;
end
$function$
;

CREATE OR REPLACE FUNCTION public.directory_finish_group(p_org_id uuid, p_group_id uuid, p_members integer, p_groups integer, p_revision integer, p_users jsonb, p_grants jsonb, p_memberships jsonb, p_events jsonb, p_now timestamp with time zone)
 RETURNS bigint
 LANGUAGE plpgsql
 SET lock_timeout TO '10s'
AS $function$
declare
  v_version bigint;
begin
  if p_users <> '[]' then
    perform directory_store_access(p_org_id, p_revision, p_users, p_grants, p_memberships, p_now);
  end if;
  update directory_groups g set members = g.members + p_members, version = g.version + 1, modified_at = p_now
    where g.org_id = p_org_id and g.group_id = p_group_id
    returning g.version into v_version;
  if p_groups <> 0 then
    perform directory_count(p_org_id, 0, 0, p_groups);
  end if;
  perform audit_append(p_org_id, p_events);
  return v_version;
end
$function$
;

CREATE OR REPLACE FUNCTION public.directory_forget_name(p_org_id uuid, p_group_ids uuid[], p_name_key text)
 RETURNS void
 LANGUAGE sql
AS $function$
  update directory_groups g
  set (former_names, former_name_keys) = (
    select coalesce(array_agg(f.name order by f.n), '{}'), coalesce(array_agg(f.key order by f.n), '{}')
    from unnest(g.former_names, g.former_name_keys) with ordinality as f(name, key, n)
    where f.key <> p_name_key)
  where g.org_id = p_org_id and g.group_id = any(p_group_ids)
$function$
;

CREATE OR REPLACE FUNCTION public.directory_group(p_org_id uuid, p_group_id uuid, p_members boolean)
 RETURNS TABLE(group_id uuid, body jsonb, version bigint, created_at timestamp with time zone, modified_at timestamp with time zone, members jsonb)
 LANGUAGE plpgsql
AS $function$
#variable_conflict use_column
begin
  perform set_config('rolecall.organization_id', p_org_id::text, true);
  return query
    select g.group_id, g.body, g.version, g.created_at, g.modified_at,
      case when p_members then (
        select coalesce(jsonb_agg(jsonb_build_object('userId', m.user_id, 'display',
                 coalesce(nullif(u.body->>'displayName', ''), u.user_name)) order by m.user_id), '[]')
        from directory_members m
        join directory_users u on u.org_id = m.org_id and u.user_id = m.user_id
        where m.org_id = p_org_id and m.group_id = g.group_id) end
    from directory_groups g
    where g.org_id = p_org_id and g.group_id = p_group_id;
end
$function$
;

CREATE OR REPLACE FUNCTION public.directory_group_facts(p_group directory_groups)
 RETURNS jsonb
 LANGUAGE sql
 IMMUTABLE
AS $function$
  select jsonb_build_object('groupId', p_group.group_id, 'displayName', p_group.display_name, 'externalId', p_group.external_id,
                            'formerNames', p_group.former_names)
$function$
;

CREATE OR REPLACE FUNCTION public.directory_group_takes_last(p_org_id uuid, p_group_id uuid, p_losing uuid[], p_brake jsonb, p_now timestamp with time zone)
 RETURNS uuid
 LANGUAGE plpgsql
 SET lock_timeout TO '10s'
AS $function$
declare
  v_losing uuid[] := array(
    select l from unnest(p_losing) l
    where not exists (
      select from grants g where g.org_id = p_org_id and g.user_id = l and g.role = 'sso_admin' and is_edited(g.sources)));
begin
  -- groups before the counters
  perform from directory_groups g where g.org_id = p_org_id and g.group_id = p_group_id for no key update;
  return directory_last_sso_admin(p_org_id, v_losing, p_now - make_interval(secs => (p_brake->>'windowSeconds')::integer));
end
$function$
;

CREATE OR REPLACE FUNCTION public.directory_groups_once_called(p_org_id uuid, p_name_key text, p_but uuid)
 RETURNS uuid[]
 LANGUAGE sql
 STABLE
AS $function$
  select coalesce(array_agg(g.group_id), '{}') from directory_groups g
  where g.org_id = p_org_id and g.group_id <> p_but and g.former_names <> '{}' and p_name_key = any(g.former_name_keys)
$function$
;

CREATE OR REPLACE FUNCTION public.directory_hold(p_org_id uuid, p_user_id uuid, p_reason text, p_brake jsonb, p_hold jsonb, p_now timestamp with time zone)
 RETURNS uuid
 LANGUAGE plpgsql
AS $function$
declare
  v_user_id uuid := case when p_reason = 'last_sso_admin' then p_user_id end;
  v_hold_id uuid;
begin
  select h.hold_id into v_hold_id from directory_holds h
    where h.org_id = p_org_id and h.reason = p_reason and h.user_id is not distinct from v_user_id and h.released_at is null
      and h.at > p_now - make_interval(secs => (p_brake->>'windowSeconds')::integer);
  if not found then
    v_hold_id := p_hold->>'holdId';
    insert into directory_holds (org_id, hold_id, reason, user_id, at)
    values (p_org_id, v_hold_id, p_reason, v_user_id, p_now);
    perform audit_append(p_org_id, p_hold->'events'->p_reason);
  end if;
  return v_hold_id;
end
$function$
;

CREATE OR REPLACE FUNCTION public.directory_hold_adopted(p_org_id uuid, p_user_id uuid, p_off jsonb, p_now timestamp with time zone)
 RETURNS jsonb
 LANGUAGE plpgsql
 SET lock_timeout TO '10s'
AS $function$
declare
  v_brake record;
begin
  perform from organizations o where o.org_id = p_org_id for key share;
  perform from users u where u.org_id = p_org_id and u.user_id = p_user_id for no key update;
  select * into v_brake from directory_brake(p_org_id, p_user_id, p_off->'brake', p_now);
  if not found then
    return null;
  end if;
  return jsonb_build_object('holdId', directory_hold(p_org_id, p_user_id, v_brake.reason, p_off->'brake', p_off, p_now))
    || to_jsonb(v_brake);
end
$function$
;

CREATE OR REPLACE FUNCTION public.directory_holds_already(p_org_id uuid, p_user_id uuid, p_grants jsonb, p_memberships jsonb)
 RETURNS boolean
 LANGUAGE plpgsql
 STABLE
AS $function$
declare
  v_grants jsonb;
  v_memberships jsonb;
begin
  select coalesce(jsonb_agg(jsonb_build_object('user_id', g.user_id, 'scope', g.scope, 'role', g.role, 'sources', g.sources)), '[]')
    into v_grants from grants g where g.org_id = p_org_id and g.user_id = p_user_id and not is_edited(g.sources);
  if not (v_grants @> p_grants and v_grants <@ p_grants) then
    return false;
  end if;
  select coalesce(jsonb_agg(jsonb_build_object('user_id', m.user_id, 'group_name', m.group_name, 'sources', m.sources)), '[]')
    into v_memberships from memberships m where m.org_id = p_org_id and m.user_id = p_user_id;
  return v_memberships @> p_memberships and v_memberships <@ p_memberships;
end
$function$
;

CREATE OR REPLACE FUNCTION public.directory_instant(p_text text)
 RETURNS bigint
 LANGUAGE plpgsql
 IMMUTABLE PARALLEL SAFE STRICT
AS $function$
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
$function$
;

CREATE OR REPLACE FUNCTION public.directory_is_domain_of_another(p_org_id uuid, p_domain text)
 RETURNS boolean
 LANGUAGE sql
 STABLE
AS $function$
  select exists (select from email_domains d where d.domain = p_domain and d.org_id <> p_org_id)
$function$
;

CREATE OR REPLACE FUNCTION public.directory_is_name_taken(p_org_id uuid, p_name_key text, p_but uuid)
 RETURNS boolean
 LANGUAGE sql
 STABLE
AS $function$
  select exists (
    select from directory_groups g where g.org_id = p_org_id and g.display_name_key = p_name_key and g.group_id <> p_but)
$function$
;

CREATE OR REPLACE FUNCTION public.directory_is_released(p_org_id uuid, p_reason text, p_user_id uuid, p_since timestamp with time zone)
 RETURNS boolean
 LANGUAGE sql
 STABLE
AS $function$
  select exists (
    select from directory_holds h
    where h.org_id = p_org_id and h.reason = p_reason and h.released_at > p_since
      and h.user_id is not distinct from p_user_id)
$function$
;

CREATE OR REPLACE FUNCTION public.directory_last_sso_admin(p_org_id uuid, p_losing uuid[], p_since timestamp with time zone)
 RETURNS uuid
 LANGUAGE plpgsql
AS $function$
declare
  v_user_id uuid;
  v_status text;
begin
  perform directory_count(p_org_id, 0, 0, 0);
  select u.user_id, u.status into v_user_id, v_status from users u
    where u.org_id = p_org_id and u.user_id = any(p_losing) and u.status <> 'disabled'
    order by u.status <> 'active', u.user_id limit 1;
  if directory_is_released(p_org_id, 'last_sso_admin', v_user_id, p_since) or exists (
      select from grants g join users u on u.org_id = g.org_id and u.user_id = g.user_id
      where g.org_id = p_org_id and g.role = 'sso_admin' and g.user_id <> all(p_losing) and u.status in ('active', v_status))
  then
    return null;
  end if;
  return v_user_id;
end
$function$
;

CREATE OR REPLACE FUNCTION public.directory_lock_counters(p_org_id uuid)
 RETURNS directories
 LANGUAGE plpgsql
AS $function$
declare
  v_counters directories;
begin
  select * into v_counters from directories d where d.org_id = p_org_id for no key update;
  if not found then
    perform directory_count(p_org_id, 0, 0, 0);
    select * into strict v_counters from directories d where d.org_id = p_org_id for no key update;
  end if;
  return v_counters;
end
$function$
;

CREATE OR REPLACE FUNCTION public.directory_lock_users(p_org_id uuid, p_user_ids uuid[])
 RETURNS void
 LANGUAGE plpgsql
AS $function$
begin
  perform from users u where u.org_id = p_org_id and u.user_id = any(p_user_ids) order by u.user_id for no key update;
end
$function$
;

CREATE OR REPLACE FUNCTION public.directory_loses_sso_admin(p_org_id uuid, p_user_id uuid, p_grants jsonb)
 RETURNS boolean
 LANGUAGE plpgsql
 STABLE
AS $function$
begin
  return p_grants is not null and not p_grants @> '[{"role": "sso_admin"}]'
    and exists (select from grants g where g.org_id = p_org_id and g.user_id = p_user_id and g.role = 'sso_admin')
    and not exists (select from grants g where g.org_id = p_org_id and g.user_id = p_user_id and g.role = 'sso_admin'
                      and is_edited(g.sources));
end
$function$
;

CREATE OR REPLACE FUNCTION public.directory_may_go(p_org_id uuid, p_brake jsonb, p_offboarded integer, p_since timestamp with time zone)
 RETURNS integer
 LANGUAGE plpgsql
 STABLE
 SET enable_seqscan TO 'off'
AS $function$
declare
  v_share integer := p_brake->'share';
  v_active integer;
begin
  select d.active_users into v_active from directories d where d.org_id = p_org_id;
  v_active := v_active - (select count(*) from directory_users u
                          where u.org_id = p_org_id and u.created_at > p_since and u.active);
  return greatest((p_brake->'atLeast')::integer, (v_active + p_offboarded) * v_share / 100);
end
$function$
;

CREATE OR REPLACE FUNCTION public.directory_member_changes(p_org_id uuid, p_group_id uuid, p_replace uuid[], p_add uuid[], p_remove uuid[])
 RETURNS TABLE(come uuid[], go uuid[], unknown uuid[])
 LANGUAGE plpgsql
AS $function$
declare
  v_wanted uuid[] := array(select unnest(coalesce(p_replace, '{}') || p_add) except select unnest(p_remove));
begin
  select coalesce(array_agg(w.user_id) filter (where u.user_id is not null and m.user_id is null), '{}'),
         coalesce(array_agg(w.user_id) filter (where u.user_id is null), '{}')
    into come, unknown
    from unnest(v_wanted) as w(user_id)
    left join directory_users u on u.org_id = p_org_id and u.user_id = w.user_id
    left join directory_members m on m.org_id = p_org_id and m.group_id = p_group_id and m.user_id = w.user_id;
  if p_replace is null then
    go := array(select m.user_id from directory_members m
                where m.org_id = p_org_id and m.group_id = p_group_id and m.user_id = any(p_remove));
  else
    go := array(select m.user_id from directory_members m where m.org_id = p_org_id and m.group_id = p_group_id
                except select unnest(v_wanted));
  end if;
  return next;
end
$function$
;

CREATE OR REPLACE FUNCTION public.directory_member_states(p_org_id uuid, p_group_id uuid, p_add uuid[], p_remove uuid[])
 RETURNS jsonb
 LANGUAGE plpgsql
 SET plan_cache_mode TO 'force_generic_plan'
AS $function$
declare
  v_group directory_groups;
  v_changes record;
begin
  perform set_config('rolecall.organization_id', p_org_id::text, true);
  select * into v_group from directory_groups g where g.org_id = p_org_id and g.group_id = p_group_id;
  if not found then
    return null;
  end if;
  select * into v_changes from directory_member_changes(p_org_id, p_group_id, null, p_add, p_remove);
  return jsonb_build_object(
    'group', to_jsonb(v_group) - 'folded',
    'facts', directory_group_facts(v_group),
    'revision', (select o.revision from organizations o where o.org_id = p_org_id),
    'unknown', to_jsonb(v_changes.unknown),
    'users', (
      select coalesce(jsonb_agg(to_jsonb(s) || jsonb_build_object('joins', s.user_id = any(v_changes.come)) order by s.user_id), '[]')
      from directory_user_states(p_org_id, v_changes.come || v_changes.go) s));
end
$function$
;

CREATE OR REPLACE FUNCTION public.directory_members_of(p_org_id uuid, p_group_ids uuid[])
 RETURNS uuid[]
 LANGUAGE sql
 STABLE
AS $function$
  select coalesce(array_agg(distinct m.user_id), '{}') from directory_members m
  where m.org_id = p_org_id and m.group_id = any(p_group_ids)
$function$
;

CREATE OR REPLACE FUNCTION public.directory_met(p_org_id uuid, p_user_name_key text, p_external_id text)
 RETURNS TABLE(user_id uuid, attribute text, active boolean)
 LANGUAGE sql
 STABLE
AS $function$
  (select u.user_id, 'userName', u.active from directory_users u
     where u.org_id = p_org_id and u.user_name_key = p_user_name_key)
  union all
  (select u.user_id, 'externalId', false from directory_users u
     where u.org_id = p_org_id and u.external_id = p_external_id and not u.active
     order by u.user_id::text limit 1) -- a text, lest the key of ids be walked for want of a match
  limit 1
$function$
;

CREATE OR REPLACE FUNCTION public.directory_note_rotation()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
declare
  v_rotate_at timestamptz;
begin
  select min(newest.rotate_at) into v_rotate_at
    from (select distinct on (t.name) t.rotate_at from directory_tokens t
          where t.org_id = new.org_id and t.revoked_at is null
          order by t.name, t.created_at desc, t.token_id desc) newest;
  if v_rotate_at is null then
    delete from directory_rotations d where d.org_id = new.org_id;
  else
    insert into directory_rotations values (new.org_id, v_rotate_at)
    on conflict (org_id) do update set rotate_at = excluded.rotate_at;
  end if;
  delete from expiring_items i where i.org_id = new.org_id and i.kind = 'scim-token';
  insert into expiring_items (org_id, kind, name, expires_at)
    select distinct on (t.name) t.org_id, 'scim-token', t.name, t.expires_at from directory_tokens t
    where t.org_id = new.org_id and t.revoked_at is null
    order by t.name, t.created_at desc, t.token_id desc;
  return null;
end
$function$
;

CREATE OR REPLACE FUNCTION public.directory_offboard(p_org_id uuid, p_user_id uuid, p_cause text, p_was_active boolean, p_receipt jsonb, p_now timestamp with time zone)
 RETURNS offboarding_receipts
 LANGUAGE plpgsql
AS $function$
begin
  if p_was_active then
    update directories d set offboarded = d.offboarded + 1 where d.org_id = p_org_id and d.offboarded_since < p_now;
  end if;
  return offboard(p_org_id, p_user_id, p_cause, p_was_active, p_receipt, p_now);
end
$function$
;

CREATE OR REPLACE FUNCTION public.directory_offboarded(p_counters directories, p_since timestamp with time zone)
 RETURNS integer
 LANGUAGE plpgsql
AS $function$
declare
  v_between integer;
  v_counted integer;
begin
  if p_since >= p_counters.offboarded_since then
    select count(*) into v_between from offboarding_receipts r
      where r.org_id = p_counters.org_id and r.at > p_counters.offboarded_since and r.at <= p_since and r.was_active;
    v_counted := p_counters.offboarded - v_between;
  else
    select count(*) into v_between from offboarding_receipts r
      where r.org_id = p_counters.org_id and r.at > p_since and r.at <= p_counters.offboarded_since and r.was_active;
    v_counted := p_counters.offboarded + v_between;
  end if;
  if v_between > 0 or p_since > p_counters.offboarded_since + interval '1 minute' then
    update directories d set offboarded = v_counted, offboarded_since = p_since where d.org_id = p_counters.org_id;
  end if;
  return v_counted;
end
$function$
;

CREATE OR REPLACE FUNCTION public.directory_read_users(p_org_id uuid, p_user_ids uuid[])
 RETURNS TABLE(user_id uuid, body jsonb, version bigint, created_at timestamp with time zone, modified_at timestamp with time zone, groups jsonb, grants jsonb, memberships jsonb, revision integer)
 LANGUAGE plpgsql
 SET plan_cache_mode TO 'force_generic_plan'
AS $function$
begin
  perform set_config('rolecall.organization_id', p_org_id::text, true);
  return query
    select s.*, o.revision
    from directory_user_states(p_org_id, p_user_ids) s, organizations o
    where o.org_id = p_org_id;
end
$function$
;

CREATE OR REPLACE FUNCTION public.directory_replace_user(p_org_id uuid, p_expected bigint, p_user jsonb, p_access jsonb, p_off jsonb, p_now timestamp with time zone)
 RETURNS jsonb
 LANGUAGE plpgsql
AS $function$
declare
  v_user_id uuid := p_user->>'userId';
  v_active boolean := p_user->'active';
  v_profile jsonb := p_access->'profile';
  v_email_key text;
  v_was directory_users;
  v_brake record;
  v_receipt jsonb;
begin
  select u.email_key into v_email_key from users u where u.org_id = p_org_id and u.user_id = v_user_id for no key update;
  select * into v_was from directory_users d where d.org_id = p_org_id and d.user_id = v_user_id;
  if not found then
    return jsonb_build_object('outcome', 'unknown');
  end if;
  if v_was.version <> p_expected then
    return jsonb_build_object('outcome', 'changed_meanwhile');
  end if;
  perform directory_require_revision(p_org_id, (p_access->>'revision')::integer);
  if p_user->'emailDomain' is not null and directory_is_domain_of_another(p_org_id, p_user->>'emailDomain') then
    return jsonb_build_object('outcome', 'domain_of_another');
  end if;
  if v_was.user_name_key <> p_user->>'userNameKey' and exists (
      select from directory_users d
      where d.org_id = p_org_id and d.user_name_key = p_user->>'userNameKey' and d.user_id <> v_user_id) then
    return jsonb_build_object('outcome', 'conflict');
  end if;
  if lower(v_profile->>'email') is distinct from v_email_key
    and directory_takes_address(p_org_id, v_user_id, v_profile->>'email')
  then
    return jsonb_build_object('outcome', 'address_taken');
  end if;
  if v_was.active and (not v_active or directory_loses_sso_admin(p_org_id, v_user_id, p_access->'grants')) then
    select * into v_brake from directory_brake(p_org_id, v_user_id,
      case when v_active then (p_off->'brake') - 'share' else p_off->'brake' end, p_now);
    if found and p_off->'holdId' is null then
      return jsonb_build_object('outcome', 'to_be_held');
    elsif found then
      return jsonb_build_object('outcome', 'held', 'hold',
        jsonb_build_object('holdId', directory_hold(p_org_id, v_user_id, v_brake.reason, p_off->'brake', p_off, p_now))
        || to_jsonb(v_brake));
    end if;
  end if;

  update directory_users d
  set user_name = p_user->>'userName', user_name_key = p_user->>'userNameKey', external_id = p_user->>'externalId',
      active = v_active, display_name_key = p_user->>'displayNameKey', body = p_user->'body', folded = p_user->'folded',
      version = d.version + 1, decides = true, modified_at = p_now
  where d.org_id = p_org_id and d.user_id = v_user_id;
  update users u
  set status = case
        when not v_active then 'disabled'
        when u.status <> 'disabled' then u.status
        when exists (select from identities i where i.org_id = p_org_id and i.user_id = v_user_id
                       and i.identity_provider <> '@directory') then 'active'
        else 'invited' end,
      email = v_profile->>'email', given_name = v_profile->>'givenName',
      family_name = v_profile->>'familyName', display_name = v_profile->>'displayName',
      deciding_identity_provider = '@directory', deciding_name_id_format = 'scim', deciding_name_id = v_user_id::text,
      updated_at = p_now
  where u.org_id = p_org_id and u.user_id = v_user_id;
  if p_user->'emails' is not null then
    perform directory_write_emails(p_org_id, v_user_id, p_user->'emails');
  end if;
  perform directory_write_access(p_org_id, v_user_id, p_access, p_now);
  if v_was.active and not v_active then
    v_receipt := to_jsonb(directory_offboard(p_org_id, v_user_id, 'deactivated', true,
      p_off || jsonb_build_object('formerAddressKey', v_email_key), p_now));
  end if;
  if v_was.active <> v_active then
    perform directory_count(p_org_id, 0, v_active::integer - v_was.active::integer, 0);
  end if;
  return jsonb_build_object('outcome', 'replaced', 'version', v_was.version + 1, 'receipt', v_receipt);
end
$function$
;

CREATE OR REPLACE FUNCTION public.directory_replace_users(p_org_id uuid, p_users jsonb, p_waits boolean)
 RETURNS SETOF jsonb
 LANGUAGE plpgsql
 SET lock_timeout TO '10s'
 SET plan_cache_mode TO 'force_generic_plan'
AS $function$
declare
  v_ids uuid[] := array(select (u->'user'->>'userId')::uuid from jsonb_array_elements(p_users) u);
  v_user jsonb;
  v_result jsonb;
  v_events jsonb := '[]';
begin
  perform set_config('rolecall.organization_id', p_org_id::text, true);
  if p_waits then
    perform directory_lock_users(p_org_id, v_ids);
  else
    v_ids := array(
      select u.user_id from users u where u.org_id = p_org_id and u.user_id = any(v_ids) for no key update skip locked);
  end if;
  for v_user in select u from jsonb_array_elements(p_users) u loop
    if (v_user->'user'->>'userId')::uuid = any(v_ids) then
      v_result := directory_replace_user(p_org_id, (v_user->>'expected')::bigint, v_user->'user', v_user->'access', v_user->'off',
        (v_user->>'now')::timestamptz);
    else
      v_result := '{"outcome": "busy"}';
    end if;
    if v_result->>'outcome' = 'replaced' then
      v_events := v_events || (v_user->'events');
    end if;
    return next v_result;
  end loop;
  -- last, since it holds up everything else of the organization
  if v_events <> '[]' then
    perform audit_append(p_org_id, v_events);
  end if;
end
$function$
;

CREATE OR REPLACE FUNCTION public.directory_require_revision(p_org_id uuid, p_revision integer)
 RETURNS void
 LANGUAGE plpgsql
AS $function$
declare
  v_live integer;
begin
  select o.revision into v_live from organizations o where o.org_id = p_org_id;
  if v_live is distinct from p_revision then
    raise exception 'decided with revision %, the live one is %', p_revision, coalesce(v_live::text, 'gone')
      using errcode = 'RC001';
  end if;
end
$function$
;

CREATE OR REPLACE FUNCTION public.directory_shown_user(p_outcome text, p_user directory_users)
 RETURNS jsonb
 LANGUAGE plpgsql
 STABLE
AS $function$
begin
  return jsonb_build_object('outcome', p_outcome, 'body', p_user.body, 'version', p_user.version,
    'created', (extract(epoch from p_user.created_at) * 1000)::bigint,
    'modified', (extract(epoch from p_user.modified_at) * 1000)::bigint,
    'groups', (
      select coalesce(jsonb_agg(jsonb_build_object('groupId', g.group_id, 'displayName', g.display_name) order by g.group_id), '[]')
      from directory_members m join directory_groups g on g.org_id = m.org_id and g.group_id = m.group_id
      where m.org_id = p_user.org_id and m.user_id = p_user.user_id));
end
$function$
;

CREATE OR REPLACE FUNCTION public.directory_store_access(p_org_id uuid, p_revision integer, p_users jsonb, p_grants jsonb, p_memberships jsonb, p_now timestamp with time zone)
 RETURNS void
 LANGUAGE plpgsql
 SET lock_timeout TO '10s'
AS $function$
begin
  perform directory_require_revision(p_org_id, p_revision);
  with decided as (
    select d."userId" as user_id, d.facts, d.profile from jsonb_to_recordset(p_users) as d("userId" uuid, facts jsonb, profile jsonb)
  ), versions as (
    update directory_users u set version = u.version + 1, decides = true
    from decided d where u.org_id = p_org_id and u.user_id = d.user_id
  ), profiles as (
    update users u
    set email = d.profile->>'email', given_name = d.profile->>'givenName', family_name = d.profile->>'familyName',
        display_name = d.profile->>'displayName', deciding_identity_provider = '@directory',
        deciding_name_id_format = 'scim', deciding_name_id = u.user_id::text, updated_at = p_now
    from decided d
    where u.org_id = p_org_id and u.user_id = d.user_id
      and (u.deciding_identity_provider, u.email, u.given_name, u.family_name, u.display_name) is distinct from
        ('@directory', d.profile->>'email', d.profile->>'givenName', d.profile->>'familyName', d.profile->>'displayName')
  )
  insert into identities as i (org_id, identity_provider, name_id_format, name_id, user_id, facts, last_login_at)
  select p_org_id, '@directory', 'scim', d.user_id::text, d.user_id, d.facts, p_now from decided d
  on conflict (org_id, identity_provider, name_id_format, name_id) do update
  set facts = excluded.facts, last_login_at = excluded.last_login_at
  where i.facts is distinct from excluded.facts;
  perform replace_grants(p_org_id,
    array(select d."userId" from jsonb_to_recordset(p_users) as d("userId" uuid, decides boolean) where d.decides),
    p_revision, p_grants, p_memberships, p_now);
end
$function$
;

CREATE OR REPLACE FUNCTION public.directory_surely_may_go(p_org_id uuid, p_brake jsonb, p_offboarded integer, p_active integer, p_since timestamp with time zone)
 RETURNS boolean
 LANGUAGE plpgsql
 STABLE
 SET enable_seqscan TO 'off'
AS $function$
declare
  v_needed integer := ceil((p_offboarded + 1) * 100.0 / (p_brake->'share')::integer) - p_offboarded;
  v_came integer;
begin
  if p_offboarded < (p_brake->'atLeast')::integer then
    return true;
  end if;
  if v_needed > p_active then
    return false;
  end if;
  if v_needed > 100 then
    select count(*) into v_came from (
      select from directory_users u where u.org_id = p_org_id and u.created_at > p_since and u.active
      order by u.created_at limit 1001) u;
    if v_came <= 1000 then
      return v_came <= p_active - v_needed;
    end if;
  end if;
  return v_needed <= 1000 and v_needed = (
    select count(*) from (
      select from directory_users u where u.org_id = p_org_id and u.created_at <= p_since and u.active
      order by u.created_at limit greatest(v_needed, 0)) u);
end
$function$
;

CREATE OR REPLACE FUNCTION public.directory_takes_address(p_org_id uuid, p_user_id uuid, p_email text)
 RETURNS boolean
 LANGUAGE sql
 STABLE
AS $function$
  select exists (
      select from users u where u.org_id = p_org_id and u.email_key = lower(p_email) and u.user_id <> p_user_id)
    and not exists (
      select from users u where u.org_id = p_org_id and u.user_id = p_user_id and u.email_key = lower(p_email))
$function$
;

CREATE OR REPLACE FUNCTION public.directory_tokens_due(p_collection text, p_before timestamp with time zone)
 RETURNS TABLE(organization text, name text, rotate_at timestamp with time zone, expires_at timestamp with time zone)
 LANGUAGE plpgsql
AS $function$
#variable_conflict use_column
declare
  v_due record;
begin
  for v_due in
    select r.org_id, r.name from directory_rotations d join organization_registry r on r.org_id = d.org_id
    where r.collection = p_collection and d.rotate_at <= p_before order by d.rotate_at, r.name limit 100
  loop
    perform set_config('rolecall.organization_id', v_due.org_id::text, true);
    return query
      select v_due.name, newest.name, newest.rotate_at, newest.expires_at
      from (select distinct on (t.name) t.name, t.rotate_at, t.expires_at from directory_tokens t
            where t.org_id = v_due.org_id and t.revoked_at is null
            order by t.name, t.created_at desc, t.token_id desc) newest
      where newest.rotate_at <= p_before order by newest.rotate_at, newest.name;
  end loop;
end
$function$
;

CREATE OR REPLACE FUNCTION public.directory_user_states(p_org_id uuid, p_user_ids uuid[])
 RETURNS TABLE(user_id uuid, body jsonb, version bigint, created_at timestamp with time zone, modified_at timestamp with time zone, groups jsonb, grants jsonb, memberships jsonb)
 LANGUAGE sql
 STABLE
AS $function$
  select u.user_id, u.body, u.version, u.created_at, u.modified_at,
    (select coalesce(jsonb_agg(jsonb_build_object('groupId', g.group_id, 'displayName', g.display_name,
              'externalId', g.external_id, 'formerNames', g.former_names) order by g.group_id), '[]')
       from directory_members m
       join directory_groups g on g.org_id = m.org_id and g.group_id = m.group_id
       where m.org_id = p_org_id and m.user_id = u.user_id),
    (select coalesce(jsonb_agg(jsonb_build_object('scope', g.scope, 'role', g.role)), '[]')
       from grants g where g.org_id = p_org_id and g.user_id = u.user_id and not is_edited(g.sources)),
    (select coalesce(jsonb_agg(m.group_name), '[]')
       from memberships m where m.org_id = p_org_id and m.user_id = u.user_id)
  from directory_users u
  where u.org_id = p_org_id and u.user_id = any(p_user_ids)
$function$
;

CREATE OR REPLACE FUNCTION public.directory_write_access(p_org_id uuid, p_user_id uuid, p_access jsonb, p_now timestamp with time zone)
 RETURNS void
 LANGUAGE plpgsql
AS $function$
begin
  insert into identities (org_id, identity_provider, name_id_format, name_id, user_id, facts, last_login_at)
  values (p_org_id, '@directory', 'scim', p_user_id::text, p_user_id, p_access->'facts', p_now)
  on conflict (org_id, identity_provider, name_id_format, name_id) do update
  set facts = excluded.facts, last_login_at = excluded.last_login_at;
  if p_access->'grants' is not null
    and not directory_holds_already(p_org_id, p_user_id, p_access->'grants', p_access->'memberships')
  then
    perform replace_grants(p_org_id, array[p_user_id], (p_access->>'revision')::integer, p_access->'grants',
                           p_access->'memberships', p_now);
  end if;
end
$function$
;

CREATE OR REPLACE FUNCTION public.directory_write_emails(p_org_id uuid, p_user_id uuid, p_emails jsonb)
 RETURNS void
 LANGUAGE sql
AS $function$
  delete from directory_emails where org_id = p_org_id and user_id = p_user_id;
  insert into directory_emails (org_id, user_id, position, value_key, type_key, is_primary)
  select p_org_id, p_user_id, e.position, e."valueKey", e."typeKey", e."isPrimary"
  from jsonb_to_recordset(p_emails) as e(position integer, "valueKey" text, "typeKey" text, "isPrimary" boolean)
$function$
;

CREATE OR REPLACE FUNCTION public.directory_write_group(p_org_id uuid, p_was directory_groups, p_group jsonb)
 RETURNS void
 LANGUAGE plpgsql
AS $function$
declare
  v_names text[] := p_was.former_names;
  v_keys text[] := p_was.former_name_keys;
begin
  if p_was.display_name <> p_group->>'displayName'
    and not directory_is_name_taken(p_org_id, p_was.display_name_key, p_was.group_id)
  then
    v_names := v_names || p_was.display_name;
    v_keys := v_keys || p_was.display_name_key;
  end if;
  update directory_groups g
  set display_name = p_group->>'displayName', display_name_key = p_group->>'displayNameKey',
      external_id = p_group->>'externalId', body = p_group->'body', folded = p_group->'folded',
      (former_names, former_name_keys) = (
        select coalesce(array_agg(f.name order by f.n), '{}'), coalesce(array_agg(f.key order by f.n), '{}')
        from (
          select distinct on (f.name) f.name, f.key, f.n from unnest(v_names, v_keys) with ordinality as f(name, key, n)
          where f.name <> p_group->>'displayName' order by f.name, f.n desc
        ) f
        where f.n > cardinality(v_names) - 20)
  where g.org_id = p_org_id and g.group_id = p_was.group_id;
end
$function$
;

CREATE OR REPLACE FUNCTION public.directory_write_member(p_org_id uuid, p_group_id uuid, p_user jsonb, p_now timestamp with time zone)
 RETURNS integer
 LANGUAGE plpgsql
AS $function$
declare
  v_user_id uuid := p_user->>'userId';
  v_profile jsonb := p_user->'profile';
begin
  if (p_user->'joins')::boolean then
    insert into directory_members (org_id, group_id, user_id) values (p_org_id, p_group_id, v_user_id);
  else
    delete from directory_members m where m.org_id = p_org_id and m.group_id = p_group_id and m.user_id = v_user_id;
  end if;
  update directory_users u set version = u.version + 1, decides = true where u.org_id = p_org_id and u.user_id = v_user_id;
  update users u
  set email = v_profile->>'email', given_name = v_profile->>'givenName', family_name = v_profile->>'familyName',
      display_name = v_profile->>'displayName', deciding_identity_provider = '@directory', deciding_name_id_format = 'scim',
      deciding_name_id = v_user_id::text, updated_at = p_now
  where u.org_id = p_org_id and u.user_id = v_user_id
    and (u.deciding_identity_provider, u.email, u.given_name, u.family_name, u.display_name) is distinct from
      ('@directory', v_profile->>'email', v_profile->>'givenName', v_profile->>'familyName', v_profile->>'displayName');
  perform directory_write_access(p_org_id, v_user_id, p_user, p_now);
  return case when (p_user->'joins')::boolean then 1 else -1 end;
end
$function$
;

CREATE OR REPLACE FUNCTION public.directory_write_members(p_org_id uuid, p_group_id uuid, p_come uuid[], p_go uuid[])
 RETURNS TABLE(added uuid[], removed uuid[])
 LANGUAGE plpgsql
AS $function$
begin
  with gone as (
    delete from directory_members m where m.org_id = p_org_id and m.group_id = p_group_id and m.user_id = any(p_go)
    returning m.user_id
  )
  select coalesce(array_agg(user_id), '{}') into removed from gone;
  with come as (
    insert into directory_members as m (org_id, group_id, user_id)
    select p_org_id, p_group_id, u.user_id from directory_users u where u.org_id = p_org_id and u.user_id = any(p_come)
    on conflict do nothing
    returning m.user_id
  )
  select coalesce(array_agg(user_id), '{}') into added from come;
  return next;
end
$function$
;

CREATE OR REPLACE FUNCTION public.end_unproved_access(p_org_id uuid, p_user_id uuid, p_identity_provider text)
 RETURNS boolean
 LANGUAGE plpgsql
AS $function$
begin
  delete from one_time_links k where k.org_id = p_org_id and k.user_id = p_user_id and k.printed;
  -- with the recovery codes
  delete from local_accounts l where l.org_id = p_org_id and l.user_id = p_user_id and l.email_verified_at is null;
  if not found then
    return false;
  end if;
  delete from identities i
    where i.org_id = p_org_id and i.user_id = p_user_id and i.identity_provider not in ('@directory', p_identity_provider);
  -- one that somebody holds waits for this user's row: waiting for it would be waiting for each other
  delete from login_transactions t
    where t.ctid in (
      select w.ctid from login_transactions w where w.org_id = p_org_id and w.link_user_id = p_user_id for update skip locked);
  delete from sessions s where s.org_id = p_org_id and s.user_id = p_user_id;
  delete from pending_sign_ins s where s.org_id = p_org_id and s.user_id = p_user_id;
  delete from one_time_links k where k.org_id = p_org_id and k.user_id = p_user_id;
  delete from known_devices d where d.org_id = p_org_id and d.user_id = p_user_id;
  return true;
end
$function$
;

CREATE OR REPLACE FUNCTION public.erase_audit_origins(p_before date, p_limit integer, OUT days integer, OUT addresses integer)
 RETURNS record
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
declare
  v_before date;
  v_due record;
  v_count integer;
begin
  days := 0;
  addresses := 0;
  select least(p_before, (now() at time zone 'UTC')::date - k.days + 1) into strict v_before from public.audit_address_days k;
  for v_due in
    select d.day, d.org_id from public.audit_origin_days d where d.day < v_before
    order by d.day, d.org_id limit p_limit for update skip locked
  loop
    perform set_config('rolecall.organization_id', v_due.org_id::text, true);
    delete from public.audit_origins o where o.org_id = v_due.org_id
      and o.first_seen_at >= v_due.day::timestamp at time zone 'UTC'
      and o.first_seen_at < (v_due.day + 1)::timestamp at time zone 'UTC';
    get diagnostics v_count = row_count;
    addresses := addresses + v_count;
    delete from public.audit_origin_days d where d.day = v_due.day and d.org_id = v_due.org_id;
    days := days + 1;
  end loop;
end
$function$
;

CREATE OR REPLACE FUNCTION public.forget_directory()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  delete from public.directory_requests where org_id = old.org_id;
  delete from public.directory_holds where org_id = old.org_id;
  delete from public.offboarding_receipts where org_id = old.org_id;
  return null;
end
$function$
;

CREATE OR REPLACE FUNCTION public.forget_mails()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  delete from public.mails where org_id = old.org_id;
  delete from public.due_mails where org_id = old.org_id;
  return null;
end
$function$
;

CREATE OR REPLACE FUNCTION public.forget_sso_evidence()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  delete from public.sso_evidence where org_id = old.org_id;
  return null;
end
$function$
;

CREATE OR REPLACE FUNCTION public.forward_check(p_org_id uuid, p_token_hash bytea, p_origin text, p_now timestamp with time zone)
 RETURNS json
 LANGUAGE plpgsql
AS $function$
declare
  v_session bytea;
begin
  perform set_config('rolecall.organization_id', p_org_id::text, true);
  select f.session_token_hash into v_session from forward_sessions f
    where f.org_id = p_org_id and f.token_hash = p_token_hash and f.origin = p_origin and f.flow_hash is null
      and exists (select from forward_origins o where o.origin = p_origin and o.org_id = p_org_id);
  if not found then
    return null;
  end if;
  return session_check(p_org_id, v_session, p_now);
end
$function$
;

CREATE OR REPLACE FUNCTION public.grants_keep_history()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  -- not what was so within this transaction alone; and a user who is being deleted has none any more
  insert into grant_history (org_id, user_id, scope, role, ended_at, sources, revision, granted_at, valid_from)
  select old.org_id, old.user_id, old.scope, old.role, now(), old.sources, old.revision, old.granted_at, old.valid_from
  where old.valid_from is distinct from now()::timestamptz(3)
    and exists (select from users u where u.org_id = old.org_id and u.user_id = old.user_id)
  on conflict do nothing;
  return null;
end
$function$
;

CREATE OR REPLACE FUNCTION public.is_edited(p_sources jsonb)
 RETURNS boolean
 LANGUAGE sql
 IMMUTABLE
AS $function$
  select p_sources @> '[{"kind": "app"}]'
$function$
;

CREATE OR REPLACE FUNCTION public.local_record_login(p_org_id uuid, p_user_id uuid, p_email_key text, p_password_changed_at timestamp with time zone, p_revision integer, p_now timestamp with time zone)
 RETURNS boolean
 LANGUAGE plpgsql
AS $function$
begin
  perform from organizations o where o.org_id = p_org_id and o.revision = p_revision for share;
  if not found then
    raise exception using errcode = 'RC001', message = 'decided with a revision that is not live any more';
  end if;
  perform from users u
    where u.org_id = p_org_id and u.user_id = p_user_id and u.status <> 'disabled' and u.email_key = p_email_key
    for no key update;
  if not found or not exists (
    select from local_accounts l
    where l.org_id = p_org_id and l.user_id = p_user_id and l.password_hash is not null
      and l.password_changed_at = p_password_changed_at)
  then
    return false;
  end if;
  update users u set status = 'active', updated_at = p_now
    where u.org_id = p_org_id and u.user_id = p_user_id and u.status = 'invited';
  return true;
end
$function$
;

CREATE OR REPLACE FUNCTION public.local_set_password(p_org_id uuid, p_user_id uuid, p_email_key text, p_hash text, p_kept bytea, p_mailbox text, p_now timestamp with time zone)
 RETURNS TABLE(outcome text, sessions integer, second_factor boolean, unlinked text[])
 LANGUAGE plpgsql
AS $function$
declare
  v_proved_at timestamptz := case p_mailbox when 'proved' then p_now end;
begin
  second_factor := false;
  unlinked := '{}';
  sessions := 0;
  perform from users u
    where u.org_id = p_org_id and u.user_id = p_user_id and u.status <> 'disabled' and u.email_key = p_email_key
      and (p_mailbox <> 'unproved' or u.status = 'invited')
    for no key update;
  if not found or p_mailbox = 'as-before' and not exists (
    select from local_accounts l where l.org_id = p_org_id and l.user_id = p_user_id and l.password_hash is not null)
  then
    outcome := 'gone';
    return next;
    return;
  end if;
  -- an account whose user has another address by now holds this one no longer
  delete from local_accounts l using users u
    where l.org_id = p_org_id and l.email_key = p_email_key and l.user_id <> p_user_id
      and u.org_id = p_org_id and u.user_id = l.user_id and u.email_key is distinct from l.email_key;
  begin
    if p_mailbox = 'proved' and exists (
      select from local_accounts l where l.org_id = p_org_id and l.user_id = p_user_id and l.email_verified_at is null)
    then
      select l.totp_confirmed_at is not null into second_factor
        from local_accounts l where l.org_id = p_org_id and l.user_id = p_user_id;
      unlinked := array(
        select distinct i.identity_provider from identities i
        where i.org_id = p_org_id and i.user_id = p_user_id and i.identity_provider <> '@directory' order by 1);
      sessions := (select count(*) from sessions s where s.org_id = p_org_id and s.user_id = p_user_id);
      perform end_unproved_access(p_org_id, p_user_id, '@password');
    end if;
    insert into local_accounts as l
      (org_id, user_id, email_key, password_hash, password_changed_at, email_verified_at, created_at)
    values (p_org_id, p_user_id, p_email_key, p_hash, p_now, v_proved_at, p_now)
    on conflict (org_id, user_id) do update
    set email_key = p_email_key, password_hash = p_hash, password_changed_at = p_now,
      email_verified_at = case when p_mailbox = 'as-before' and l.email_key = p_email_key then l.email_verified_at else v_proved_at end;
  exception when unique_violation then
    outcome := 'address_taken';
    second_factor := false;
    unlinked := '{}';
    sessions := 0;
    return next;
    return;
  end;
  delete from one_time_links k where k.org_id = p_org_id and k.user_id = p_user_id;
  delete from pending_sign_ins s where s.org_id = p_org_id and s.user_id = p_user_id;
  delete from known_devices d where d.org_id = p_org_id and d.user_id = p_user_id;
  with ended as (
    delete from sessions s where s.org_id = p_org_id and s.user_id = p_user_id and s.token_hash is distinct from p_kept returning 1
  )
  select sessions + count(*) into sessions from ended;
  outcome := 'set';
  return next;
end
$function$
;

CREATE OR REPLACE FUNCTION public.login_accept(p_org_id uuid, p_identity_provider text, p_request_id text, p_assertion_id text, p_replayable_until timestamp with time zone, p_handle_hash bytea, p_name_id text, p_name_id_format text, p_session_index text, p_session_not_on_or_after timestamp with time zone, p_facts jsonb, p_now timestamp with time zone)
 RETURNS text
 LANGUAGE plpgsql
AS $function$
begin
  perform set_config('rolecall.organization_id', p_org_id::text, true);
  perform from login_transactions
    where org_id = p_org_id and request_id = p_request_id and identity_provider = p_identity_provider
      and handle_hash is null and expires_at > p_now
    for update;
  if not found then
    perform from used_assertions
      where org_id = p_org_id and identity_provider = p_identity_provider and assertion_id = p_assertion_id;
    return case when found then 'replayed_assertion' else 'unknown_request' end;
  end if;
  insert into used_assertions (org_id, identity_provider, assertion_id, replayable_until)
    values (p_org_id, p_identity_provider, p_assertion_id, p_replayable_until)
    on conflict do nothing;
  if not found then
    return 'replayed_assertion';
  end if;
  update login_transactions
    set handle_hash = p_handle_hash, name_id = p_name_id, name_id_format = p_name_id_format,
        session_index = p_session_index, session_not_on_or_after = p_session_not_on_or_after, facts = p_facts
    where org_id = p_org_id and request_id = p_request_id and identity_provider = p_identity_provider;
  return 'accepted';
end
$function$
;

CREATE OR REPLACE FUNCTION public.login_accept_unsolicited(p_org_id uuid, p_identity_provider text, p_login_id text, p_assertion_id text, p_replayable_until timestamp with time zone, p_handle_hash bytea, p_name_id text, p_name_id_format text, p_session_index text, p_session_not_on_or_after timestamp with time zone, p_facts jsonb, p_now timestamp with time zone, p_trace_id text, p_expires_at timestamp with time zone)
 RETURNS text
 LANGUAGE plpgsql
AS $function$
begin
  perform set_config('rolecall.organization_id', p_org_id::text, true);
  insert into used_assertions (org_id, identity_provider, assertion_id, replayable_until)
    values (p_org_id, p_identity_provider, p_assertion_id, p_replayable_until)
    on conflict do nothing;
  if not found then
    return 'replayed_assertion';
  end if;
  insert into login_transactions
    (org_id, request_id, identity_provider, trace_id, mode, created_at, expires_at, handle_hash, name_id, name_id_format,
     session_index, session_not_on_or_after, facts, unsolicited)
  values
    (p_org_id, p_login_id, p_identity_provider, p_trace_id, 'login', p_now, p_expires_at, p_handle_hash, p_name_id,
     p_name_id_format, p_session_index, p_session_not_on_or_after, p_facts, true);
  return 'accepted';
end
$function$
;

CREATE OR REPLACE FUNCTION public.login_begin(p_org_id uuid, p_request_id text, p_identity_provider text, p_browser_hash bytea, p_trace_id text, p_return_to text, p_mode text, p_created_at timestamp with time zone, p_expires_at timestamp with time zone)
 RETURNS void
 LANGUAGE plpgsql
AS $function$
begin
  perform set_config('rolecall.organization_id', p_org_id::text, true);
  insert into login_transactions
    (org_id, request_id, identity_provider, browser_hash, trace_id, return_to, mode, created_at, expires_at)
  values
    (p_org_id, p_request_id, p_identity_provider, p_browser_hash, p_trace_id, p_return_to, p_mode, p_created_at, p_expires_at);
end
$function$
;

CREATE OR REPLACE FUNCTION public.mails_give_up(p_now timestamp with time zone, p_limit integer)
 RETURNS bigint
 LANGUAGE plpgsql
AS $function$
declare
  v_due record;
  v_total bigint := 0;
begin
  for v_due in
    select d.org_id, d.mail_id from due_mails d where d.give_up_at <= p_now
    order by d.give_up_at limit p_limit for update skip locked
  loop
    perform set_config('rolecall.organization_id', v_due.org_id::text, true);
    delete from mails m where m.org_id = v_due.org_id and m.mail_id = v_due.mail_id;
    delete from due_mails d where d.org_id = v_due.org_id and d.mail_id = v_due.mail_id;
    v_total := v_total + 1;
  end loop;
  return v_total;
end
$function$
;

CREATE OR REPLACE FUNCTION public.offboard(p_org_id uuid, p_user_id uuid, p_cause text, p_counts boolean, p_receipt jsonb, p_now timestamp with time zone)
 RETURNS offboarding_receipts
 LANGUAGE plpgsql
AS $function$
declare
  v_receipt offboarding_receipts;
  v_took interval;
  v_addresses text[] := array(
    select u.email_key from users u where u.org_id = p_org_id and u.user_id = p_user_id
    union all select p_receipt->>'formerAddressKey');
  v_more integer;
begin
  -- first: what hangs on a session goes with it, uncounted; and nothing more is hung on it while it is held
  perform from sessions s where s.org_id = p_org_id and s.user_id = p_user_id for update;
  select count(*) into v_receipt.applications
    from sessions s join application_grants g on g.org_id = p_org_id and g.session_token_hash = s.token_hash
    where s.org_id = p_org_id and s.user_id = p_user_id and exists (
      select from application_tokens t where t.org_id = p_org_id and t.grant_id = g.grant_id and t.expires_at > p_now);
  select count(*) into v_receipt.forward_auth
    from sessions s join forward_sessions f on f.org_id = p_org_id and f.session_token_hash = s.token_hash
    where s.org_id = p_org_id and s.user_id = p_user_id and f.flow_hash is null;
  delete from sessions s where s.org_id = p_org_id and s.user_id = p_user_id;
  get diagnostics v_receipt.sessions = row_count;
  -- what the identity provider has answered already, and accounts that the user is about to link. One that somebody holds belongs to a
  -- login that waits for this user's row, and will find the user gone: waiting for it would be waiting for each other
  delete from login_transactions t
  where t.ctid in (
    select w.ctid from login_transactions w
    where w.org_id = p_org_id and (w.link_user_id = p_user_id or exists (
        select from identities i
        where i.org_id = p_org_id and i.user_id = p_user_id and i.identity_provider = w.identity_provider
          and i.name_id_format = w.name_id_format and i.name_id = w.name_id))
    for update skip locked);
  get diagnostics v_receipt.sign_ins = row_count;
  delete from pending_sign_ins s where s.org_id = p_org_id and s.user_id = p_user_id;
  get diagnostics v_more = row_count;
  -- those to the address too: a recovery admin need not be a user when a link is asked for; and those by which another recovery
  -- admin would confirm what the user has asked for
  delete from one_time_links l
  where l.org_id = p_org_id and (l.user_id = p_user_id or l.address_key = any(v_addresses)
    or l.purpose = 'recovery-confirm' and l.about = any(v_addresses));
  get diagnostics v_receipt.links = row_count;
  delete from recovery_sessions r where r.org_id = p_org_id and r.address_key = any(v_addresses);
  get diagnostics v_receipt.recovery_sessions = row_count;
  delete from known_devices d where d.org_id = p_org_id and d.user_id = p_user_id;
  get diagnostics v_receipt.devices = row_count;
  v_took := clock_timestamp() - transaction_timestamp();
  insert into offboarding_receipts (org_id, receipt_id, user_id, at, actor, cause, was_active, sessions, identities, grants, groups,
                                    effective_at, milliseconds, sign_ins, links, devices, recovery_sessions, applications,
                                    forward_auth)
  select p_org_id, (p_receipt->>'receiptId')::uuid, p_user_id, p_now, p_receipt->>'actor', p_cause, p_counts,
    v_receipt.sessions,
    (select count(*) from identities i
       where i.org_id = p_org_id and i.user_id = p_user_id and i.identity_provider <> '@directory'),
    (select count(*) from grants g where g.org_id = p_org_id and g.user_id = p_user_id),
    (select count(*) from directory_members m where m.org_id = p_org_id and m.user_id = p_user_id),
    p_now + v_took, ceil(extract(epoch from v_took) * 1000), v_receipt.sign_ins + v_more, v_receipt.links,
    v_receipt.devices, v_receipt.recovery_sessions, v_receipt.applications, v_receipt.forward_auth
  returning * into v_receipt;
  return v_receipt;
end
$function$
;

CREATE OR REPLACE FUNCTION public.oidc_login_begin(p_org_id uuid, p_request_id text, p_identity_provider text, p_browser_hash bytea, p_trace_id text, p_return_to text, p_mode text, p_created_at timestamp with time zone, p_expires_at timestamp with time zone, p_state_hash bytea, p_nonce text, p_code_verifier text, p_provider jsonb, p_link_user_id uuid)
 RETURNS void
 LANGUAGE plpgsql
AS $function$
begin
  perform set_config('rolecall.organization_id', p_org_id::text, true);
  insert into login_transactions
    (org_id, request_id, identity_provider, browser_hash, trace_id, return_to, mode, created_at, expires_at, state_hash,
     nonce, code_verifier, provider, link_user_id)
  values
    (p_org_id, p_request_id, p_identity_provider, p_browser_hash, p_trace_id, p_return_to, p_mode, p_created_at,
     p_expires_at, p_state_hash, p_nonce, p_code_verifier, p_provider, p_link_user_id);
end
$function$
;

CREATE OR REPLACE FUNCTION public.oidc_login_hold(p_org_id uuid, p_state_hash bytea, p_handle_hash bytea, p_answer jsonb, p_now timestamp with time zone)
 RETURNS boolean
 LANGUAGE plpgsql
AS $function$
begin
  perform set_config('rolecall.organization_id', p_org_id::text, true);
  update login_transactions t set state_hash = p_handle_hash, answer = p_answer
    where t.org_id = p_org_id and t.state_hash = p_state_hash and t.answer is null and t.expires_at > p_now;
  return found;
end
$function$
;

CREATE OR REPLACE FUNCTION public.oidc_login_take(p_org_id uuid, p_state_hash bytea)
 RETURNS TABLE(identity_provider text, browser_hash bytea, trace_id text, return_to text, mode text, created_at timestamp with time zone, expires_at timestamp with time zone, nonce text, code_verifier text, provider jsonb, answer jsonb, link_user_id uuid)
 LANGUAGE plpgsql
AS $function$
begin
  perform set_config('rolecall.organization_id', p_org_id::text, true);
  return query
    delete from login_transactions t where t.org_id = p_org_id and t.state_hash = p_state_hash and t.provider is not null
    returning t.identity_provider, t.browser_hash, t.trace_id, t.return_to, t.mode, t.created_at, t.expires_at, t.nonce,
      t.code_verifier, t.provider, t.answer, t.link_user_id;
end
$function$
;

CREATE OR REPLACE FUNCTION public.override_item(path text)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE
RETURN regexp_replace(path, '^(/spec/login/exemptions)/.*$'::text, '\1'::text)
;

CREATE OR REPLACE FUNCTION public.override_note_expiry()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
declare
  organization uuid := coalesce(new.org_id, old.org_id);
  items text[] := array[override_item(old.path), override_item(new.path)];
begin
  delete from expiring_items i where i.org_id = organization and i.kind = 'override' and i.name = any(items);
  insert into expiring_items (org_id, kind, name, expires_at)
  select organization, 'override', override_item(o.path), min(o.expires_at)
  from overrides o where o.org_id = organization and override_item(o.path) = any(items)
  group by override_item(o.path);
  return null;
end
$function$
;

CREATE OR REPLACE FUNCTION public.purge_applications(p_org_ids uuid[], p_now timestamp with time zone)
 RETURNS bigint
 LANGUAGE plpgsql
AS $function$
declare
  v_org_id uuid;
  v_count bigint;
  v_total bigint := 0;
begin
  foreach v_org_id in array p_org_ids loop
    perform set_config('rolecall.organization_id', v_org_id::text, true);
    delete from application_grants d
      where d.ctid in (
        select g.ctid from application_grants g
        where g.org_id = v_org_id and not exists (
          select from application_tokens t where t.org_id = v_org_id and t.grant_id = g.grant_id and t.expires_at > p_now)
        for update skip locked);
    get diagnostics v_count = row_count; v_total := v_total + v_count;
    delete from application_tokens d
      where d.ctid in (
        select t.ctid from application_tokens t where t.org_id = v_org_id and t.expires_at <= p_now for update skip locked);
    get diagnostics v_count = row_count; v_total := v_total + v_count;
    delete from forward_sessions d
      where d.ctid in (
        select f.ctid from forward_sessions f where f.org_id = v_org_id and f.handle_expires_at <= p_now for update skip locked);
    get diagnostics v_count = row_count; v_total := v_total + v_count;
  end loop;
  return v_total;
end
$function$
;

CREATE OR REPLACE FUNCTION public.purge_directory_requests(p_org_ids uuid[], p_before timestamp with time zone)
 RETURNS bigint
 LANGUAGE plpgsql
AS $function$
declare
  v_org_id uuid;
  v_count bigint;
  v_total bigint := 0;
begin
  foreach v_org_id in array p_org_ids loop
    perform set_config('rolecall.organization_id', v_org_id::text, true);
    delete from directory_requests r where r.org_id = v_org_id and r.at < p_before;
    get diagnostics v_count = row_count;
    v_total := v_total + v_count;
  end loop;
  return v_total;
end
$function$
;

CREATE OR REPLACE FUNCTION public.purge_expired(p_org_ids uuid[], p_now timestamp with time zone, p_flows_before timestamp with time zone)
 RETURNS TABLE(logins bigint, assertions bigint, sessions bigint, flows bigint)
 LANGUAGE plpgsql
AS $function$
#variable_conflict use_column
declare
  v_org_id uuid;
  v_count bigint;
begin
  logins := 0; assertions := 0; sessions := 0; flows := 0;
  foreach v_org_id in array p_org_ids loop
    perform set_config('rolecall.organization_id', v_org_id::text, true);
    delete from login_transactions t where t.org_id = v_org_id and t.expires_at <= p_now;
    get diagnostics v_count = row_count; logins := logins + v_count;
    delete from logouts l where l.org_id = v_org_id and l.expires_at <= p_now;
    get diagnostics v_count = row_count; logins := logins + v_count;
    delete from used_assertions a where a.org_id = v_org_id and a.replayable_until <= p_now;
    get diagnostics v_count = row_count; assertions := assertions + v_count;
    delete from sessions s where s.org_id = v_org_id and (s.expires_at <= p_now or s.idle_expires_at <= p_now);
    get diagnostics v_count = row_count; sessions := sessions + v_count;
    delete from flow_records f where f.org_id = v_org_id and f.finished_at <= p_flows_before;
    get diagnostics v_count = row_count; flows := flows + v_count;
  end loop;
  return next;
end
$function$
;

CREATE OR REPLACE FUNCTION public.purge_local_sign_ins(p_org_ids uuid[], p_now timestamp with time zone)
 RETURNS bigint
 LANGUAGE plpgsql
AS $function$
declare
  v_org_id uuid;
  v_count bigint;
  v_total bigint := 0;
begin
  foreach v_org_id in array p_org_ids loop
    perform set_config('rolecall.organization_id', v_org_id::text, true);
    delete from one_time_links l where l.org_id = v_org_id and l.expires_at <= p_now;
    get diagnostics v_count = row_count; v_total := v_total + v_count;
    delete from pending_sign_ins s where s.org_id = v_org_id and s.expires_at <= p_now;
    get diagnostics v_count = row_count; v_total := v_total + v_count;
    delete from recovery_sessions r where r.org_id = v_org_id and r.expires_at <= p_now;
    get diagnostics v_count = row_count; v_total := v_total + v_count;
    delete from known_devices d where d.org_id = v_org_id and d.last_seen_at <= p_now - interval '1 year';
    get diagnostics v_count = row_count; v_total := v_total + v_count;
  end loop;
  return v_total;
end
$function$
;

CREATE OR REPLACE FUNCTION public.purge_service_provider_keys(p_org_ids uuid[], p_now timestamp with time zone)
 RETURNS bigint
 LANGUAGE plpgsql
AS $function$
declare
  v_org_id uuid;
  v_count bigint;
  v_purged bigint := 0;
begin
  foreach v_org_id in array p_org_ids loop
    perform set_config('rolecall.organization_id', v_org_id::text, true);
    with gone as (
      delete from service_provider_keys k
      where k.org_id = v_org_id and exists (
        select from service_provider_keys f
        where f.org_id = k.org_id and f.identity_provider = k.identity_provider and f.use = k.use
          and f.generation > k.generation and f.current_from + make_interval(secs => f.overlap_seconds) <= p_now)
      returning secret_name
    )
    delete from sealed_secrets s using gone where s.org_id = v_org_id and s.name = gone.secret_name;
    get diagnostics v_count = row_count;
    v_purged := v_purged + v_count;
  end loop;
  return v_purged;
end
$function$
;

CREATE OR REPLACE FUNCTION public.purge_sso_tests(p_org_ids uuid[], p_now timestamp with time zone)
 RETURNS bigint
 LANGUAGE plpgsql
AS $function$
declare
  v_org_id uuid;
  v_count bigint;
  v_total bigint := 0;
begin
  foreach v_org_id in array p_org_ids loop
    perform set_config('rolecall.organization_id', v_org_id::text, true);
    delete from sso_tests t where t.org_id = v_org_id and t.expires_at <= p_now;
    get diagnostics v_count = row_count;
    v_total := v_total + v_count;
  end loop;
  return v_total;
end
$function$
;

CREATE OR REPLACE FUNCTION public.purge_workload_tokens(p_before timestamp with time zone)
 RETURNS integer
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
  with gone as (
    delete from public.api_tokens where workload is not null and expires_at < p_before returning id
  )
  select count(*)::integer from gone
$function$
;

CREATE OR REPLACE FUNCTION public.record_directory_login(p_org_id uuid, p_user_id uuid, p_identity_provider text, p_name_id_format text, p_name_id text, p_now timestamp with time zone, p_links boolean)
 RETURNS boolean
 LANGUAGE plpgsql
AS $function$
begin
  update users set status = 'active' where org_id = p_org_id and user_id = p_user_id and status <> 'disabled';
  if not found then
    return false;
  end if;
  if p_links then
    insert into identities (org_id, user_id, identity_provider, name_id_format, name_id, facts, last_login_at)
      select p_org_id, p_user_id, p_identity_provider, p_name_id_format, p_name_id, '{}', p_now
      where not exists (
        select from identities
        where org_id = p_org_id and user_id = p_user_id and identity_provider = p_identity_provider)
      on conflict do nothing;
  else
    update identities set last_login_at = p_now
    where org_id = p_org_id and identity_provider = p_identity_provider and name_id_format = p_name_id_format
      and name_id = p_name_id and user_id = p_user_id;
  end if;
  return found;
end
$function$
;

CREATE OR REPLACE FUNCTION public.replace_grants(p_org_id uuid, p_user_ids uuid[], p_revision integer, p_grants jsonb, p_memberships jsonb, p_now timestamp with time zone)
 RETURNS TABLE(change text, user_id uuid, scope text, role text, group_name text)
 LANGUAGE plpgsql
AS $function$
#variable_conflict use_column
begin
  return query
    with wanted_grants as (
      select * from jsonb_to_recordset(p_grants) as w(user_id uuid, scope text, role text, sources jsonb)
    ), wanted_memberships as (
      select * from jsonb_to_recordset(p_memberships) as w(user_id uuid, group_name text, sources jsonb)
    ), revoked as (
      delete from grants g
      where g.org_id = p_org_id and g.user_id = any(p_user_ids) and not is_edited(g.sources)
        and not exists (
          select from wanted_grants w where w.user_id = g.user_id and w.scope = g.scope and w.role = g.role)
      returning g.user_id, g.scope, g.role
    ), resourced as (
      update grants g set sources = w.sources, revision = p_revision, valid_from = now()
      from wanted_grants w
      where g.org_id = p_org_id and g.user_id = any(p_user_ids)
        and g.user_id = w.user_id and g.scope = w.scope and g.role = w.role
        and g.sources is distinct from w.sources
    ), granted as (
      insert into grants (org_id, user_id, scope, role, sources, revision, granted_at)
      select p_org_id, w.user_id, w.scope, w.role, w.sources, p_revision, p_now
      from wanted_grants w
      where not exists (
        select from grants g
        where g.org_id = p_org_id and g.user_id = any(p_user_ids)
          and g.user_id = w.user_id and g.scope = w.scope and g.role = w.role)
      on conflict do nothing
      returning user_id, scope, role
    ), departed as (
      delete from memberships m
      where m.org_id = p_org_id and m.user_id = any(p_user_ids)
        and not exists (
          select from wanted_memberships w where w.user_id = m.user_id and w.group_name = m.group_name)
      returning m.user_id, m.group_name
    ), resourced_memberships as (
      update memberships m set sources = w.sources, revision = p_revision
      from wanted_memberships w
      where m.org_id = p_org_id and m.user_id = any(p_user_ids)
        and m.user_id = w.user_id and m.group_name = w.group_name and m.sources is distinct from w.sources
    ), joined as (
      insert into memberships (org_id, user_id, group_name, sources, revision, joined_at)
      select p_org_id, w.user_id, w.group_name, w.sources, p_revision, p_now
      from wanted_memberships w
      where not exists (
        select from memberships m
        where m.org_id = p_org_id and m.user_id = any(p_user_ids)
          and m.user_id = w.user_id and m.group_name = w.group_name)
      on conflict do nothing
      returning user_id, group_name
    )
    select 'granted' as change, user_id, scope, role, null as group_name from granted
    union all select 'revoked', user_id, scope, role, null from revoked
    union all select 'joined', user_id, null, null, group_name from joined
    union all select 'left', user_id, null, null, group_name from departed
    union all select 'revision', null, null, revision::text, null from organizations where org_id = p_org_id;
end
$function$
;

CREATE OR REPLACE FUNCTION public.session_check(p_org_id uuid, p_token_hash bytea, p_now timestamp with time zone)
 RETURNS json
 LANGUAGE plpgsql
AS $function$
declare
  v_session sessions;
  v_idle_end timestamptz;
begin
  perform set_config('rolecall.organization_id', p_org_id::text, true);
  select * into v_session from sessions s
    where s.org_id = p_org_id and s.token_hash = p_token_hash and s.expires_at > p_now and s.idle_expires_at > p_now
      and (s.identity_provider = '@password' or exists (
        select from identity_provider_metadata m
        where m.org_id = p_org_id and m.identity_provider = s.identity_provider and m.enabled));
  if not found then
    return null;
  end if;
  v_idle_end := p_now + make_interval(secs => v_session.idle_seconds);
  if v_idle_end >= v_session.idle_expires_at + interval '1 minute' then
    update sessions s set idle_expires_at = v_idle_end where s.org_id = p_org_id and s.token_hash = p_token_hash;
  else
    v_idle_end := v_session.idle_expires_at;
  end if;
  return (
    select json_build_object(
      'organization', o.name, 'userId', u.user_id, 'email', u.email, 'displayName', u.display_name,
      'identityProvider', v_session.identity_provider,
      'grants', (
        select coalesce(json_object_agg(h.scope, h.roles order by h.scope), '{}')
        from (select g.scope, json_agg(g.role order by g.role) as roles
                from grants g where g.org_id = p_org_id and g.user_id = v_session.user_id group by g.scope) h),
      'groups', (
        select coalesce(json_agg(m.group_name order by m.group_name), '[]')
        from memberships m where m.org_id = p_org_id and m.user_id = v_session.user_id),
      'expiresAt', least(v_session.expires_at, v_idle_end))
    from users u, organizations o
    where u.org_id = p_org_id and u.user_id = v_session.user_id and u.status = 'active' and o.org_id = p_org_id);
end
$function$
;

CREATE OR REPLACE FUNCTION public.store_login(p_org_id uuid, p_user_id uuid, p_email text, p_given_name text, p_family_name text, p_display_name text, p_identity_provider text, p_name_id_format text, p_name_id text, p_facts jsonb, p_now timestamp with time zone, p_takes_over boolean, p_revision integer, p_grants jsonb, p_memberships jsonb)
 RETURNS TABLE(change text, user_id uuid, scope text, role text, group_name text)
 LANGUAGE plpgsql
 SET plan_cache_mode TO 'force_generic_plan'
AS $function$
#variable_conflict use_column
begin
  with identity as (
    update identities set facts = p_facts, last_login_at = p_now
    where org_id = p_org_id and identity_provider = p_identity_provider and name_id_format = p_name_id_format
      and name_id = p_name_id and user_id = p_user_id
  )
  update users
  set status = 'active', email = p_email, given_name = p_given_name, family_name = p_family_name,
      display_name = p_display_name, deciding_identity_provider = p_identity_provider,
      deciding_name_id_format = p_name_id_format, deciding_name_id = p_name_id, updated_at = p_now
  where org_id = p_org_id and user_id = p_user_id and status <> 'disabled'
    and (p_takes_over or deciding_identity_provider is distinct from '@directory');
  if not found then
    return query select 'overtaken', p_user_id, null::text, null::text, null::text;
    return;
  end if;
  return query select * from replace_grants(p_org_id, array[p_user_id], p_revision, p_grants, p_memberships, p_now);
end
$function$
;

CREATE OR REPLACE FUNCTION public.users_forget_history()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
begin
  delete from public.grant_history h using former f where h.org_id = f.org_id and h.user_id = f.user_id;
  return null;
end
$function$
;

CREATE OR REPLACE FUNCTION public.users_stay_stopped()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  new.status := 'disabled';
  return new;
end
$function$
;

CREATE OR REPLACE FUNCTION public.write_at_the_end(p_org_id uuid, p_sessions jsonb, p_flows jsonb, p_events jsonb)
 RETURNS boolean
 LANGUAGE plpgsql
AS $function$
declare
  v_opened integer;
begin
  insert into sessions (org_id, token_hash, user_id, identity_provider, name_id_format, name_id, session_index, opened_at,
                        expires_at, idle_seconds, idle_expires_at, announcement, browser)
    select p_org_id, decode(s."tokenHash", 'hex'), s."userId", s."identityProvider", s."nameIdFormat", s."nameId",
           s."sessionIndex", s."openedAt", s."expiresAt", s."idleSeconds",
           s."openedAt" + make_interval(secs => s."idleSeconds"), s.announcement, s.browser
    from jsonb_to_recordset(p_sessions) as s(
      "tokenHash" text, "userId" uuid, "identityProvider" text, "nameIdFormat" text, "nameId" text, "sessionIndex" text,
      "openedAt" timestamptz, "expiresAt" timestamptz, "idleSeconds" integer, announcement jsonb, revision integer, browser text)
    where case when s."identityProvider" = '@password' then exists (
      select from organizations o where o.org_id = p_org_id and o.revision = s.revision)
    else exists (
      select from identity_provider_metadata m
      where m.org_id = p_org_id and m.identity_provider = s."identityProvider" and m.enabled) end;
  get diagnostics v_opened = row_count;
  if v_opened < jsonb_array_length(p_sessions) then
    raise exception using errcode = 'RC001', message = 'an identity provider is disabled or gone, or the document was replaced';
  end if;
  insert into flow_records (org_id, trace_id, kind, identity_provider, vendor, started_at, finished_at, outcome, code,
                            must_act, user_id, steps)
    select p_org_id, f."traceId", f.kind, f."identityProvider", f.vendor, f."startedAt", f."finishedAt", f.outcome, f.code,
           f."mustAct", f."userId", f.steps
    from jsonb_to_recordset(p_flows) as f(
      "traceId" text, kind text, "identityProvider" text, vendor text, "startedAt" timestamptz, "finishedAt" timestamptz,
      outcome text, code text, "mustAct" text, "userId" uuid, steps jsonb)
    on conflict do nothing;
  if jsonb_array_length(p_events) > 0 then
    perform audit_append(p_org_id, p_events);
  end if;
  return true;
end
$function$
;

CREATE TRIGGER directory_ends_unproved_access AFTER INSERT ON public.identities FOR EACH ROW WHEN ((new.identity_provider = '@directory'::text)) EXECUTE FUNCTION directory_ends_unproved_access();

CREATE TRIGGER directory_tokens_announce AFTER DELETE OR UPDATE OF expires_at, name, revoked_at ON public.directory_tokens FOR EACH ROW EXECUTE FUNCTION announce_organization();

CREATE TRIGGER directory_tokens_note_rotation AFTER INSERT OR UPDATE OF name, expires_at, revoked_at ON public.directory_tokens FOR EACH ROW EXECUTE FUNCTION directory_note_rotation();

CREATE TRIGGER grants_keep_history AFTER DELETE OR UPDATE ON public.grants FOR EACH ROW EXECUTE FUNCTION grants_keep_history();

CREATE TRIGGER organization_registry_announce AFTER INSERT OR DELETE OR UPDATE ON public.organization_registry FOR EACH ROW EXECUTE FUNCTION announce_organization();

CREATE TRIGGER organizations_forget_directory AFTER DELETE ON public.organizations FOR EACH ROW EXECUTE FUNCTION forget_directory();

CREATE TRIGGER organizations_forget_mails AFTER DELETE ON public.organizations FOR EACH ROW EXECUTE FUNCTION forget_mails();

CREATE TRIGGER organizations_forget_sso_evidence AFTER DELETE ON public.organizations FOR EACH ROW EXECUTE FUNCTION forget_sso_evidence();

CREATE TRIGGER overrides_note_expiry AFTER INSERT OR DELETE OR UPDATE ON public.overrides FOR EACH ROW EXECUTE FUNCTION override_note_expiry();

CREATE TRIGGER users_forget_history AFTER DELETE ON public.users REFERENCING OLD TABLE AS former FOR EACH STATEMENT EXECUTE FUNCTION users_forget_history();

CREATE TRIGGER users_stay_stopped BEFORE UPDATE ON public.users FOR EACH ROW WHEN (((new.stopped_at IS NOT NULL) AND (new.status <> 'disabled'::text))) EXECUTE FUNCTION users_stay_stopped();

grant insert, select on api_tokens to rolecall_runtime;

grant delete, insert, select, update on application_grants to rolecall_runtime;

grant delete, insert, select, update on application_tokens to rolecall_runtime;

grant delete, insert, select on apply_results to rolecall_runtime;

grant select on audit_address_days to rolecall_runtime;

grant select on audit_events to rolecall_runtime;

grant select on audit_heads to rolecall_runtime;

grant select on audit_origins to rolecall_runtime;

grant delete, insert, select, update on audit_sinks to rolecall_runtime;

grant select on audit_unsent to rolecall_runtime;

grant delete, insert, select, update on collection_files to rolecall_runtime;

grant insert, select, update on collection_leases to rolecall_runtime;

grant insert, select, update on collections to rolecall_runtime;

grant delete, insert, select, update on declarations to rolecall_runtime;

grant insert, select on deployment_keys to rolecall_runtime;

grant insert, select, update on directories to rolecall_runtime;

grant delete, insert, select, update on directory_emails to rolecall_runtime;

grant delete, insert, select, update on directory_groups to rolecall_runtime;

grant insert, select, update on directory_holds to rolecall_runtime;

grant delete, insert, select, update on directory_members to rolecall_runtime;

grant delete, insert, select on directory_requests to rolecall_runtime;

grant delete, insert, select, update on directory_rotations to rolecall_runtime;

grant insert, select on directory_tokens to rolecall_runtime;

grant delete, insert, select, update on directory_users to rolecall_runtime;

grant delete, insert, select, update on domain_checks to rolecall_runtime;

grant delete, insert, select, update on domain_claims to rolecall_runtime;

grant delete, insert, select, update on due_mails to rolecall_runtime;

grant delete, insert, select, update on email_domains to rolecall_runtime;

grant delete, insert, select, update on expiring_items to rolecall_runtime;

grant delete, insert, select on expiry_notices to rolecall_runtime;

grant delete, insert, select on flow_records to rolecall_runtime;

grant delete, insert, select, update on forward_origins to rolecall_runtime;

grant delete, insert, select, update on forward_sessions to rolecall_runtime;

grant insert, select on grant_history to rolecall_runtime;

grant delete, insert, select, update on grants to rolecall_runtime;

grant delete, insert, select, update on identities to rolecall_runtime;

grant delete, insert, select, update on identity_provider_metadata to rolecall_runtime;

grant delete, insert, select, update on known_devices to rolecall_runtime;

grant delete, insert, select, update on local_accounts to rolecall_runtime;

grant delete, insert, select, update on login_transactions to rolecall_runtime;

grant delete, insert, select, update on logouts to rolecall_runtime;

grant delete, insert, select on mails to rolecall_runtime;

grant delete, insert, select, update on memberships to rolecall_runtime;

grant delete, insert, select, update on metadata_refreshes to rolecall_runtime;

grant select on mikro_orm_migrations to rolecall_runtime;

grant insert, select on offboarding_receipts to rolecall_runtime;

grant delete, insert, select, update on one_time_links to rolecall_runtime;

grant delete, insert, select on openid_issuers to rolecall_runtime;

grant insert, select on organization_keys to rolecall_runtime;

grant delete, insert, select, update on organization_previous_names to rolecall_runtime;

grant insert, select, update on organization_registry to rolecall_runtime;

grant insert, select, update on organizations to rolecall_runtime;

grant delete, insert, select on origin_claims to rolecall_runtime;

grant delete, insert, select, update on overrides to rolecall_runtime;

grant delete, insert, select, update on pending_sign_ins to rolecall_runtime;

grant insert, select on platform_revisions to rolecall_runtime;

grant insert, select on provider_keys to rolecall_runtime;

grant delete, insert, select, update on rate_limits to rolecall_runtime;

grant delete, insert, select, update on recovery_codes to rolecall_runtime;

grant delete, insert, select, update on recovery_sessions to rolecall_runtime;

grant insert, select on revisions to rolecall_runtime;

grant delete, insert, select, update on saved_plans to rolecall_runtime;

grant delete, insert, select, update on sealed_secrets to rolecall_runtime;

grant delete, insert, select, update on service_provider_keys to rolecall_runtime;

grant delete, insert, select, update on sessions to rolecall_runtime;

grant insert, select on signing_keys to rolecall_runtime;

grant delete, insert, select, update on sso_evidence to rolecall_runtime;

grant delete, insert, select, update on sso_tests to rolecall_runtime;

grant delete, insert, select on used_assertions to rolecall_runtime;

grant delete, insert, select on used_workload_tokens to rolecall_runtime;

grant delete, insert, select, update on users to rolecall_runtime;

grant update (expires_at, last_used_at, name, revoked_at) on directory_tokens to rolecall_runtime;

grant update (last_used_at, revoked_at) on api_tokens to rolecall_runtime;

grant update (moved_to) on platform_revisions to rolecall_runtime;

grant execute on function announce_organization to public;

grant execute on function application_end_grant to public;

grant execute on function application_end_token to public;

grant execute on function application_issue to public;

grant execute on function application_session to public;

grant execute on function application_sign_in to public;

grant execute on function application_token to public;

grant execute on function audit_append to rolecall_runtime;

grant execute on function audit_sent to rolecall_runtime;

grant execute on function create_user to public;

grant execute on function delete_organization to rolecall_runtime;

grant execute on function directory_adopt_user to public;

grant execute on function directory_adoptable to public;

grant execute on function directory_append_requests to public;

grant execute on function directory_authenticate to public;

grant execute on function directory_brake to public;

grant execute on function directory_change_group to public;

grant execute on function directory_change_members to public;

grant execute on function directory_count to public;

grant execute on function directory_create_user to public;

grant execute on function directory_create_users to public;

grant execute on function directory_deactivate_user to public;

grant execute on function directory_deactivate_users to public;

grant execute on function directory_delete_user to public;

grant execute on function directory_ends_unproved_access to public;

grant execute on function directory_enter_group to public;

grant execute on function directory_finish_group to public;

grant execute on function directory_forget_name to public;

grant execute on function directory_group to public;

grant execute on function directory_group_facts to public;

grant execute on function directory_group_takes_last to public;

grant execute on function directory_groups_once_called to public;

grant execute on function directory_hold to public;

grant execute on function directory_hold_adopted to public;

grant execute on function directory_holds_already to public;

grant execute on function directory_instant to public;

grant execute on function directory_is_domain_of_another to public;

grant execute on function directory_is_name_taken to public;

grant execute on function directory_is_released to public;

grant execute on function directory_last_sso_admin to public;

grant execute on function directory_lock_counters to public;

grant execute on function directory_lock_users to public;

grant execute on function directory_loses_sso_admin to public;

grant execute on function directory_may_go to public;

grant execute on function directory_member_changes to public;

grant execute on function directory_member_states to public;

grant execute on function directory_members_of to public;

grant execute on function directory_met to public;

grant execute on function directory_note_rotation to public;

grant execute on function directory_offboard to public;

grant execute on function directory_offboarded to public;

grant execute on function directory_read_users to public;

grant execute on function directory_replace_user to public;

grant execute on function directory_replace_users to public;

grant execute on function directory_require_revision to public;

grant execute on function directory_shown_user to public;

grant execute on function directory_store_access to public;

grant execute on function directory_surely_may_go to public;

grant execute on function directory_takes_address to public;

grant execute on function directory_tokens_due to public;

grant execute on function directory_user_states to public;

grant execute on function directory_write_access to public;

grant execute on function directory_write_emails to public;

grant execute on function directory_write_group to public;

grant execute on function directory_write_member to public;

grant execute on function directory_write_members to public;

grant execute on function end_unproved_access to public;

grant execute on function erase_audit_origins to rolecall_runtime;

grant execute on function forget_directory to public;

grant execute on function forget_mails to public;

grant execute on function forget_sso_evidence to public;

grant execute on function forward_check to public;

grant execute on function grants_keep_history to public;

grant execute on function is_edited to public;

grant execute on function local_record_login to public;

grant execute on function local_set_password to public;

grant execute on function login_accept to public;

grant execute on function login_accept_unsolicited to public;

grant execute on function login_begin to public;

grant execute on function mails_give_up to public;

grant execute on function offboard to public;

grant execute on function oidc_login_begin to public;

grant execute on function oidc_login_hold to public;

grant execute on function oidc_login_take to public;

grant execute on function override_item to public;

grant execute on function override_note_expiry to public;

grant execute on function purge_applications to public;

grant execute on function purge_directory_requests to public;

grant execute on function purge_expired to public;

grant execute on function purge_local_sign_ins to public;

grant execute on function purge_service_provider_keys to public;

grant execute on function purge_sso_tests to public;

grant execute on function purge_workload_tokens to rolecall_runtime;

grant execute on function record_directory_login to public;

grant execute on function replace_grants to public;

grant execute on function session_check to public;

grant execute on function store_login to public;

grant execute on function users_stay_stopped to public;

grant execute on function write_at_the_end to public;

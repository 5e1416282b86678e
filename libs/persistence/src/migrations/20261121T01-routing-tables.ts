import type { SqlMigration } from './sql-migration.ts';

/** What is read before an organization is known, and what belongs to the deployment. */
export const routingTables: SqlMigration = {
  name: '20261121T01-routing-tables',
  sql: `
create table organization_registry (
  name text primary key,
  org_id uuid not null constraint organization_registry_org_id unique,
  collection text,
  revision integer not null,
  digest text not null,
  deletion_policy text not null
);
create index organization_registry_collection on organization_registry (collection);

create table organization_previous_names (
  name text primary key,
  org_id uuid not null
);
create index organization_previous_names_org_id on organization_previous_names (org_id);

create table email_domains (
  domain text primary key,
  org_id uuid not null
);
create index email_domains_org_id on email_domains (org_id);

create table collections (
  name text primary key,
  generation integer not null default 0,
  root_digest text
);

create table collection_files (
  collection text not null,
  path text not null,
  digest text not null,
  organizations text[] not null,
  primary key (collection, path)
);

create table api_tokens (
  id text primary key,
  name text not null,
  token_hash bytea not null,
  rights text[] not null,
  created_at timestamptz(3) not null,
  expires_at timestamptz(3),
  last_used_at timestamptz(3),
  revoked_at timestamptz(3)
);
`,
};

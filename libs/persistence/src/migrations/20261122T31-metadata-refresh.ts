import type { SqlMigration } from './sql-migration.ts';

/** Read by the steps below across organizations, which their policies would hide from an owner who is no superuser. */
const BACKFILLED = ['identity_provider_metadata', 'organizations', 'revisions'];

/**
 * Metadata that refreshes itself. `metadata_refreshes` is a routing table: background work finds in it what is due, over all
 * organizations, so it has no row-level security and nothing but names, times and codes. Its rows follow those of
 * `identity_provider_metadata`. What a refresh brought and an administrator must accept first stands there as `held_…`.
 */
export const metadataRefresh: SqlMigration = {
  name: '20261122T31-metadata-refresh',
  sql: `
-- Counts what changes between revisions: a reader that holds a revision sees by it that there is more to read.
alter table organizations add column runtime_version integer not null default 0;

-- metadata_source: what of the document decides which metadata this is; null when it stands in the document itself.
alter table identity_provider_metadata
  add column metadata_source text,
  add column held_xml text,
  add column held_digest text,
  add column held_code text,
  add column held_since timestamptz(3);

create table metadata_refreshes (
  org_id uuid not null,
  identity_provider text not null,
  refresh_seconds integer,
  due_at timestamptz(3),
  claimed_until timestamptz(3),
  asked_at timestamptz(3),
  attempted_at timestamptz(3),
  succeeded_at timestamptz(3),
  failures integer not null default 0,
  error_code text,
  certificates_expire_at timestamptz(3),
  primary key (org_id, identity_provider),
  foreign key (org_id, identity_provider) references identity_provider_metadata on update cascade on delete cascade
);
create index metadata_refreshes_due on metadata_refreshes (due_at);
grant select, insert, update, delete on metadata_refreshes to rolecall_runtime;

${BACKFILLED.map((table) => `alter table ${table} no force row level security;`).join('\n')}
update identity_provider_metadata m
set metadata_source = (r.document #>> array['spec', 'identityProviders', m.identity_provider, 'metadata', 'url']) || E'\\n\\n'
from organizations o join revisions r on r.org_id = o.org_id and r.number = o.revision
where m.org_id = o.org_id;
-- spread over the first interval, so that an upgrade does not fetch everything at once
insert into metadata_refreshes (org_id, identity_provider, refresh_seconds, due_at)
select org_id, identity_provider,
  case when metadata_source is not null then 21600 end,
  case when metadata_source is not null then now() + random() * interval '6 hours' end
from identity_provider_metadata where metadata_xml is not null;
${BACKFILLED.map((table) => `alter table ${table} force row level security;`).join('\n')}
`,
};

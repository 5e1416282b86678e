import type { SqlMigration } from './sql-migration.ts';

/** How the audit log is searched. Each begins with the organization and ends with the order of the chain. */
export const auditFilters: SqlMigration = {
  name: '20261122T76-audit-filters',
  sql: `
create index audit_events_type on audit_events (org_id, type, seq);
create index audit_events_actor on audit_events (org_id, actor_id, seq);
create index audit_events_subject on audit_events (org_id, subject, seq);
create index audit_events_at on audit_events (org_id, at);
`,
};

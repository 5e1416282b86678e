import type { SqlMigration } from './sql-migration.ts';

/** A token may be held to some organizations, by patterns of their names. Tokens that exist stay tokens of the deployment. */
export const tokenOrganizations: SqlMigration = {
  name: '20261122T66-token-organizations',
  sql: `
alter table api_tokens add column organizations text[];
`,
};

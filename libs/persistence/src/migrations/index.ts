import { routingTables } from './20261121T01-routing-tables.ts';
import { organizationTables } from './20261121T02-organization-tables.ts';
import { rowLevelSecurity } from './20261121T03-row-level-security.ts';
import { functions } from './20261121T04-functions.ts';
import { enabledIdentityProviders } from './20261122T01-enabled-identity-providers.ts';
import { ownerFunctions } from './20261122T02-owner-functions.ts';
import { openIdConnect } from './20261122T20-openid-connect.ts';
import type { SqlMigration } from './sql-migration.ts';

/** Every step, oldest first. New ones are added at the end. */
export const MIGRATIONS: readonly SqlMigration[] = [
  routingTables,
  organizationTables,
  rowLevelSecurity,
  functions,
  enabledIdentityProviders,
  ownerFunctions,
  openIdConnect,
];

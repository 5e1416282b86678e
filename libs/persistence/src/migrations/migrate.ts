import pg from 'pg';
import { ADDRESS_DAYS } from '../audit/origins.ts';
import { ensureRuntimeRole } from './runtime-role.ts';

/** Any number that nobody else locks; one migration at a time per database. */
const MIGRATION_LOCK = 7_265_115_117;

export interface MigrateOptions {
  /** A role that owns the tables and may create roles. Used for this only. */
  readonly ownerUrl: string;
  /** The password that `rolecall_runtime` gets. */
  readonly runtimePassword: string;
  /** How many days the services keep the addresses of clients beside the audit log, at least. Default `ADDRESS_DAYS`. */
  readonly addressDays?: number;
}

/**
 * Brings the database to the newest schema: the runtime role, then every step that is missing, in one transaction.
 * Returns the names of the steps done; running it again does nothing but note `addressDays`.
 */
export async function migrate({
  ownerUrl,
  runtimePassword,
  addressDays = ADDRESS_DAYS,
}: MigrateOptions): Promise<{ applied: string[] }> {
  // only here: everybody who opens a database would load the migrator
  const { createMigrationOrm } = await import('./migration-orm.ts');
  const owner = new pg.Client({ connectionString: ownerUrl, application_name: 'rolecall-migrate' });
  await owner.connect();
  const orm = createMigrationOrm({ url: ownerUrl, applicationName: 'rolecall-migrate', poolSize: 2 });
  try {
    await owner.query('select pg_advisory_lock($1)', [MIGRATION_LOCK]);
    await ensureRuntimeRole(owner, runtimePassword);
    const done = await orm.migrator.up();
    await owner.query('update audit_address_days set days = $1 where days <> $1', [addressDays]);
    return { applied: done.map((step) => step.name) };
  } finally {
    await orm.close();
    await owner.end();
  }
}

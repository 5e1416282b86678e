import pg from 'pg';
import { ensureRuntimeRole } from './runtime-role.ts';

/** Any number that nobody else locks; one migration at a time per database. */
const MIGRATION_LOCK = 7_265_115_117;

export interface MigrateOptions {
  /** A role that owns the tables and may create roles. Used for this only. */
  readonly ownerUrl: string;
  /** The password that `rolecall_runtime` gets. */
  readonly runtimePassword: string;
  /** How many days the services keep the addresses of clients beside the audit log, at least. Default: as many as were said before. */
  readonly addressDays?: number;
}

export interface Migrated {
  /** Names of the steps done. */
  readonly applied: string[];
  /** Present = `addressDays` changed. */
  readonly addressDays?: { readonly before: number; readonly now: number };
}

/** Alone at a time, by the lock. */
const KEEP_ADDRESSES = `
update audit_address_days k set days = $1 from (select days as before from audit_address_days) as said
where k.days <> $1 returning said.before, k.days as now`;

/**
 * Brings the database to the newest schema: the runtime role, then every step that is missing, in one transaction.
 * Running it again does nothing but note `addressDays`.
 */
export async function migrate({ ownerUrl, runtimePassword, addressDays }: MigrateOptions): Promise<Migrated> {
  // only here: everybody who opens a database would load the migrator
  const { createMigrationOrm } = await import('./migration-orm.ts');
  const owner = new pg.Client({ connectionString: ownerUrl, application_name: 'rolecall-migrate' });
  await owner.connect();
  const orm = createMigrationOrm({ url: ownerUrl, applicationName: 'rolecall-migrate', poolSize: 2 });
  try {
    await owner.query('select pg_advisory_lock($1)', [MIGRATION_LOCK]);
    await ensureRuntimeRole(owner, runtimePassword);
    const done = await orm.migrator.up();
    const applied = done.map((step) => step.name);
    if (addressDays === undefined) return { applied };
    const { rows } = await owner.query<NonNullable<Migrated['addressDays']>>(KEEP_ADDRESSES, [addressDays]);
    return { applied, addressDays: rows[0] };
  } finally {
    await orm.close();
    await owner.end();
  }
}

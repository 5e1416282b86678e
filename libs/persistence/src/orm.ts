import { Migrator } from '@mikro-orm/migrations';
import { MikroORM } from '@mikro-orm/postgresql';
import { ENTITIES } from './entities/index.ts';
import { MIGRATIONS } from './migrations/index.ts';
import { asMigrationClass } from './migrations/sql-migration.ts';

const MIGRATIONS_TABLE = 'mikro_orm_migrations';

export interface OrmOptions {
  readonly url: string;
  readonly applicationName: string;
  readonly poolSize: number;
  /** Lost connections and the like; never statements or values. */
  readonly log?: ((message: string) => void) | undefined;
}

/** The ORM over the entities and the migrations. Connects on first use. */
export function createOrm({ url, applicationName, poolSize, log }: OrmOptions): MikroORM {
  return new MikroORM({
    clientUrl: url,
    entities: ENTITIES,
    extensions: [Migrator],
    pool: { min: 0, max: poolSize, idleTimeoutMillis: 30_000 },
    driverOptions: {
      application_name: applicationName,
      connectionTimeoutMillis: 5_000,
      statement_timeout: 60_000,
      idle_in_transaction_session_timeout: 60_000,
      keepAlive: true,
      pipeline: true, // sends a statement before the one ahead of it is answered, where nobody waits for that
    },
    logger: (message) => log?.(message),
    colors: false,
    migrations: {
      tableName: MIGRATIONS_TABLE,
      migrationsList: MIGRATIONS.map(asMigrationClass),
      snapshot: false,
      transactional: true,
      allOrNothing: true,
    },
  });
}

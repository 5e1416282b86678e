import { Migrator } from '@mikro-orm/migrations';
import type { MikroORM } from '@mikro-orm/postgresql';
import { ENTITIES } from '../entities/index.ts';
import { createOrm } from '../orm.ts';
import type { OrmOptions } from '../orm.ts';
import { MIGRATIONS } from './index.ts';
import { asMigrationClass } from './sql-migration.ts';

const MIGRATIONS_TABLE = 'mikro_orm_migrations';

/** The ORM over every entity and the migrations. Connects on first use. */
export function createMigrationOrm(options: OrmOptions): MikroORM {
  return createOrm(options, {
    entities: ENTITIES,
    extensions: [Migrator],
    migrations: {
      tableName: MIGRATIONS_TABLE,
      migrationsList: MIGRATIONS.map(asMigrationClass),
      snapshot: false,
      transactional: true,
      allOrNothing: true,
    },
  });
}

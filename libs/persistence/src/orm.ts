import { MikroORM } from '@mikro-orm/postgresql';
import type { Options } from '@mikro-orm/postgresql';
import { ApiTokenRow } from './entities/deployment.ts';
import { OrganizationRegistry } from './entities/routing.ts';

export interface OrmOptions {
  readonly url: string;
  readonly applicationName: string;
  readonly poolSize: number;
  /** Lost connections and the like; never statements or values. */
  readonly log?: ((message: string) => void) | undefined;
}

/** What the stores ask for as entities; everything else is SQL of theirs. Each that is known costs every start some time. */
const AT_WORK: Options = { entities: [ApiTokenRow, OrganizationRegistry] };

/** The ORM over the entities that the stores work with, or what `setup` says. Connects on first use. */
export function createOrm({ url, applicationName, poolSize, log }: OrmOptions, setup: Options = AT_WORK): MikroORM {
  return new MikroORM({
    clientUrl: url,
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
    ...setup,
  });
}

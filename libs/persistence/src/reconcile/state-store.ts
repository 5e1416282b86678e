import type { Pool } from 'pg';
import type { Actor } from '@rolecall/audit';
import type { StateStore, StateTransaction } from '@rolecall/reconcile';
import type { SecretKeys } from '../secrets/fingerprint-keys.ts';
import { inTransaction } from '../sql.ts';
import { PgStateTransaction } from './state-transaction.ts';

/** Who reconciles, for the audit log (an id: names may repeat), and the time of the request. */
export interface Reconciler {
  readonly actor: string;
  /** What has this id; default an API token. */
  readonly kind?: Actor['kind'];
  readonly now: Date;
  /** Told how many users were looked at, page by page. */
  readonly looked?: ((users: number) => void) | undefined;
}

/** The port of libs/reconcile on PostgreSQL. A plan's transaction is rolled back and takes no lock. */
export class PgStateStore implements StateStore {
  constructor(
    private readonly pool: Pool,
    private readonly keys: SecretKeys,
    private readonly by: Reconciler,
  ) {}

  transaction<T>(mode: 'commit' | 'rollback', work: (state: StateTransaction) => Promise<T>): Promise<T> {
    return inTransaction(this.pool, { end: mode }, async (client) => {
      const state = new PgStateTransaction(client, this.keys, this.by, mode === 'commit');
      const result = await work(state);
      await state.finish();
      return result;
    });
  }
}

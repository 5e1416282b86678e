import type { PoolClient } from 'pg';
import { PersistenceError } from '../errors.ts';
import { query } from '../sql.ts';
import { HOLD_REVISION } from './editing-statements.ts';

/**
 * Waits for an apply that is under way, and has the next one wait; before any user is locked.
 * @throws PersistenceError `stale_revision`
 */
export async function holdRevision(client: PoolClient, organizationId: string, revision: number): Promise<void> {
  if ((await query(client, HOLD_REVISION, [organizationId, revision])).length > 0) return;
  const message = `revision ${revision} is not the live one any more; read the organization again`;
  throw new PersistenceError('stale_revision', message);
}

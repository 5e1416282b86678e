import type { Pool, PoolClient } from 'pg';
import { LEASE_TTL_MS, leaseHeld, leaseLost, newLeaseSecret, secretDigest } from '@rolecall/reconcile';
import type { Done, Lease, LeaseStore, StoredLease } from '@rolecall/reconcile';
import { query } from '../sql.ts';
import * as sql from './lease-statements.ts';

interface LeaseRow {
  collection: string;
  fencing: number;
  holder: string;
  token: string;
  taken_at: Date;
  expires_at: Date;
  secret_digest: string | null;
  deletes: number;
  affected: number;
}

/** Leases on PostgreSQL: each operation is one statement, so of many at the same moment one wins. */
export function leaseStore(pool: Pool): LeaseStore {
  return {
    async take(collection, { holder, token }, now) {
      const secret = newLeaseSecret();
      const digest = secretDigest(secret);
      // a lease that ends between the two statements is anybody's: asks again
      for (;;) {
        const [taken] = await query<LeaseRow>(pool, sql.TAKE_LEASE, [
          collection,
          holder,
          token,
          now,
          later(now),
          digest,
        ]);
        if (taken !== undefined) return { ...toLease(taken), secret };
        const current = await readLease(pool, collection);
        if (current !== undefined && current.expiresAt > now) throw leaseHeld(current);
      }
    },
    async renew(collection, { fencing, secret }, now) {
      const values = [collection, fencing, later(now), secretDigest(secret)];
      const [row] = await query<LeaseRow>(pool, sql.RENEW_LEASE, values);
      if (row === undefined) throw leaseLost(collection);
      return toLease(row);
    },
    async end(collection, held) {
      const values = [collection, held?.fencing ?? null, held === undefined ? null : secretDigest(held.secret)];
      const [row] = await query<LeaseRow>(pool, sql.END_LEASE, values);
      return row && toLease(row);
    },
  };
}

/** The collection's lease that nobody ended. @param hold keeps it as it is until the transaction ends */
export async function readLease(
  on: Pool | PoolClient,
  collection: string,
  hold = false,
): Promise<StoredLease | undefined> {
  const [row] = await query<LeaseRow>(on, hold ? sql.HOLD_LEASE : sql.READ_LEASE, [collection]);
  if (row === undefined) return undefined;
  const { secret_digest: digest, deletes, affected } = row;
  return { ...toLease(row), secretDigest: digest ?? undefined, done: { deletes, affected } };
}

/** Adds what an apply did. Whoever renews or ends the lease waits for the end of the transaction. */
export async function countUnderLease(
  client: PoolClient,
  collection: string,
  fencing: number,
  { deletes, affected }: Done,
): Promise<void> {
  await query(client, sql.COUNT_UNDER_LEASE, [collection, fencing, deletes, affected]);
}

const later = (now: Date) => new Date(now.getTime() + LEASE_TTL_MS);

function toLease({ collection, fencing, holder, token, taken_at: takenAt, expires_at: expiresAt }: LeaseRow): Lease {
  return { collection, fencing, holder, token, takenAt, expiresAt };
}

import { LEASE_TTL_MS, leaseHeld, leaseLost, newLeaseSecret, secretDigest } from '../collection/leases.ts';
import type { Done, HeldLease, Lease, LeaseStore, StoredLease } from '../collection/leases.ts';

/** Leases in memory, beside the state: they change while a transaction is under way. */
export class MemoryLeases implements LeaseStore {
  /** The last one of each collection. */
  readonly #leases = new Map<string, { readonly lease: StoredLease; readonly ended: boolean }>();

  /** The one that nobody ended. */
  find(collection: string): StoredLease | undefined {
    const last = this.#leases.get(collection);
    return last?.ended === false ? last.lease : undefined;
  }

  async take(collection: string, by: Pick<Lease, 'holder' | 'token'>, now: Date): Promise<Lease & HeldLease> {
    const current = this.find(collection);
    if (current !== undefined && current.expiresAt > now) throw leaseHeld(current);
    const fencing = (this.#leases.get(collection)?.lease.fencing ?? 0) + 1;
    const secret = newLeaseSecret();
    const done = { deletes: 0, affected: 0 };
    const lease = { collection, fencing, ...by, takenAt: now, expiresAt: later(now), done };
    return { ...this.#keep({ ...lease, secretDigest: secretDigest(secret) }), secret };
  }

  async renew(collection: string, held: HeldLease, now: Date): Promise<Lease> {
    const current = this.find(collection);
    if (current === undefined || !isHeld(current, held)) throw leaseLost(collection);
    return this.#keep({ ...current, expiresAt: later(now) });
  }

  async end(collection: string, held: HeldLease | undefined): Promise<Lease | undefined> {
    const lease = this.find(collection);
    if (lease === undefined || (held !== undefined && !isHeld(lease, held))) return undefined;
    this.#leases.set(collection, { lease, ended: true });
    return shown(lease);
  }

  /** Adds what an apply did. */
  count(collection: string, fencing: number, { deletes, affected }: Done): void {
    const lease = this.find(collection);
    if (lease?.fencing !== fencing) return;
    const done = { deletes: lease.done.deletes + deletes, affected: lease.done.affected + affected };
    this.#keep({ ...lease, done });
  }

  #keep(lease: StoredLease): Lease {
    this.#leases.set(lease.collection, { lease, ended: false });
    return shown(lease);
  }
}

const isHeld = (lease: StoredLease, { fencing, secret }: HeldLease) =>
  lease.fencing === fencing && lease.secretDigest === secretDigest(secret);

function shown({ collection, fencing, holder, token, takenAt, expiresAt }: StoredLease): Lease {
  return { collection, fencing, holder, token, takenAt, expiresAt };
}

const later = (now: Date) => new Date(now.getTime() + LEASE_TTL_MS);

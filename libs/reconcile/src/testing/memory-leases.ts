import { LEASE_TTL_MS, leaseHeld, leaseLost } from '../leases.ts';
import type { Lease, LeaseStore } from '../leases.ts';

/** Leases in memory, beside the state: they change while a transaction is under way. */
export class MemoryLeases implements LeaseStore {
  /** The last one of each collection. */
  readonly #leases = new Map<string, { readonly lease: Lease; readonly ended: boolean }>();

  /** The one that nobody ended. */
  find(collection: string): Lease | undefined {
    const last = this.#leases.get(collection);
    return last?.ended === false ? last.lease : undefined;
  }

  async take(collection: string, by: Pick<Lease, 'holder' | 'token'>, now: Date): Promise<Lease> {
    const current = this.find(collection);
    if (current !== undefined && current.expiresAt > now) throw leaseHeld(current);
    const fencing = (this.#leases.get(collection)?.lease.fencing ?? 0) + 1;
    return this.#keep({ collection, fencing, ...by, takenAt: now, expiresAt: later(now) });
  }

  async renew(collection: string, fencing: number, now: Date): Promise<Lease> {
    const current = this.find(collection);
    if (current?.fencing !== fencing) throw leaseLost(collection);
    return this.#keep({ ...current, expiresAt: later(now) });
  }

  async end(collection: string, fencing: number | undefined): Promise<Lease | undefined> {
    const lease = this.find(collection);
    if (lease === undefined || (fencing !== undefined && lease.fencing !== fencing)) return undefined;
    this.#leases.set(collection, { lease, ended: true });
    return lease;
  }

  #keep(lease: Lease): Lease {
    this.#leases.set(lease.collection, { lease, ended: false });
    return lease;
  }
}

const later = (now: Date) => new Date(now.getTime() + LEASE_TTL_MS);

import type { Client } from './client.ts';

/** Who may apply to a collection; times as ISO 8601 texts. */
export interface Lease {
  readonly collection: string;
  readonly fencing: number;
  readonly holder: string;
  readonly token: string;
  readonly takenAt: string;
  readonly expiresAt: string;
}

export const takeLease = (client: Client, collection: string, holder: string): Promise<Lease> =>
  client.call('POST', pathOf(collection), { holder });

export const renewLease = (client: Client, { collection, fencing }: Lease): Promise<Lease> =>
  client.call('PUT', pathOf(collection), { fencing });

/** Ends a lease. @param fencing of which one; whichever there is when absent */
export const endLease = (client: Client, collection: string, fencing?: number): Promise<{ ended: Lease | null }> =>
  client.call('DELETE', `${pathOf(collection)}${fencing === undefined ? '' : `?fencing=${fencing}`}`);

const pathOf = (collection: string) => `v1/collections/${encodeURIComponent(collection)}/lease`;

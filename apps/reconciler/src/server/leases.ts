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

/** What this command took, with the secret that makes it its own. */
export type TakenLease = Lease & { readonly secret: string };

export const takeLease = (client: Client, collection: string, holder: string): Promise<TakenLease> =>
  client.call('POST', pathOf(collection), { holder });

export const renewLease = (client: Client, { collection, fencing, secret }: TakenLease): Promise<Lease> =>
  client.call('PUT', pathOf(collection), { fencing, secret });

/** Gives back what was taken; another that came after it stays. */
export const releaseLease = (client: Client, { collection, fencing, secret }: TakenLease): Promise<unknown> =>
  client.call('POST', `${pathOf(collection)}/release`, { fencing, secret });

/** Ends whichever lease there is. */
export const endLease = (client: Client, collection: string): Promise<{ ended: Lease | null }> =>
  client.call('DELETE', pathOf(collection));

const pathOf = (collection: string) => `v1/collections/${encodeURIComponent(collection)}/lease`;

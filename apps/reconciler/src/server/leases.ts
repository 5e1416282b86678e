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

/** Ends a lease. @param taken which one; whichever there is when absent */
export const endLease = (
  client: Client,
  collection: string,
  taken?: Pick<TakenLease, 'fencing' | 'secret'>,
): Promise<{ ended: Lease | null }> =>
  client.call('DELETE', `${pathOf(collection)}${taken ? `?fencing=${taken.fencing}&secret=${taken.secret}` : ''}`);

const pathOf = (collection: string) => `v1/collections/${encodeURIComponent(collection)}/lease`;

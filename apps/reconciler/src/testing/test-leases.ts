import type { Lease } from '@rolecall/reconcile';
import type { MemoryStateStore } from '@rolecall/reconcile/testing';

/** What the server answers about the lease of a collection. */
export async function answerOfLease(
  { leases }: MemoryStateStore,
  method: string,
  url: string,
  body: unknown,
  now: Date,
): Promise<unknown> {
  const [, collection = '', release] = /^\/v1\/collections\/([^/]+)\/lease(\/release)?$/.exec(url) ?? [];
  const sent = (body ?? {}) as { holder: string; fencing: number; secret: string };
  if (method === 'POST' && release === undefined) {
    const { secret, ...lease } = await leases.take(collection, { holder: sent.holder, token: 'ci' }, now);
    return { ...viewOf(lease), secret };
  }
  if (method === 'PUT') return viewOf(await leases.renew(collection, sent, now));
  const ended = await leases.end(collection, release === undefined ? undefined : sent);
  return { ended: ended === undefined ? null : viewOf(ended) };
}

const viewOf = ({ takenAt, expiresAt, ...lease }: Lease) => ({
  ...lease,
  takenAt: takenAt.toISOString(),
  expiresAt: expiresAt.toISOString(),
});

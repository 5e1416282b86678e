import { AsyncLocalStorage } from 'node:async_hooks';
import { randomBytes } from 'node:crypto';
import { canonicalAddress, originOf, SALT_BYTES } from '@rolecall/audit';
import type { Client } from '@rolecall/audit';

const HOUR_MS = 60 * 60 * 1000;
/** Beyond that a client may get a second salt within its hour, which costs a row. */
const MOST_KNOWN = 10_000;

const address = new AsyncLocalStorage<string | undefined>();

/**
 * Runs what one request causes: audit events of it have the address of its client, whatever appends them. What outlives the request and
 * works for others is to be started outside; what is gathered from several requests is made ready (`auditEntries`) by each of them. No place that makes an event can forget it, and none can say another address.
 *
 * @param ip the client's address as the app believes it, from trusted proxies alone; events of what is no address have none
 */
export function asClient<T>(ip: string | undefined, work: () => T): T {
  return address.run(canonicalAddress(ip), work);
}

/** What an event says of its client, and what stands beside it. */
export interface Origin extends Client {
  readonly origin: string;
}

const known = new Map<string, Origin>();

/**
 * The origin of an event that is appended now: the same for one organization, client and hour of the clock, so that most appends meet a
 * row that is there; another one in the next hour, and so on each day. undefined outside of a request.
 */
export function originOfRequest(organizationId: string, at: Date): Origin | undefined {
  const from = address.getStore();
  if (from === undefined) return undefined;
  const key = `${organizationId}/${Math.floor(at.getTime() / HOUR_MS)}/${from}`;
  const origin = known.get(key);
  if (origin) return origin;
  const client = { address: from, salt: randomBytes(SALT_BYTES).toString('hex') };
  const made = { ...client, origin: originOf(client) };
  if (known.size >= MOST_KNOWN) for (const oldest of known.keys()) if (known.delete(oldest)) break;
  known.set(key, made);
  return made;
}

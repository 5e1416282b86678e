import { createHash } from 'node:crypto';
import { AuditError, eventDigest } from './canonical.ts';
import type { AuditEvent, ChainedEvent } from './event.ts';
import { isOrigin } from './origin.ts';

/** hash(0): what the first event is chained to, 32 zero bytes. */
export const CHAIN_START = '00'.repeat(32);

/** A chain's last link, as noted at some time. Kept where who can write the log cannot, it proves that nothing was cut off. */
export interface ChainHead {
  readonly seq: number;
  /** 64 lower-case hexadecimal digits; CHAIN_START at seq 0. */
  readonly hash: string;
}

/**
 * hash(n) = SHA-256(hash(n-1) || digest(n)) over 64 raw bytes: 32 of the previous hash, then 32 of the digest. Not over
 * their hexadecimal texts.
 *
 * @param previous - hash(n-1), raw or hexadecimal
 * @param digest - `eventDigest` of event n, hexadecimal
 * @returns hash(n), 64 lower-case hexadecimal digits
 * @throws AuditError invalid_hash when either is not 32 bytes
 */
export function chainHash(previous: Uint8Array | string, digest: string): string {
  return createHash('sha256').update(hashBytes(previous)).update(hashBytes(digest)).digest('hex');
}

function hashBytes(hash: Uint8Array | string): Uint8Array {
  const bytes = typeof hash !== 'string' ? hash : /^[0-9a-f]{64}$/.test(hash) ? Buffer.from(hash, 'hex') : undefined;
  if (bytes?.length === 32) return bytes;
  throw new AuditError('invalid_hash', 'A hash is 32 bytes, or 64 lower-case hexadecimal digits.');
}

export type ChainFault =
  | 'missing_event' // deleted, or it stands further on
  | 'out_of_order' // a sequence number comes twice or too late
  | 'edited_event' // the content does not have the stored digest
  | 'broken_chain' // the stored hash does not follow from the one before: replaced, renumbered or rehashed
  | 'changed_address' // the client beside the event is not the one that its origin commits to
  | 'other_head' // the chain is whole in itself but is not the one whose head was noted: rewritten
  | 'truncated'; // the end is missing

/** Of the events that a request caused, how many still have their client beside them. */
export interface Clients {
  readonly proved: number;
  /** Nothing is wrong with these: addresses are kept for a while, and what an event commits to stays. */
  readonly erased: number;
  /** Of the erased ones those that were to be kept still: erased on request, or by somebody who hides where they came from. */
  readonly early?: EarlyErased;
  /** Of the erased ones those that would be early, and that the log says the owner erased on request (`audit.address_erased`). */
  readonly onRequest?: number;
}

export interface EarlyErased {
  readonly count: number;
  readonly firstSeq: number;
}

/** Clients are erased by the day, UTC: those of events from then on are to be there at `now`. @param days - how long they are kept */
export function keptSince(now: Date, days: number): Date {
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate() - days + 1));
}

export type ChainVerdict =
  | {
      readonly ok: true;
      readonly count: number;
      /** The last link: note it, and give it to the next verification. */
      readonly head: ChainHead;
      readonly clients: Clients;
    }
  | {
      readonly ok: false;
      /** The first event that is wrong or missing. */
      readonly seq: number;
      readonly code: ChainFault;
      /** For the operator; holds no content of an event. */
      readonly message: string;
    };

/**
 * Verifies one organization's chain from its first event. Trusts nothing in the events: digests and hashes are computed anew, and
 * a client that stands beside an event must be the one that its origin commits to.
 * Holds one event at a time and the origins that were erased early, so a chain may be streamed.
 *
 * @param events - all events by ascending sequence number, as stored
 * @param head - a head noted earlier. Without one, a chain whose end was cut off, or that was rewritten as a whole, passes.
 *   Events after it are fine.
 * @param clientsSince - clients of events from then on are to be there still (`keptSince`); absent = any may be erased
 */
export async function verifyChain(
  events: Iterable<ChainedEvent> | AsyncIterable<ChainedEvent>,
  head?: ChainHead,
  clientsSince?: Date,
): Promise<ChainVerdict> {
  let last: ChainHead = { seq: 0, hash: CHAIN_START };
  const clients = { proved: 0, erased: 0 };
  const early = new Map<string, EarlyErased>();
  const requested = new Set<unknown>();
  if (head !== undefined && differs(last, head)) return fault(0, 'other_head');
  for await (const event of events) {
    const link = nextLink(last, event);
    if ('code' in link) return link;
    if (head !== undefined && differs(link, head)) return fault(link.seq, 'other_head');
    last = link;
    for (const origin of erasedOnRequest(event)) requested.add(origin);
    if (event.client !== undefined) clients.proved += 1;
    else if (event.origin !== undefined) {
      clients.erased += 1;
      if (clientsSince && event.at >= clientsSince)
        early.set(event.origin, oneMore(early.get(event.origin), event.seq));
    }
  }
  if (head !== undefined && head.seq > last.seq) return fault(last.seq + 1, 'truncated');
  return { ok: true, count: last.seq, head: last, clients: { ...clients, ...earlyOf(early, requested) } };
}

function erasedOnRequest({ type, data }: AuditEvent): readonly unknown[] {
  const { origins } = data;
  return type === 'audit.address_erased' && Array.isArray(origins) ? origins : [];
}

function oneMore(before: EarlyErased | undefined, seq: number): EarlyErased {
  return { count: (before?.count ?? 0) + 1, firstSeq: before?.firstSeq ?? seq };
}

/** @param requested - origins that the log says were erased on request */
function earlyOf(all: ReadonlyMap<string, EarlyErased>, requested: ReadonlySet<unknown>) {
  let early: EarlyErased | undefined;
  let onRequest = 0;
  // in the order of their first events
  for (const [origin, { count, firstSeq }] of all) {
    if (requested.has(origin)) onRequest += count;
    else early = { count: (early?.count ?? 0) + count, firstSeq: early?.firstSeq ?? firstSeq };
  }
  return { ...(early && { early }), ...(onRequest > 0 && { onRequest }) };
}

type Fault = Extract<ChainVerdict, { ok: false }>;

function nextLink(previous: ChainHead, event: ChainedEvent): ChainHead | Fault {
  const seq = previous.seq + 1;
  if (event.seq !== seq) return event.seq > seq ? fault(seq, 'missing_event') : fault(event.seq, 'out_of_order');
  const digest = digestOf(event);
  if (digest === undefined || digest !== event.digest) return fault(seq, 'edited_event');
  const hash = chainHash(previous.hash, digest);
  if (hash !== event.hash) return fault(seq, 'broken_chain');
  const isProved = event.client === undefined || isOrigin(event.origin, event.client);
  return isProved ? { seq, hash } : fault(seq, 'changed_address');
}

/** undefined when the content has become something that was never appended. */
function digestOf(event: ChainedEvent): string | undefined {
  try {
    return eventDigest(event);
  } catch (error) {
    if (error instanceof AuditError) return undefined;
    throw error;
  }
}

const differs = (link: ChainHead, head: ChainHead): boolean => link.seq === head.seq && link.hash !== head.hash;

const SENTENCES: Readonly<Record<ChainFault, string>> = {
  missing_event: 'is missing, or stands out of order',
  out_of_order: 'stands out of order, or comes twice',
  edited_event: 'does not have the content that was appended',
  broken_chain: 'does not follow from the event before it',
  changed_address: 'stands beside another client address than the one that it was appended with',
  other_head: 'is not the one whose hash was noted: the log was rewritten up to it',
  truncated: 'and perhaps later ones are missing: the log ends before the noted head',
};

function fault(seq: number, code: ChainFault): Fault {
  return { ok: false, seq, code, message: `Event ${seq} ${SENTENCES[code]}.` };
}

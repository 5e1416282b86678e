import type { ChainedEvent } from './event.ts';
import type { Client } from './origin.ts';

/** An event as it leaves the system: everything that its digest covers, and its place in the chain. JSON. */
export interface WireEvent extends Omit<ChainedEvent, 'at' | 'traceId' | 'origin' | 'client'> {
  /** ISO 8601 in UTC with milliseconds. */
  readonly at: string;
  readonly traceId: string | null;
  /** null when no request caused it. */
  readonly origin: string | null;
  /** null when no request caused it, and when it was erased. */
  readonly client: Client | null;
}

export function wireEvent(event: ChainedEvent): WireEvent {
  const { seq, type, at, actor, subject, data, digest, hash, traceId = null, origin = null, client = null } = event;
  return { seq, type, at: at.toISOString(), actor, subject, data, traceId, origin, client, digest, hash };
}

/** What `verifyChain` takes, of an event that came over the wire. UNVERIFIED: the verifier computes digests and hashes anew. */
export function fromWire({ at, traceId, origin, client, ...rest }: WireEvent | FormerWireEvent): ChainedEvent {
  return {
    ...rest,
    at: new Date(at),
    ...(traceId !== null && { traceId }),
    ...(origin && { origin }),
    ...(client && { client }),
  };
}

/** As it was exported before events had an origin. */
export type FormerWireEvent = Omit<WireEvent, 'origin' | 'client'> & Partial<Pick<WireEvent, 'origin' | 'client'>>;

/** Whose chain an event is in. */
export interface Owner {
  /** Its name, or nothing for the deployment. */
  readonly organization: string | null;
  readonly organizationId?: string;
}

/** Facility 13 (log audit), RFC 5424 §6.2.1. */
const FACILITY = 13;
const NOTICE = 5;
const WARNING = 4;
const REFUSALS = /\.(?:refused|failed|held|lost)$/;

/**
 * One message of RFC 5424: facility 13, the type of the event as MSGID, and the event with its owner as JSON in ASCII, so that it needs
 * no byte order mark and no value can break a line.
 * @param host who says so, as a host name
 */
export function syslogMessage(event: WireEvent, owner: Owner, host: string): string {
  const priority = FACILITY * 8 + (REFUSALS.test(event.type) ? WARNING : NOTICE);
  const body = JSON.stringify({ ...owner, ...event }).replaceAll(NOT_ASCII, escaped);
  return `<${priority}>1 ${event.at} ${headerText(host, 255)} rolecall - ${headerText(event.type, 32)} - ${body}`;
}

const NOT_ASCII = /[^\u0020-\u007e]/g;

const escaped = (unit: string) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;

/** Of the header: visible ASCII, bounded; `-` when nothing is left. */
function headerText(text: string, length: number): string {
  return text.replaceAll(/[^\u0021-\u007e]/g, '').slice(0, length) || '-';
}

import { isDeepStrictEqual } from 'node:util';
import type { AuditEvent, ChainedEvent } from '@rolecall/audit';
import type { AuditFilter, Database } from '@rolecall/persistence';

/** What a person looks at is less than this; so many within an hour are a copy. */
const MANY = 100;
const HOUR_MS = 60 * 60_000;
/** So many readers are remembered, the latest. */
const READERS = 1000;

interface Reading {
  readonly since: number;
  /** Numbers of events, each once: whoever looks at the same page again copies no more of the log. */
  readonly seqs: Set<number>;
}

/**
 * What everybody has read within an hour that begins with the first page: page after page is as much a copy as all at once. Of this
 * process: whoever is served by several gets so many times as far before it is recorded.
 */
export class AuditReadings {
  readonly #readings = new Map<string, Reading>();

  /** @returns how many events of the organization's log the actor has read, these included; counts to `MANY` and no further */
  count({ organizationId, events, by: { at, actor } }: AuditRead): number {
    const key = `${organizationId} ${actor.kind} ${actor.id}`;
    const known = this.#readings.get(key);
    const isLive = known !== undefined && at.getTime() - known.since < HOUR_MS;
    const reading = isLive ? known : { since: at.getTime(), seqs: new Set<number>() };
    for (const { seq } of events) if (reading.seqs.size < MANY) reading.seqs.add(seq);
    this.#readings.delete(key);
    this.#readings.set(key, reading);
    if (this.#readings.size > READERS) this.#readings.delete(this.#readings.keys().next().value ?? '');
    return reading.seqs.size;
  }
}

/** One page that somebody read. */
export interface AuditRead {
  readonly organizationId: string;
  readonly filter: AuditFilter;
  /** It was asked for as an export. */
  readonly exports: boolean;
  readonly events: readonly ChainedEvent[];
  readonly by: Pick<AuditEvent, 'at' | 'actor' | 'traceId'>;
}

/**
 * Records that somebody has copied the log: each export, and whoever reads many events within an hour without saying so, for the same
 * filter once an hour. So a follower does not fill the log with its own reading.
 */
export async function recordExport(
  { audit }: Pick<Database, 'audit'>,
  readings: AuditReadings,
  read: AuditRead,
): Promise<void> {
  const { organizationId, filter, exports, by } = read;
  const isMuch = readings.count(read) >= MANY && read.events.length > 0;
  if (!isMuch && !exports) return;
  const data = whatIsRead(filter);
  if (!exports) {
    const lately = { since: new Date(by.at.getTime() - HOUR_MS), after: 0, limit: MANY };
    const recorded = await audit.list(organizationId, { ...lately, type: 'audit.exported', actor: by.actor.id });
    if (recorded.some((event) => isDeepStrictEqual({ ...event.data }, data))) return;
  }
  await audit.append(organizationId, { ...by, type: 'audit.exported', subject: organizationId, data });
}

/** That an address was asked for, and not which: the log itself holds none. */
function whatIsRead(filter: AuditFilter): Readonly<Record<string, string | boolean>> {
  const { type, actor, subject, address, since, until } = filter;
  return {
    ...(type !== undefined && { eventType: type }),
    ...(actor !== undefined && { of: actor }),
    ...(subject !== undefined && { about: subject }),
    ...(address !== undefined && { byAddress: true }),
    ...(since && { since: since.toISOString() }),
    ...(until && { until: until.toISOString() }),
  };
}

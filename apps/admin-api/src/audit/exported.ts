import { isDeepStrictEqual } from 'node:util';
import type { AuditEvent, ChainedEvent } from '@rolecall/audit';
import type { AuditFilter, Database } from '@rolecall/persistence';

/** What a person looks at is less than this; so many at once are a copy. */
const MANY = 100;
const HOUR_MS = 60 * 60_000;

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
 * Records that somebody has copied the log: each export, and whoever reads many events at once without saying so, for the same filter
 * once an hour. So a follower does not fill the log with its own reading.
 */
export async function recordExport({ audit }: Pick<Database, 'audit'>, read: AuditRead): Promise<void> {
  const { organizationId, filter, exports, events, by } = read;
  if (!exports && events.length < MANY) return;
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

import type { Pool } from 'pg';
import { inTransaction, query } from '../sql.ts';
import type { Statement } from '../sql.ts';
import type { AuditStreams, StreamedEvent } from '../stores.ts';
import { readAudit } from './append.ts';

const statement = (name: string, text: string): Statement => ({ name: `audit.${name}`, text });

const FORGET = statement('forget-sinks', 'delete from audit_sinks where sink <> all($1)');
const ADD = statement(
  'add-sinks',
  'insert into audit_sinks (sink, due_at) select unnest($1::text[]), $2 on conflict do nothing',
);
const CLAIM = statement(
  'claim-sink',
  `update audit_sinks set claimed_until = $3
where sink = $1 and due_at <= $2 and (claimed_until is null or claimed_until < $2)
returning tries`,
);
const RELEASE = statement(
  'release-sink',
  'update audit_sinks set claimed_until = null, tries = $2, due_at = $3 where sink = $1',
);
const UNSENT = statement(
  'unsent',
  `select u.org_id, u.after_seq, r.name from audit_unsent u left join organization_registry r on r.org_id = u.org_id
where u.sink = $1
order by u.org_id
limit $2`,
);
const SENT = statement('sent', 'select audit_sent($1, $2, $3)');
const BACKLOG = statement(
  'backlog',
  'select s.sink, count(u.sink)::integer as chains from audit_sinks s left join audit_unsent u using (sink) group by s.sink',
);

interface Unsent {
  readonly org_id: string;
  readonly after_seq: string;
  readonly name: string | null;
}

export function auditStreams(pool: Pool): AuditStreams {
  async function after(
    { org_id: organizationId, after_seq: seq, name }: Unsent,
    limit: number,
  ): Promise<StreamedEvent[]> {
    const events = await inTransaction(pool, { organizationId }, (client) =>
      readAudit(client, organizationId, Number(seq), limit),
    );
    return events.map((event) => ({ ...event, organizationId, organization: name }));
  }

  return {
    async configure(sinks, now) {
      await query(pool, FORGET, [sinks]);
      await query(pool, ADD, [sinks, now]);
    },

    async claim(sink, now, until) {
      const [row] = await query<{ tries: number }>(pool, CLAIM, [sink, now, until]);
      return row && { tries: row.tries };
    },

    async unsent(sink, limit) {
      const chains = await query<Unsent>(pool, UNSENT, [sink, limit]);
      const share = Math.ceil(limit / Math.max(1, chains.length));
      const events: StreamedEvent[] = [];
      for (const chain of chains) {
        if (events.length >= limit) break;
        events.push(...(await after(chain, Math.min(share, limit - events.length))));
      }
      return events;
    },

    async sent(sink, events) {
      const last = new Map(events.map(({ organizationId, seq }) => [organizationId, seq]));
      for (const [organizationId, seq] of last) {
        await inTransaction(pool, { organizationId }, (client) => query(client, SENT, [organizationId, sink, seq]));
      }
    },

    async release(sink, { tries, dueAt }) {
      await query(pool, RELEASE, [sink, tries, dueAt]);
    },

    async backlog() {
      const rows = await query<{ sink: string; chains: number }>(pool, BACKLOG, []);
      return Object.fromEntries(rows.map(({ sink, chains }) => [sink, chains]));
    },
  };
}

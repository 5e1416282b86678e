import { v7 as uuidv7 } from 'uuid';
import type { AuditFilter } from '../stores.ts';
import { connected, later, useTestDatabase } from '../testing/fixture.ts';
import { auditQuery } from './audit-store.ts';

const test = useTestDatabase();
const EVENTS = 40_000;
const org = uuidv7();

beforeAll(async () => {
  await connected(test.current.ownerUrl, async (owner) => {
    await owner.query(`select set_config('rolecall.organization_id', $1, false)`, [org]);
    await owner.query(
      `insert into audit_events (org_id, seq, type, at, actor_kind, actor_id, subject, data, digest, hash, origin)
       select $1, n, case n % 1000 when 7 then 'login.refused' else 'login.succeeded' end, $2::timestamptz + n * interval '1 minute',
         'user', 'user-' || n % 5000, 'subject-' || n % 5000, '{}', sha256('a'), sha256('b'),
         sha256(('client-' || n % 3000)::bytea)
       from generate_series(1, ${EVENTS}) n`,
      [org, later(0)],
    );
    await owner.query(
      `insert into audit_origins select $1, sha256(('client-' || n)::bytea), '10.0.0.0'::inet + n / 2, '', $2 from generate_series(0, 2999) n`,
      [org, later(0)],
    );
    await owner.query('analyze audit_events, audit_origins');
  });
});

interface Plan {
  readonly 'Node Type': string;
  readonly 'Actual Rows': number;
  readonly 'Rows Removed by Filter'?: number;
  readonly Plans?: readonly Plan[];
}

const nodes = (plan: Plan): readonly Plan[] => [plan, ...(plan.Plans ?? []).flatMap(nodes)];

it.each<[string, Omit<AuditFilter, 'after' | 'limit'>]>([
  ['everything', {}],
  ['a rare type', { type: 'login.refused' }],
  ['an actor', { actor: 'user-77' }],
  ['a subject', { subject: 'subject-77' }],
  ['an address', { address: '10.0.0.7' }],
  ['the last hours', { since: later((EVENTS - 120) * 60) }],
  ['the first hours', { until: later(7200) }],
  ['some hours in the middle', { since: later((EVENTS / 2) * 60), until: later((EVENTS / 2) * 60 + 3600) }],
  ['an actor in some hours', { actor: 'user-77', since: later((EVENTS - 6000) * 60) }],
])('finds %s without reading the chain', async (_what, filter) => {
  await connected(test.current.ownerUrl, async (owner) => {
    await owner.query(`select set_config('rolecall.organization_id', $1, false)`, [org]);
    const { statement, values } = auditQuery(org, { ...filter, after: 0, limit: 20 });
    const { rows } = await owner.query<{ 'QUERY PLAN': [{ Plan: Plan }] }>(
      `explain (analyze, format json) ${statement.text}`,
      values,
    );
    const all = nodes(rows[0]!['QUERY PLAN'][0].Plan);
    expect(all.map((node) => node['Node Type'])).not.toContain('Seq Scan');
    const read = all.reduce((sum, node) => sum + (node['Rows Removed by Filter'] ?? 0), 0);
    expect(read).toBeLessThan(3_500); // two days of minutes at most, and never the 40,000
  });
});

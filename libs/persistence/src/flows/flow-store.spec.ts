import { connected, later, NOW, seedAcmeAndGlobex, subject, useTestDatabase } from '../testing/fixture.ts';
import type { FlowRecord } from '../stores.ts';
import type { FlowFilter } from './flow-store.ts';
import { LIST_FLOWS, LIST_REFUSED_FLOWS } from './statements.ts';

const test = useTestDatabase();
let acme: string;
let globex: string;

const refused = (traceId: string, second: number, code: string): FlowRecord => ({
  traceId,
  kind: 'saml-login',
  identityProvider: 'okta',
  vendor: 'okta',
  startedAt: later(second),
  finishedAt: later(second),
  outcome: 'refused',
  code,
  mustAct: 'customer',
  userId: undefined,
  steps: [{ check: 'access_decided', passed: false, want: 'role_mapping: one of staff', got: 'role_mapping: absent' }],
});
let succeeded: FlowRecord;

async function record(organizationId: string, ...flows: readonly FlowRecord[]): Promise<void> {
  await test.current.database.inOrganization(organizationId, async (tx) => {
    for (const flow of flows) await tx.recordFlow(flow);
  });
}

beforeAll(async () => {
  ({ acme, globex } = await seedAcmeAndGlobex(test.current));
  const { user } = await test.current.database.inOrganization(acme, (tx) => tx.createUser(subject('eve'), {}, {}, NOW));
  succeeded = {
    ...refused('b', 2, ''),
    outcome: 'succeeded',
    code: undefined,
    mustAct: undefined,
    userId: user.userId,
  };
  // d and c end in the same millisecond
  const more = [refused('d', 3, 'audience_mismatch'), refused('a', 1, 'unmatched_role')];
  await record(acme, refused('c', 3, 'unmatched_role'), succeeded, ...more);
  await record(globex, refused('z', 9, 'unmatched_role'));
});

const list = (filter: Partial<FlowFilter> = {}) => test.current.database.flows.list(acme, { limit: 10, ...filter });
const traces = async (filter: Partial<FlowFilter>) => (await list(filter)).flows.map(({ traceId }) => traceId);

it.each<[string, Partial<FlowFilter>, readonly string[]]>([
  ['all', {}, ['d', 'c', 'b', 'a']],
  ['the refused', { outcome: 'refused' }, ['d', 'c', 'a']],
  ['those of a code', { code: 'unmatched_role' }, ['c', 'a']],
  ['the refused of a code', { outcome: 'refused', code: 'audience_mismatch' }, ['d']],
  ['the good', { outcome: 'succeeded' }, ['b']],
  ['the good of an error code, which there are not', { outcome: 'succeeded', code: 'unmatched_role' }, []],
  ['those of a code that never was', { code: 'unknown_request' }, []],
])('lists %s of one organization, the newest first', async (_, filter, expected) => {
  expect(await traces(filter)).toEqual(expected);
});

it('lists summaries without the steps', async () => {
  const { steps: _, ...summary } = succeeded;
  expect((await list({ outcome: 'succeeded' })).flows).toEqual([summary]);
});

it.each<[string, Partial<FlowFilter>]>([
  ['all', {}],
  ['the refused', { outcome: 'refused' }],
])('pages through %s, each once, also those that ended in the same moment', async (_, filter) => {
  const seen: string[] = [];
  let cursor: FlowFilter['cursor'];
  do {
    const page = await list({ ...filter, cursor, limit: 1 });
    expect(page.flows).toHaveLength(1);
    seen.push(...page.flows.map(({ traceId }) => traceId));
    cursor = page.nextCursor;
  } while (cursor !== undefined);
  expect(seen).toEqual(await traces(filter));
});

it('finds a record by its trace id, with its steps, in its own organization only', async () => {
  const { flows } = test.current.database;
  expect(await flows.find(acme, 'a')).toEqual(refused('a', 1, 'unmatched_role'));
  expect(await flows.find(acme, 'nowhere')).toBeUndefined();
  expect(await flows.find(acme, 'z')).toBeUndefined();
  expect((await flows.find(globex, 'z'))?.code).toBe('unmatched_role');
});

it.each([
  ['all', LIST_FLOWS, 'flow_records_finished'],
  ['the refused', LIST_REFUSED_FLOWS, 'flow_records_refused'],
])('reads a page of %s out of an index, whatever else is there', async (_, { text }, index) => {
  const plan = await connected(test.current.ownerUrl, async (owner) => {
    await owner.query(`begin; set local enable_seqscan = off; set local plan_cache_mode = force_generic_plan`);
    await owner.query(`prepare listing (uuid, timestamptz, text, text, int) as ${text}`);
    const { rows } = await owner.query<Record<string, string>>(
      `explain execute listing ('${acme}', 'infinity', '', null, 10)`,
    );
    return rows.map((row) => row['QUERY PLAN']).join('\n');
  });
  expect(plan).toMatch(new RegExp(`Index Scan Backward using ${index} `));
});

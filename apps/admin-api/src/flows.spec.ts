import type { FlowRecord } from '@rolecall/persistence';
import { mistakes } from './api/validate.ts';
import { organization, requestOf, startTestApi } from './testing/test-api.ts';
import type { ErrorBody, TestApi } from './testing/test-api.ts';

const AT = new Date('2026-11-01T12:00:00.000Z');
const trace = (digit: string) => digit.repeat(32);

const refused = (traceId: string, code: string): FlowRecord => ({
  traceId,
  kind: 'saml-login',
  identityProvider: 'okta',
  vendor: 'okta',
  startedAt: AT,
  finishedAt: AT,
  outcome: 'refused',
  code,
  mustAct: 'customer',
  userId: undefined,
  steps: [
    { check: 'answer_verified', passed: true },
    { check: 'access_decided', passed: false, want: 'role_mapping: one of staff', got: 'role_mapping: visitors' },
  ],
});
const succeeded: FlowRecord = {
  ...refused(trace('c'), ''),
  outcome: 'succeeded',
  code: undefined,
  mustAct: undefined,
  steps: [{ check: 'session_opened', passed: true }],
};
const SHOWN = {
  traceId: trace('a'),
  kind: 'saml-login',
  identityProvider: 'okta',
  vendor: 'okta',
  startedAt: AT.toISOString(),
  finishedAt: AT.toISOString(),
  outcome: 'refused',
  code: 'unmatched_role',
  mustAct: 'customer',
  userId: null,
};

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
  await api.client.apply(requestOf([organization('acme'), organization('globex')]));
  const { database } = api.database;
  const flows = [refused(trace('a'), 'unmatched_role'), refused(trace('b'), 'audience_mismatch'), succeeded];
  const record = async (name: string, records: readonly FlowRecord[]) => {
    const organizationId = (await database.registry.record(name))?.organizationId ?? '';
    await database.inOrganization(organizationId, async (tx) => {
      for (const flow of records) await tx.recordFlow(flow);
    });
  };
  await record('acme', flows);
  await record('globex', [refused(trace('d'), 'unmatched_role')]);
});
afterAll(() => api?.close());

const list = async (query: string) => {
  const { status, json } = await api.client.call<FlowPage & ErrorBody>('GET', `/v1/organizations/acme/flows${query}`);
  return { status, json, traces: json.flows?.map(({ traceId }) => traceId[0]).join('') };
};

it.each([
  ['', 'cba'],
  ['?outcome=refused', 'ba'],
  ['?outcome=succeeded', 'c'],
  ['?code=unmatched_role', 'a'],
  ['?outcome=refused&code=audience_mismatch&limit=1', 'b'],
  ['?outcome=succeeded&code=audience_mismatch', ''],
])('lists the flows of the organization alone: %s', async (query, expected) => {
  const { status, json, traces } = await list(query);
  expect([status, traces]).toEqual([200, expected]);
  expect(mistakes('FlowPage', json)).toEqual([]);
});

it('lists no step, which would hold what was sent', async () => {
  expect((await list('?code=unmatched_role')).json).toEqual({ flows: [SHOWN], nextCursor: null });
});

it('pages, each once', async () => {
  const seen: string[] = [];
  for (let query: string | undefined = '?limit=1'; query !== undefined;) {
    const { json, traces } = await list(query);
    seen.push(traces ?? '');
    query = json.nextCursor === null ? undefined : `?limit=1&cursor=${json.nextCursor}`;
  }
  expect(seen).toEqual(['c', 'b', 'a']);
});

it('shows one flow with every step', async () => {
  const { status, json } = await api.client.call('GET', `/v1/organizations/acme/flows/${trace('a')}`);
  expect(status).toBe(200);
  const guidance = {
    sentence: expect.stringContaining('add a mapping role'),
    menu: 'Okta Admin > Applications > <app> > General > SAML Settings > Edit > Group Attribute Statements',
    guide: 'docs/guides/okta.md',
    setup: 'http://localhost:4000/setup/acme/okta',
  };
  expect(json).toEqual({ ...SHOWN, guidance, steps: refused('', '').steps });
  expect(mistakes('Flow', json)).toEqual([]);
});

it.each([
  ['an outcome that is none', '?outcome=failed'],
  ['two outcomes', '?outcome=refused&outcome=refused'],
  ['a code that is none', '?code=Unmatched%20role'],
  ['a code with NUL', '?code=a%00'],
  ['a code that is too long', `?code=${'a'.repeat(65)}`],
  ['a cursor that no page gave', '?cursor=acme'],
  ['a cursor with SQL', `?cursor=0000000000000-'or'1`],
  ['no limit', '?limit='],
  ['a limit of nothing', '?limit=0'],
  ['a limit beyond the largest', '?limit=1001'],
  ['a parameter that is not known', '?user=eve'],
])('refuses %s', async (_, query) => {
  const { status, json } = await list(query);
  expect([status, json.error?.code]).toEqual([400, 'invalid_request']);
});

it.each([
  ['a trace id that nobody has', `/v1/organizations/acme/flows/${trace('e')}`, 'flow_not_found'],
  ['a trace id of another organization', `/v1/organizations/acme/flows/${trace('d')}`, 'flow_not_found'],
  ['what is no trace id', '/v1/organizations/acme/flows/a%00b', 'flow_not_found'],
  ['an organization that is not there', `/v1/organizations/hooli/flows/${trace('a')}`, 'unknown_organization'],
  ['the list of an organization that is not there', '/v1/organizations/hooli/flows', 'unknown_organization'],
])('finds nothing for %s', async (_, path, code) => {
  const { status, json } = await api.client.call<ErrorBody>('GET', path);
  expect([status, json.error.code]).toEqual([404, code]);
});

it('shows what was sent to the API to nobody else: not to the log', () => {
  expect(api.log.join('')).not.toContain('visitors');
});

interface FlowPage {
  readonly flows: readonly { readonly traceId: string }[];
  readonly nextCursor: string | null;
}

import type { DirectoryRequest } from '@rolecall/persistence';
import { verifyChain } from '@rolecall/audit';
import { mistakes } from './api/validate.ts';
import { organization, requestOf, startTestApi } from './testing/test-api.ts';
import type { Answer, ErrorBody, TestApi } from './testing/test-api.ts';

const DAY_MS = 86_400_000;
const NOW = new Date('2026-11-01T12:00:00.000Z');
let now = NOW;
const at = (days: number) => new Date(NOW.getTime() + days * DAY_MS);
const trace = (digit: string) => digit.repeat(32);

const SCIM = { mode: 'strict', tokens: { okta: { rotateEvery: '90d', overlap: '7d' }, entra: {} } };

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi({ ROLECALL_SCIM_URL: 'https://scim.example.com' }, () => now);
  const documents = [
    organization('acme', { scim: SCIM }),
    organization('globex', { scim: SCIM }),
    organization('hooli'),
  ];
  await api.client.apply(requestOf(documents));
});
afterAll(() => api?.close());
beforeEach(() => {
  now = NOW;
});

const path = (name: string, rest = '') => `/v1/organizations/${name}/directory${rest}`;
const get = <T>(name: string, rest = '') => api.client.call<T & ErrorBody>('GET', path(name, rest));
const issue = (name: string, token: string) =>
  api.client.call<Issued & ErrorBody>('POST', path(name, '/tokens'), { name: token });
const revoke = (name: string, id: string) => api.client.call<ErrorBody>('DELETE', path(name, `/tokens/${id}`));
const refusal = ({ status, json }: Answer<ErrorBody>) => [status, json.error?.code];
const lets = async (value: string) =>
  (await api.database.database.directoryTokens.authenticate(value, now)) !== undefined;
/** Another process ends it, as for the SCIM server: its notification is waited for. */
const ends = async (value: string) => {
  while (await lets(value)) await new Promise((resolve) => setImmediate(resolve));
  return true;
};

async function organizationId(name: string): Promise<string> {
  return (await api.database.database.registry.record(name))!.organizationId;
}

describe('tokens', () => {
  it('are issued under a declared name, and shown once', async () => {
    const { status, json, headers } = await issue('globex', 'okta');
    expect(status).toBe(200);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(mistakes('IssuedDirectoryToken', json)).toEqual([]);
    expect(json).toMatchObject({
      value: expect.stringMatching(/^rcs_[\w-]{64}$/) as string,
      baseUrl: 'https://scim.example.com/scim/v2',
      token: { name: 'okta', state: 'active', rotateAt: at(90).toJSON(), expiresAt: at(97).toJSON(), lastUsedAt: null },
    });
    expect(await lets(json.value)).toBe(true);
    const shown = await get('globex');
    expect(shown.text).toContain(json.token.id);
    expect(shown.text + api.log.join('')).not.toContain(json.value.slice(4, 40));
  });

  it('stand in the status with their state, those that are missing by name', async () => {
    const first = (await issue('acme', 'okta')).json;
    now = at(1);
    const second = (await issue('acme', 'okta')).json;
    now = at(2);
    await lets(second.value);
    const { status, json } = await get<Status>('acme');
    expect(status).toBe(200);
    expect(mistakes('Directory', json)).toEqual([]);
    expect(json).toMatchObject({ enabled: true, mode: 'strict', baseUrl: 'https://scim.example.com/scim/v2' });
    expect(json.missingTokens).toEqual(['entra']);
    expect(json.tokens).toMatchObject([
      { id: second.token.id, state: 'active', lastUsedAt: at(2).toJSON() },
      { id: first.token.id, state: 'superseded', expiresAt: at(8).toJSON(), lastUsedAt: null },
    ]);
    now = at(8);
    expect((await get<Status>('acme')).json.tokens.map(({ state }) => state)).toEqual(['active', 'expired']);
  });

  it('end when they are revoked', async () => {
    const { value, token } = (await issue('globex', 'entra')).json;
    expect(refusal(await revoke('acme', token.id))).toEqual([404, 'unknown_directory_token']);
    expect(await lets(value)).toBe(true);
    expect((await revoke('globex', token.id)).status).toBe(200);
    expect(await ends(value)).toBe(true);
    expect(refusal(await revoke('globex', token.id))).toEqual([404, 'unknown_directory_token']);
    expect(refusal(await revoke('globex', 'x%00'))).toEqual([404, 'unknown_directory_token']);
  });

  it.each([
    ['an organization that is not there', 'nobody', 'okta', [404, 'unknown_organization']],
    ['an organization without a directory', 'hooli', 'okta', [404, 'no_directory']],
    ['a name that is not declared', 'acme', 'jumpcloud', [404, 'unknown_directory_token']],
    ['a name of JavaScript', 'acme', 'constructor', [404, 'unknown_directory_token']],
    ['what is no name', 'acme', '../okta', [400, 'invalid_request']],
  ])('are not issued for %s', async (_, name, token, expected) => {
    expect(refusal(await issue(name, token))).toEqual(expected);
  });

  it('say which names there are', async () => {
    expect((await issue('acme', 'jumpcloud')).json.error.message).toContain('it declares: okta, entra');
  });

  it('are not made without end', async () => {
    await api.client.apply(requestOf([organization('many', { scim: SCIM })], { collection: 'many' }));
    for (let n = 0; n < 5; n++) expect((await issue('many', 'okta')).status).toBe(200);
    expect(refusal(await issue('many', 'okta'))).toEqual([409, 'too_many_tokens']);
    expect((await issue('many', 'entra')).status).toBe(200);
  });

  it('end at the apply that takes their name away, which the plan tells; others go along with a new one', async () => {
    const request = (scim: object) => requestOf([organization('moving', { scim })], { collection: 'moving' });
    await api.client.apply(request(SCIM));
    const [okta, entra] = [(await issue('moving', 'okta')).json, (await issue('moving', 'entra')).json];
    const next = request({ tokens: { 'okta-eu': { previously: ['okta'] } } });
    const plan = await api.client.plan(next);
    expect(plan.json.changes[0]?.impact.endedDirectoryTokens).toEqual([{ token: 'entra', tokens: 1 }]);
    expect(mistakes('Plan', plan.json)).toEqual([]);
    expect([await lets(okta.value), await lets(entra.value)]).toEqual([true, true]);
    await api.client.apply(next);
    expect([await ends(entra.value), await lets(okta.value)]).toEqual([true, true]);
    const { tokens } = (await get<Status>('moving')).json;
    expect(tokens.map(({ name, state }) => `${name} ${state}`).sort()).toEqual(['entra revoked', 'okta-eu active']);
    const trail = await api.database.database.inOrganization(await organizationId('moving'), (tx) =>
      tx.auditTrail(0, 10),
    );
    expect(trail.map(({ type, subject }) => [type, subject])).toEqual([
      ['organization.created', expect.any(String)],
      ['directory.token_issued', okta.token.id],
      ['directory.token_issued', entra.token.id],
      ['directory.token_revoked', entra.token.id],
      ['organization.updated', expect.any(String)],
    ]);
    expect(await verifyChain(trail)).toMatchObject({ ok: true });
  });

  it('that are to be rotated soon are told of with their collection', async () => {
    const one = organization('rotating', { scim: { tokens: { okta: { rotateEvery: '30d' } } } });
    await api.client.apply(requestOf([one], { collection: 'rotating' }));
    await issue('rotating', 'okta');
    const due = async () => {
      const { json } = await api.client.call<Due>('GET', '/v1/collections/rotating');
      expect(mistakes('Collection', json)).toEqual([]);
      return json.directoryTokensDue;
    };
    now = at(15);
    expect(await due()).toEqual([]);
    now = at(16);
    const token = { organization: 'rotating', name: 'okta', rotateAt: at(30).toJSON(), expiresAt: at(37).toJSON() };
    expect(await due()).toEqual([token]);
    await issue('rotating', 'okta');
    expect(await due()).toEqual([]);
  });

  it('is all that a token without the right cannot reach', async () => {
    const reader = api.client.with(await api.token(['directory.read']));
    expect((await reader.call('GET', path('acme'))).status).toBe(200);
    expect((await reader.call('POST', path('acme', '/tokens'), { name: 'okta' })).status).toBe(403);
    expect((await reader.call('DELETE', path('acme', `/tokens/${trace('a')}`))).status).toBe(403);
  });
});

describe('requests', () => {
  const request = (id: string, more: Partial<DirectoryRequest> = {}): DirectoryRequest => ({
    requestId: trace(id),
    at: NOW,
    tokenName: 'okta',
    method: 'PATCH',
    route: '/scim/v2/Users/:id',
    status: 200,
    scimType: undefined,
    outcome: 'applied',
    quirks: [],
    resourceType: 'User',
    resourceId: 'user-1',
    attributes: ['active'],
    detail: undefined,
    hint: undefined,
    payload: { Operations: [{ op: 'replace', path: 'active', value: false }] },
    milliseconds: 4,
    ...more,
  });
  const refused = { status: 409, scimType: 'uniqueness', outcome: 'refused', detail: 'userName is taken' } as const;

  beforeAll(async () => {
    const [acme, globex] = [await organizationId('acme'), await organizationId('globex')];
    await api.database.database.directoryRequests.append([
      { organizationId: acme, ...request('a', { at: at(-3) }) },
      { organizationId: acme, ...request('b', { at: at(-2), ...refused, resourceId: undefined }) },
      { organizationId: acme, ...request('c', { quirks: ['text_boolean'], outcome: 'no-op', tokenName: 'entra' }) },
      { organizationId: acme, ...request('d', { at: at(1), status: 503, outcome: 'failed', resourceId: 'user-2' }) },
      { organizationId: globex, ...request('e') },
    ]);
  });

  const ids = ({ json }: Answer<Page & ErrorBody>) => json.requests?.map(({ requestId }) => requestId[0]).join('');

  it.each([
    ['', 'dcba'],
    ['?outcome=refused,failed', 'db'],
    ['?outcome=no-op', 'c'],
    ['?status=4xx', 'b'],
    [`?since=${NOW.toISOString()}`, 'dc'],
    ['?since=2026-10-30T12:00:00%2B02:00', 'dcb'],
    ['?token=entra', 'c'],
    ['?resource=user-1', 'ca'],
    ['?quirk=text_boolean', 'c'],
    ['?limit=1', 'd'],
  ])('are listed, of the organization alone: %s', async (query, expected) => {
    const answer = await get<Page>('acme', `/requests${query}`);
    expect([answer.status, ids(answer)]).toEqual([200, expected]);
    expect(mistakes('DirectoryRequestPage', answer.json)).toEqual([]);
  });

  it('are paged, each once', async () => {
    const seen: (string | undefined)[] = [];
    for (let query: string | undefined = '?limit=1'; query !== undefined;) {
      const answer: Answer<Page & ErrorBody> = await get<Page>('acme', `/requests${query}`);
      seen.push(ids(answer));
      query = answer.json.nextCursor === null ? undefined : `?limit=1&cursor=${answer.json.nextCursor}`;
    }
    expect(seen).toEqual(['d', 'c', 'b', 'a']);
  });

  it('are shown one by one, with their form', async () => {
    const { status, json } = await get('acme', `/requests/${trace('b')}`);
    expect(status).toBe(200);
    expect(mistakes('DirectoryRequest', json)).toEqual([]);
    expect(json).toEqual({
      requestId: trace('b'),
      at: at(-2).toJSON(),
      token: 'okta',
      method: 'PATCH',
      route: '/scim/v2/Users/:id',
      status: 409,
      scimType: 'uniqueness',
      outcome: 'refused',
      quirks: [],
      resourceType: 'User',
      resourceId: null,
      attributes: ['active'],
      detail: 'userName is taken',
      hint: null,
      payload: { Operations: [{ op: 'replace', path: 'active', value: false }] },
      milliseconds: 4,
    });
  });

  it('stand in the status: the last, and the last that went wrong', async () => {
    const { json } = await get<Status>('acme');
    expect([json.lastRequest?.requestId, json.lastProblem?.requestId]).toEqual([trace('d'), trace('d')]);
    const globex = (await get<Status>('globex')).json;
    expect([globex.lastRequest?.requestId, globex.lastProblem]).toEqual([trace('e'), null]);
  });

  it.each([
    ['an outcome that is none', '?outcome=bad'],
    ['an outcome twice', '?outcome=read,read'],
    ['no outcome', '?outcome='],
    ['a status that is none', '?status=409'],
    ['a moment that is none', '?since=yesterday'],
    ['a moment that the calendar has not', '?since=2026-13-40T12:00:00Z'],
    ['a token with NUL', '?token=a%00'],
    ['a resource with NUL', '?resource=a%00'],
    ['a quirk that is no name', '?quirk=Text'],
    ['a cursor that no page gave', '?cursor=acme'],
    ['two limits', '?limit=1&limit=2'],
    ['a parameter that is not known', '?user=eve'],
  ])('are not listed for %s', async (_, query) => {
    expect(refusal(await get('acme', `/requests${query}`))).toEqual([400, 'invalid_request']);
  });

  it.each([
    ['an id that nobody has', 'acme', trace('f'), 'request_not_found'],
    ['an id of another organization', 'acme', trace('e'), 'request_not_found'],
    ['what is no id', 'acme', 'a%00b', 'request_not_found'],
    ['an organization that is not there', 'nobody', trace('a'), 'unknown_organization'],
  ])('are not found by %s', async (_, name, id, code) => {
    expect(refusal(await get(name, `/requests/${id}`))).toEqual([404, code]);
  });
});

describe('removals', () => {
  const actor = () => ({ tokenName: 'okta', traceId: trace('9'), at: now });
  const brake = { share: 1, windowSeconds: 3600, atLeast: 0 };
  let userId: string;
  const remove = async () =>
    api.database.database.directory.deleteUser(await organizationId('globex'), userId, undefined, { brake }, actor());

  beforeAll(async () => {
    const how = { adoptEmail: undefined, reprovision: 'conflict', brake } as const;
    const access = { grants: [], groups: [] };
    const decide = () => ({ revision: 1, facts: {}, profile: {}, access });
    const { directory } = api.database.database;
    const created = await directory.createUser(
      await organizationId('globex'),
      { userName: 'eve' },
      how,
      decide,
      actor(),
    );
    if (created.outcome !== 'created') throw new Error(created.outcome);
    ({ userId } = created.user);
  });

  it('are counted, held, released, and leave a receipt', async () => {
    const held = await remove();
    if (held.outcome !== 'held') throw new Error(held.outcome);
    expect((await get<Counts>('globex')).json).toMatchObject({ users: 1, activeUsers: 1, groups: 0, openHolds: 1 });
    const open = await get('globex', '/holds');
    expect(mistakes('DirectoryHolds', open.json)).toEqual([]);
    const hold = { id: held.holdId, reason: 'mass_change', userId: null, at: NOW.toJSON() };
    expect(open.json).toEqual({ holds: [{ ...hold, releasedAt: null, releasedBy: null }] });

    const release = (name: string, id: string) =>
      api.client.call<ErrorBody>('POST', path(name, `/holds/${id}/release`));
    expect(refusal(await release('acme', held.holdId))).toEqual([404, 'unknown_hold']);
    expect(refusal(await release('globex', 'x'))).toEqual([404, 'unknown_hold']);
    const mayNot = api.client.with(await api.token(['directory.read', 'directory.tokens']));
    expect((await mayNot.call('POST', path('globex', `/holds/${held.holdId}/release`))).status).toBe(403);
    expect((await release('globex', held.holdId)).status).toBe(200);
    expect(refusal(await release('globex', held.holdId))).toEqual([404, 'unknown_hold']);
    expect((await get('globex', '/holds')).json).toEqual({
      holds: [{ ...hold, releasedAt: NOW.toJSON(), releasedBy: expect.stringMatching(/^[0-9a-f]{24}$/) as string }],
    });

    now = new Date(NOW.getTime() + 60_000);
    expect((await remove()).outcome).toBe('deleted');
    expect((await get<Counts>('globex')).json).toMatchObject({ users: 0, activeUsers: 0, openHolds: 0 });
    const receipts = await get<{ receipts: object[] }>('globex', '/receipts');
    expect(mistakes('OffboardingReceipts', receipts.json)).toEqual([]);
    expect(receipts.json.receipts).toMatchObject([{ userId, by: 'okta', cause: 'deleted', at: now.toJSON() }]);
    expect((await get('globex', `/receipts?before=${now.toISOString()}`)).json).toEqual({ receipts: [] });
  });

  it.each(['?before=yesterday', '?limit=0', '?user=eve'])('give no receipts for %s', async (query) => {
    expect(refusal(await get('globex', `/receipts${query}`))).toEqual([400, 'invalid_request']);
  });
});

it('has no status where no directory is declared', async () => {
  expect(refusal(await get('hooli'))).toEqual([404, 'no_directory']);
  expect(refusal(await get('nobody'))).toEqual([404, 'unknown_organization']);
});

interface Issued {
  readonly value: string;
  readonly token: { readonly id: string };
}
interface Summary {
  readonly requestId: string;
}
interface Status {
  readonly tokens: readonly { readonly id: string; readonly name: string; readonly state: string }[];
  readonly missingTokens: readonly string[];
  readonly lastRequest: Summary | null;
  readonly lastProblem: Summary | null;
}
interface Counts {
  readonly users: number;
}
interface Due {
  readonly directoryTokensDue: readonly object[];
}
interface Page {
  readonly requests: readonly Summary[];
  readonly nextCursor: string | null;
}

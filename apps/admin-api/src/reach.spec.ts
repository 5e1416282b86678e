import { API_RIGHTS } from '@rolecall/persistence';
import { OPERATIONS } from './api/operations.ts';
import type { Operation } from './api/operations.ts';
import { asOwner, everyRow } from './testing/rows.ts';
import { organization, platformRequest, requestOf, startTestApi } from './testing/test-api.ts';
import type { ErrorBody, TestApi, TestClient } from './testing/test-api.ts';

/*
 * A token that is held to `mine` and `my-*`, and everything that there is: `foreign` in a collection of its own, and the
 * collection `shared` with both; the platform document in `platform-only`.
 */

let api: TestApi;
let held: TestClient;
const SCIM = {
  scim: { enabled: true, tokens: { okta: {} } },
  emailDomains: { 'foreign.example': { verification: 'dns' } },
};
const foreign = organization('foreign', SCIM);
const mine = (spec: object = {}) => organization('mine', spec);
const toMine = (documents: readonly object[], more: object = {}) =>
  requestOf(documents, { collection: 'mine', ...more });

beforeAll(async () => {
  api = await startTestApi();
  held = api.client.with(await api.token(API_RIGHTS, undefined, ['mine', 'my-*']));
  await succeeded(api.client.apply(requestOf([foreign], { collection: 'foreign' })));
  await succeeded(api.client.apply(toMine([mine()])));
  const shared = [organization('my-shared'), organization('foreign-shared')];
  await succeeded(api.client.apply(requestOf(shared, { collection: 'shared' })));
  await succeeded(api.client.apply(platformRequest({ trustedIssuers: {} }, 'platform-only')));
});
afterAll(() => api?.close());

async function succeeded(answer: Promise<{ status: number; text: string }>): Promise<void> {
  const { status, text } = await answer;
  expect([status, text]).toEqual([200, expect.anything()]);
}

const VALUES: Readonly<Record<string, string>> = { number: '1', domain: 'foreign.example', identityProvider: 'okta' };
const UUID = '00000000-0000-4000-8000-000000000000';

function pathOf({ path }: Operation, organizationName: string, collection = 'foreign'): string {
  return path.replaceAll(/:(\w+)/g, (_, name: string) => {
    if (name === 'organization') return organizationName;
    return name === 'collection' ? collection : (VALUES[name] ?? UUID);
  });
}

const BODIES: Partial<Record<string, object>> = {
  OrganizationPatch: { patch: {}, baseRevision: 1 },
  CompareRequest: { files: [] },
  AcceptMetadataRequest: { digest: '0'.repeat(64) },
  DirectoryTokenRequest: { name: 'okta' },
};

const all = Object.values<Operation>(OPERATIONS);
const bodyOf = ({ method, body }: Operation) => (method === 'get' ? undefined : ((body && BODIES[body]) ?? {}));
const ask = (client: TestClient, operation: Operation, path: string) =>
  client.call<ErrorBody>(operation.method.toUpperCase(), path, bodyOf(operation));

describe.each(all.filter(({ path }) => path.includes(':organization')).map((one) => [one.id, one] as const))(
  '%s of a foreign organization',
  (_id, operation) => {
    it('is answered as one of an unknown organization, and writes nothing (security.md 20)', async () => {
      const before = await everyRow(api.database.ownerUrl);
      const unknown = await ask(held, operation, pathOf(operation, 'nobody'));
      const answer = await ask(held, operation, pathOf(operation, 'foreign'));
      expect([answer.status, answer.json.error.code]).toEqual([404, 'unknown_organization']);
      expect(answer.text.replace(answer.json.error.traceId, '')).toBe(
        unknown.text.replace(unknown.json.error.traceId, ''),
      );
      expect(await everyRow(api.database.ownerUrl)).toEqual(before);
    });

    it('is answered to a token of the deployment', async () => {
      const answer = await ask(api.client, operation, pathOf(operation, 'foreign'));
      expect(answer.json.error?.code).not.toBe('unknown_organization');
    });
  },
);

describe.each(all.filter(({ path }) => path.includes(':collection')).map((one) => [one.id, one] as const))(
  '%s of a collection with others',
  (_id, operation) => {
    it.each(['foreign', 'shared', 'platform-only'])('is refused, and writes nothing: %s', async (collection) => {
      const before = await everyRow(api.database.ownerUrl);
      const { status, json, text } = await ask(held, operation, pathOf(operation, 'foreign', collection));
      expect([status, json.error.code]).toEqual([403, 'collection_out_of_reach']);
      expect(text).not.toContain('foreign');
      expect(await everyRow(api.database.ownerUrl)).toEqual(before);
    });

    it('is refused also when only a file of it names others', async () => {
      const files = [{ path: 'a.yaml', digest: '1'.repeat(64), organizations: ['foreign'] }];
      await succeeded(api.client.apply(requestOf([], { collection: 'file-only', files })));
      const { json } = await ask(held, operation, pathOf(operation, 'foreign', 'file-only'));
      expect(json.error.code).toBe('collection_out_of_reach');
    });
  },
);

/** Operations whose path names neither, and whose handler narrows them: each has a test below, under its id. */
const NARROWED = ['plan', 'apply', 'listExpiry', 'listOrganizations'];

it('knows every operation that narrows itself', () => {
  expect(all.filter(({ narrowed }) => narrowed).map(({ id }) => id)).toEqual(NARROWED);
});

describe('operations of the deployment', () => {
  const deployment = all.filter((one) => one.right && !one.narrowed && !/:(?:organization|collection)/.test(one.path));

  it('are refused', async () => {
    for (const operation of deployment) {
      const { status, json } = await ask(held, operation, operation.path);
      expect([operation.id, status, json.error.code]).toEqual([operation.id, 403, 'organizations_restricted']);
    }
  });
});

it('listOrganizations: only those of the token, page by page', async () => {
  const names = async (client: TestClient, query = '') => {
    const { json } = await client.call<Page>('GET', `/v1/organizations${query}`);
    return [json.organizations.map(({ name }) => name), json.nextCursor];
  };
  expect(await names(api.client)).toEqual([['foreign', 'foreign-shared', 'mine', 'my-shared'], null]);
  expect(await names(held)).toEqual([['mine', 'my-shared'], null]);
  expect(await names(held, '?limit=1')).toEqual([['mine'], 'mine']);
  expect(await names(held, '?limit=1&cursor=mine')).toEqual([['my-shared'], null]);
  expect(await names(held, '?documents=true')).toEqual([['mine', 'my-shared'], null]);
  const nobody = api.client.with(await api.token(API_RIGHTS, undefined, []));
  expect(await names(nobody)).toEqual([[], null]);
});

it('listExpiry: only what ends in those of the token, and nothing of the deployment', async () => {
  const names = async (client: TestClient, query = '') => {
    const { status, json } = await client.call<ExpiryPage & ErrorBody>('GET', `/v1/expiry${query}`);
    return json.items?.map((item) => `${item.organization} ${item.kind}`) ?? [status, json.error.code];
  };
  await api.token(['plan'], new Date(Date.now() + 86_400_000));
  await asOwner(api.database.ownerUrl, (owner) =>
    owner.query(
      `insert into expiring_items select org_id, 'client-secret', 'google', now() from organization_registry`,
    ),
  );
  const [mine, others] = [await names(held), await names(api.client)];
  expect(mine).toEqual(['mine client-secret', 'my-shared client-secret']);
  expect(others).toEqual(expect.arrayContaining(['foreign client-secret', 'null api-token']));
  expect(await names(held, '?organization=mine')).toEqual(['mine client-secret']);
  for (const name of ['foreign', 'nobody']) {
    expect(await names(held, `?organization=${name}`)).toEqual([404, 'unknown_organization']);
  }
  expect(await names(api.client.with(await api.token(API_RIGHTS, undefined, [])))).toEqual([]);
});

describe('plan and apply', () => {
  const attempts: readonly (readonly [what: string, request: object, code: string])[] = [
    ['a foreign organization', toMine([mine(), foreign]), 'organization_out_of_reach'],
    ['a new one outside', toMine([mine(), organization('another')]), 'organization_out_of_reach'],
    [
      'a rename from a foreign one',
      toMine([organization('my-loot', {}, { previously: ['foreign'] })]),
      'organization_out_of_reach',
    ],
    [
      'a file that is said to have a foreign one',
      toMine([mine()], { files: [{ path: 'x.yaml', digest: '0'.repeat(64), organizations: ['foreign'] }] }),
      'organization_out_of_reach',
    ],
    ['the collection of others', requestOf([mine()], { collection: 'foreign' }), 'collection_out_of_reach'],
    ['a prune of others', requestOf([mine()], { collection: 'foreign', prune: true }), 'collection_out_of_reach'],
    [
      'a shared collection',
      requestOf([organization('my-shared', { displayName: 'x' })], { collection: 'shared' }),
      'collection_out_of_reach',
    ],
    [
      'the collection of the platform document',
      requestOf([organization('my-first')], { collection: 'platform-only' }),
      'collection_out_of_reach',
    ],
  ];

  it.each(attempts)(
    '%s is refused, naming what the request names, and writes nothing',
    async (_what, request, code) => {
      const before = await everyRow(api.database.ownerUrl);
      const planned = await held.plan(request);
      expect([planned.status, planned.json.error.code]).toEqual([403, code]);
      const applied = await held.apply(request, `sha256:${'0'.repeat(64)}`);
      expect([applied.status, applied.json.error.code]).toEqual([403, code]);
      const named = (planned.json.error.diagnostics ?? []).map((detail) => detail['organization']);
      expect(named.length > 0).toBe(code === 'organization_out_of_reach');
      for (const name of named) expect(['foreign', 'another']).toContain(name);
      expect(planned.text.includes('foreign')).toBe(named.includes('foreign'));
      expect(await everyRow(api.database.ownerUrl)).toEqual(before);
    },
  );

  it('go on as ever for its own', async () => {
    const { status, json } = await held.apply(toMine([mine({ displayName: 'Mine' }), organization('my-new')]));
    expect([status, json.applied]).toEqual([
      200,
      [
        { organization: 'mine', revision: 2 },
        { organization: 'my-new', revision: 1 },
      ],
    ]);
  });
});

describe('an origin of an application', () => {
  const applications = (...origins: string[]) => ({ applications: { wiki: { type: 'forward-auth', origins } } });
  const proxied = (name: string, ...origins: string[]) => organization(name, applications(...origins));
  const theirs = 'https://wiki.foreign.example';
  const ours = 'https://wiki.mine.example';
  const collection = 'mine';
  const organizationsOf = (...documents: object[]) => requestOf(documents, { collection });

  beforeAll(async () => {
    await succeeded(api.client.apply(requestOf([proxied('foreign', theirs)], { collection: 'foreign' })));
  });

  it('that lets users of others in is refused, in a plan, an apply and a write past git, and names nobody', async () => {
    const before = await everyRow(api.database.ownerUrl);
    const wanted = organizationsOf(proxied('mine', ours, theirs));
    const patch = { spec: { applications: { wiki: { type: 'forward-auth', origins: [theirs] } } } };
    const baseRevision = (await held.call<{ revision: number }>('GET', '/v1/organizations/mine')).json.revision;
    const answers = [
      await held.plan(wanted),
      await held.apply(wanted, (await api.client.plan(wanted)).json.fingerprint),
      await held.call<ErrorBody>('PATCH', '/v1/organizations/mine', { patch, baseRevision }),
    ];
    for (const { status, json, text } of answers) {
      expect([status, json.error?.code]).toEqual([403, 'origin_out_of_reach']);
      expect(json.error?.diagnostics).toMatchObject([{ pointer: '/spec/applications/wiki/origins' }]);
      expect(text.replaceAll(theirs, '')).not.toContain('foreign');
    }
    expect(await everyRow(api.database.ownerUrl)).toEqual(before);
  });

  it('that others declare and have switched off is refused as well', async () => {
    const off = {
      applications: { wiki: { type: 'forward-auth', enabled: false, origins: ['https://off.foreign.example'] } },
    };
    await succeeded(api.client.apply(requestOf([organization('foreign', off)], { collection: 'foreign' })));
    const { status, json } = await held.plan(organizationsOf(proxied('mine', 'https://off.foreign.example')));
    expect([status, json.error?.code]).toEqual([403, 'origin_out_of_reach']);
    await succeeded(api.client.apply(requestOf([proxied('foreign', theirs)], { collection: 'foreign' })));
  });

  it('that somebody else was first at is shown to whoever may share it, and to nobody by name', async () => {
    const squatted = 'https://wiki.new.example';
    await succeeded(held.apply(organizationsOf(proxied('my-squatter', squatted))));
    const planned = await api.client.plan(requestOf([proxied('owner', squatted)], { collection: 'foreign' }));
    expect(planned.json.changes.find(({ organization: name }) => name === 'owner')?.impact.sharedOrigins).toEqual([
      { application: 'wiki', origin: squatted, organizations: 1 },
    ]);
    expect(planned.text).not.toContain('my-squatter');
  });

  it('is its own, or one that a token of the deployment shared: that stays', async () => {
    const statuses = [
      (await held.apply(organizationsOf(proxied('mine', ours)))).status,
      (await held.apply(organizationsOf(proxied('mine', ours), proxied('my-new', ours)))).status,
      (await api.client.apply(organizationsOf(proxied('mine', ours, theirs), proxied('my-new', ours)))).status,
    ];
    const changed = organization('mine', { ...applications(ours, theirs), displayName: 'Mine' });
    statuses.push((await held.apply(organizationsOf(changed, proxied('my-new', ours)))).status);
    expect(statuses).toEqual([200, 200, 200, 200]);
  });
});

interface ExpiryPage {
  readonly items: readonly { readonly organization: string | null; readonly kind: string }[];
}

interface Page {
  readonly organizations: readonly { readonly name: string }[];
  readonly nextCursor: string | null;
}

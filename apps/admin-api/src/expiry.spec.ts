import { mistakes } from './api/validate.ts';
import { asOwner } from './testing/rows.ts';
import { organization, requestOf, startTestApi } from './testing/test-api.ts';
import type { ErrorBody, TestApi } from './testing/test-api.ts';

const DAY_MS = 86_400_000;
const NOW = new Date('2026-11-01T12:00:00.000Z');
const at = (days: number) => new Date(NOW.getTime() + days * DAY_MS).toISOString();

interface Item {
  readonly organization: string | null;
  readonly kind: string;
  readonly name: string;
  readonly expiresAt: string;
  readonly daysLeft: number;
}
interface Page {
  readonly items: readonly Item[];
  readonly nextCursor: string | null;
}

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi({}, () => NOW);
  await api.client.apply(requestOf([organization('acme'), organization('globex')]));
  await api.client.apply(requestOf([organization('hooli')], { collection: 'other' }));
  // as applies and refreshes of metadata write them
  await note('acme', 'idp-certificate', 'okta', at(-2));
  await note('acme', 'client-secret', 'google', at(12.5));
  await note('globex', 'scim-token', 'entra', at(40));
  await note('globex', 'sp-key', 'okta/signing', at(3000));
  await note('hooli', 'metadata-valid-until', 'idp', at(0.5));
});
afterAll(() => api?.close());

const note = (name: string, kind: string, item: string, expires: string) =>
  asOwner(api.database.ownerUrl, (owner) =>
    owner.query(`insert into expiring_items select org_id, $2, $3, $4 from organization_registry where name = $1`, [
      name,
      kind,
      item,
      expires,
    ]),
  );
const ask = (query = '') => api.client.call<Page & ErrorBody>('GET', `/v1/expiry${query}`);
const names = ({ items }: Page) => items.map(({ organization: name, kind }) => `${name} ${kind}`);

it('lists what ends, the earliest first, with the days that are left', async () => {
  const { status, json } = await ask();
  expect([status, mistakes('ExpiryPage', json)]).toEqual([200, []]);
  expect(
    json.items.map(({ daysLeft, ...item }) => [`${item.organization} ${item.kind} ${item.name}`, daysLeft]),
  ).toEqual([
    ['acme idp-certificate okta', -2],
    ['hooli metadata-valid-until idp', 0],
    ['acme client-secret google', 12],
    ['globex scim-token entra', 40],
    ['globex sp-key okta/signing', 3000],
  ]);
});

it('filters by time, organization and kind', async () => {
  expect(names((await ask('?within=30d')).json)).toHaveLength(3);
  expect(names((await ask('?within=10h')).json)).toEqual(['acme idp-certificate']);
  expect(names((await ask('?organization=globex')).json)).toEqual(['globex scim-token', 'globex sp-key']);
  expect(names((await ask('?kind=sp-key,client-secret')).json)).toEqual(['acme client-secret', 'globex sp-key']);
});

it('goes on where a page ended', async () => {
  const seen: string[] = [];
  for (let cursor: string | null = ''; cursor !== null;) {
    const { json }: { json: Page } = await ask(`?limit=2${cursor && `&cursor=${cursor}`}`);
    seen.push(...names(json));
    cursor = json.nextCursor;
  }
  expect(seen).toEqual(names((await ask()).json));
});

it.each([
  ['?within=soon', 400],
  ['?within=0d', 400],
  ['?kind=', 400],
  ['?kind=password', 400],
  ['?organization=NOT%20ONE', 400],
  ['?organization=nobody', 404],
  ['?cursor=x', 400],
  [`?cursor=${Buffer.from('[1,"","sp-key","\\u0000"]').toString('base64url')}`, 400],
  [`?cursor=${Buffer.from('[1e99,"","sp-key","x"]').toString('base64url')}`, 400],
  ['?page=2', 400],
  ['?within=9999999d', 200],
])('answers %s with %i', async (query, status) => {
  expect((await ask(query)).status).toBe(status);
});

it('tells a plan what of its collection ends within 30 days', async () => {
  const { json } = await api.client.call<{ endingSoon: Item[] }>('GET', '/v1/collections/default');
  expect(mistakes('Collection', json)).toEqual([]);
  expect(json.endingSoon.map(({ name, kind }) => `${kind} ${name}`)).toEqual(['idp-certificate okta']);
});

describe('the metric', () => {
  const TOKEN = 'metrics-0123456789-abcdef';
  const metrics = async (environment: Readonly<Record<string, string>>, authorization?: string) => {
    const other = await startTestApi(environment, () => NOW);
    try {
      await other.client.apply(requestOf([organization('acme')]));
      await asOwner(other.database.ownerUrl, async (owner) => {
        for (const [kind, name, end] of [
          ['client-secret', 'google', at(12.5)],
          ['override', '/spec/jit/enabled', at(3)],
          ['override', '/spec/login/enforceSso', at(5)],
          ['exemption', '1 person until 2026-11-10', at(9.5)],
          ['exemption', '2 people until 2026-11-12', at(11.5)],
        ])
          await owner.query(`insert into expiring_items select org_id, $1, $2, $3 from organization_registry`, [
            kind,
            name,
            end,
          ]);
        await owner.query(`update api_tokens set expires_at = $1`, [at(7.5)]);
      });
      const { status, text } = await other.client
        .with(undefined)
        .call('GET', '/metrics', undefined, authorization === undefined ? {} : { authorization });
      return { status, series: text.split('\n').filter((line) => line.startsWith('rolecall_days_left{')), text };
    } finally {
      await other.close();
    }
  };

  it('names organizations where a token is asked for, and neither API tokens nor what is overridden', async () => {
    const { status, series } = await metrics(
      { ROLECALL_HOST: '0.0.0.0', ROLECALL_METRICS_TOKEN: TOKEN },
      `Bearer ${TOKEN}`,
    );
    expect([status, series.toSorted()]).toEqual([
      200,
      [
        'rolecall_days_left{org="",kind="api-token",name="",app="admin-api"} 7',
        'rolecall_days_left{org="acme",kind="client-secret",name="google",app="admin-api"} 12',
        'rolecall_days_left{org="acme",kind="exemption",name="",app="admin-api"} 9',
        'rolecall_days_left{org="acme",kind="override",name="",app="admin-api"} 3',
      ],
    ]);
  });

  it('is not there where everybody can read it', async () => {
    const { status, text } = await metrics({ ROLECALL_HOST: '0.0.0.0' });
    expect([status, text.includes('http_request_duration_seconds')]).toEqual([200, true]);
    expect(text).not.toMatch(/rolecall_days_left|acme|google/);
  });

  it.each([undefined, 'Bearer', `Bearer ${TOKEN}x`, `Bearer ${TOKEN.slice(1)}`, `Basic ${TOKEN}`])(
    'is not shown for %j',
    async (authorization) => {
      const { status, text } = await metrics({ ROLECALL_METRICS_TOKEN: TOKEN }, authorization);
      expect([status, (JSON.parse(text) as ErrorBody).error.code]).toEqual([401, 'unauthorized']);
      expect(text).not.toContain('acme');
    },
  );
});

it('is a metric of what ends within 90 days or ended within 30, and of nothing else', async () => {
  const series = async () => {
    const { text } = await api.client.call('GET', '/metrics');
    return text.split('\n').filter((line) => line.startsWith('rolecall_days_left{'));
  };
  expect(await series()).toEqual([
    'rolecall_days_left{org="globex",kind="scim-token",name="entra",app="admin-api"} 40',
    'rolecall_days_left{org="acme",kind="client-secret",name="google",app="admin-api"} 12',
    'rolecall_days_left{org="hooli",kind="metadata-valid-until",name="idp",app="admin-api"} 0',
    'rolecall_days_left{org="acme",kind="idp-certificate",name="okta",app="admin-api"} -2',
  ]);
  await asOwner(api.database.ownerUrl, (owner) => owner.query(`delete from expiring_items where kind = 'scim-token'`));
  expect(await series()).toHaveLength(3);
});

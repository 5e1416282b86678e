import { mistakes } from './api/validate.ts';
import { organization, requestOf, startTestApi } from './testing/test-api.ts';
import type { ErrorBody, TestApi } from './testing/test-api.ts';
import { everyRow } from './testing/rows.ts';

let api: TestApi;
let now: Date;
beforeEach(async () => {
  now = new Date();
  api = await startTestApi({}, () => now);
});
afterEach(() => api?.close());

interface LeaseAnswer extends ErrorBody {
  readonly fencing: number;
  readonly secret: string;
  readonly expiresAt: string;
  readonly ended: { readonly fencing: number } | null;
}

const LEASE = '/v1/collections/default/lease';
const take = (holder = 'https://ci.example/jobs/1') => api.client.call<LeaseAnswer>('POST', LEASE, { holder });
type Held = Pick<LeaseAnswer, 'fencing' | 'secret'>;
const renew = ({ fencing, secret }: Held) => api.client.call<LeaseAnswer>('PUT', LEASE, { fencing, secret });
const shown = ({ fencing, secret }: Held) => ({ lease: fencing, leaseSecret: secret });
const release = ({ fencing, secret }: Held) =>
  api.client.call<LeaseAnswer>('POST', `${LEASE}/release`, { fencing, secret });
const end = (query = '') => api.client.call<LeaseAnswer>('DELETE', `${LEASE}${query}`);
const acme = (more: object = {}) => requestOf([organization('acme')], more);
const codeOf = ({ status, json }: { status: number; json: Partial<ErrorBody> }) => [status, json.error?.code];

it('is taken by one at a time, kept, and ended', async () => {
  const taken = await take();
  expect([taken.status, mistakes('TakenLease', taken.json)]).toEqual([200, []]);
  const held = await take('laptop');
  expect(codeOf(held)).toEqual([409, 'lease_held']);
  expect(held.json.error.message).toContain(`https://ci.example/jobs/1`);
  expect(held.json.error.message).toContain(taken.json.expiresAt);

  now = new Date(now.getTime() + 15_000);
  const renewed = await renew(taken.json);
  expect(mistakes('Lease', renewed.json)).toEqual([]);
  expect(new Date(renewed.json.expiresAt).getTime()).toBe(new Date(taken.json.expiresAt).getTime() + 15_000);
  expect(codeOf(await renew({ ...taken.json, fencing: taken.json.fencing + 1 }))).toEqual([409, 'lease_lost']);

  const ended = await release(taken.json);
  expect([mistakes('LeaseEnded', ended.json), ended.json.ended?.fencing]).toEqual([[], taken.json.fencing]);
  expect((await end()).json.ended).toBeNull();
  expect((await take('laptop')).json.fencing).toBe(taken.json.fencing + 1);
});

it('has no parameters in its address, where logs of proxies would keep the secret', async () => {
  const { fencing, secret } = (await take()).json;
  for (const query of [`?fencing=${fencing}&secret=${secret}`, '?fencing=1', '?force=yes'])
    expect(codeOf(await end(query))).toEqual([400, 'invalid_request']);
  expect(codeOf(await take())).toEqual([409, 'lease_held']);
});

it.each([{ fencing: 0 }, { fencing: 'x' }, { fencing: 1 }, { fencing: 1, secret: 'short' }, {}])(
  'is not given back by %j',
  async (held) => {
    await take();
    expect(codeOf(await release(held as Held))).toEqual([400, 'invalid_request']);
    expect(codeOf(await take())).toEqual([409, 'lease_held']);
  },
);

it.each(['', 'x'.repeat(201), 'a\nb', 'a\u001b[31mb'])('is held by nobody called %j', async (holder) => {
  expect(codeOf(await take(holder))).toEqual([400, 'invalid_request']);
});

it('lets nobody apply but its holder', async () => {
  const held = (await take()).json;
  const before = await everyRow(api.database.ownerUrl);
  expect(JSON.stringify(before)).not.toContain(held.secret);
  expect(codeOf(await api.client.apply(acme()))).toEqual([409, 'lease_held']);
  const guessed = { ...held, secret: 'A'.repeat(22) };
  expect(codeOf(await renew(guessed))).toEqual([409, 'lease_lost']);
  expect((await release(guessed)).json.ended).toBeNull();
  for (const lease of [shown(guessed), { lease: held.fencing }]) {
    expect(codeOf(await api.client.apply(acme(lease), (await api.client.plan(acme())).json.fingerprint))).toEqual([
      409,
      'lease_lost',
    ]);
  }
  expect(await everyRow(api.database.ownerUrl)).toEqual(before);
  const { fingerprint } = (await api.client.plan(acme())).json;
  expect((await api.client.apply(acme(shown(held)), fingerprint)).status).toBe(200);
});

it('a late apply of a former holder is refused and leaves nothing; so is one whose lease was ended', async () => {
  const former = (await take()).json;
  const { fingerprint } = (await api.client.plan(acme())).json;
  now = new Date(now.getTime() + 60_000);
  const next = (await take('laptop')).json;
  const before = await everyRow(api.database.ownerUrl);
  expect(codeOf(await api.client.apply(acme(shown(former)), fingerprint))).toEqual([409, 'lease_lost']);
  expect(await everyRow(api.database.ownerUrl)).toEqual(before);
  await end();
  expect(codeOf(await api.client.apply(acme(shown(next)), fingerprint))).toEqual([409, 'lease_lost']);
  expect((await api.client.call('GET', '/v1/organizations/acme')).status).toBe(404);
});

it('says in the log who ended the lease of somebody else', async () => {
  const { fencing } = (await take()).json;
  await end();
  expect(api.log.join('')).toContain(`"collection":"default","fencing":${fencing},"msg":"a lease was ended by unlock"`);
});

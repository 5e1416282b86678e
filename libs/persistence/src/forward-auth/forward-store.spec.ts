import type { OrganizationSpec } from '@rolecall/org-config';
import { connected, document, later, METADATA_XML, NOW, OKTA, subject, useTestDatabase } from '../testing/fixture.ts';
import { seedOrganization } from '../testing/index.ts';

const test = useTestDatabase();
const hash = (text: string) => Buffer.alloc(32, text);
const ORIGIN = 'https://grafana.example.com';
const OTHER = 'https://wiki.example.com';

let made = 0;

const withOrigins = (origins: string[], enabled = true): OrganizationSpec => ({
  ...OKTA,
  applications: { grafana: { type: 'forward-auth', enabled, origins } },
});

/** An organization with applications, and somebody who is signed in by `token`. */
async function signedIn(token = 's', origins = [ORIGIN, OTHER]) {
  made += 1;
  const name = `acme-${made}`;
  const { id } = await seedOrganization(test.current.database, document(name, withOrigins(origins)), {
    metadataXml: METADATA_XML,
  });
  const userId = await test.current.database.inOrganization(id, async (tx) => {
    const { user } = await tx.createUser(subject('eve'), { email: 'eve@acme.example' }, {}, NOW);
    await tx.openSession({
      tokenHash: hash(token),
      userId: user.userId,
      subject: subject('eve'),
      sessionIndex: undefined,
      openedAt: NOW,
      expiresAt: later(3_600),
      idleSeconds: 600,
      announcement: undefined,
    });
    return user.userId;
  });
  return { id, name, userId };
}

const handle = (organizationId: string, of = 'h', origin = ORIGIN) => ({
  organizationId,
  origin,
  handleHash: hash(of),
  flowHash: hash('b'),
});
const begin = (id: string, of = 'h', origin = ORIGIN, session = 's', now = NOW) =>
  test.current.database.forward.begin({
    ...handle(id, of, origin),
    sessionHash: hash(session),
    now,
    expiresAt: new Date(now.getTime() + 60_000),
  });
const take = (id: string, cookie = 'c', more: Partial<ReturnType<typeof handle>> & { now?: Date } = {}) =>
  test.current.database.forward.take({ ...handle(id), tokenHash: hash(cookie), now: NOW, traceId: 'trace', ...more });
const check = (id: string, cookie = 'c', origin = ORIGIN, now = NOW) =>
  test.current.database.forward.check(id, hash(cookie), origin, now);

async function change(id: string, name: string, spec: OrganizationSpec): Promise<void> {
  const identityProviders = { okta: { metadataXml: METADATA_XML } };
  const revision = { document: document(name, spec), digest: 'next', origin: { actor: 'ci' }, identityProviders };
  await test.current.database
    .reconcileState({ actor: 'ci', now: NOW })
    .transaction('commit', (state) => state.addRevision(id, 1, revision));
}

it('a handle becomes a cookie of its origin, which says who is signed in', async () => {
  const { id, name, userId } = await signedIn();
  expect(await begin(id)).toBe(true);
  expect(await check(id, 'h')).toBeUndefined();
  expect(await take(id)).toEqual(later(3_600));
  expect(await check(id)).toMatchObject({ organization: name, user: { id: userId } });
  expect(await test.current.database.forward.sessionOf(id, hash('c'), ORIGIN)).toEqual(hash('s'));
  const events = await test.current.database.inOrganization(id, (tx) => tx.auditTrail(0, 10));
  expect(events).toMatchObject([
    {
      type: 'application.signed_in',
      actor: { kind: 'user', id: userId },
      data: { application: 'grafana' },
      traceId: 'trace',
    },
  ]);
});

it('a handle is good once, for a minute, at its origin, in its browser and its organization', async () => {
  const [{ id }, globex] = [await signedIn(), await signedIn()];
  await begin(id);
  expect(await take(globex.id)).toBeUndefined();
  expect(await take(id, 'c', { now: later(60) })).toBeUndefined();
  expect(await take(id)).toBeDefined();
  expect(await take(id, 'd')).toBeUndefined();
  expect(await check(id, 'd')).toBeUndefined();
});

it.each([
  ['another browser', { flowHash: hash('x') }],
  ['another origin', { origin: OTHER }],
])('whoever presents a handle uses it up: %s', async (_who, wrong) => {
  const { id } = await signedIn();
  await begin(id);
  expect(await take(id, 'c', wrong)).toBeUndefined();
  expect(await take(id)).toBeUndefined();
  expect(await check(id)).toBeUndefined();
});

it('twenty handles of a session wait at most, the last ones', async () => {
  const { id } = await signedIn();
  for (let index = 0; index < 25; index += 1) {
    await begin(id, String.fromCodePoint(65 + index), ORIGIN, 's', later(index));
  }
  const now = later(25);
  expect(await take(id, '1', { handleHash: hash('D'), now })).toBeUndefined();
  expect(await take(id, '2', { handleHash: hash('F'), now })).toBeDefined();
  expect(await take(id, '3', { handleHash: hash('Y'), now })).toBeDefined();
});

it.each(['begin', 'take'] as const)(
  '%s and the end of its session wait for each other in one direction',
  async (what) => {
    const { id } = await signedIn();
    for (const name of ['h', 'i', 'j']) await begin(id, name);
    await connected(test.current.ownerUrl, async (ending) => {
      await ending.query('begin');
      await ending.query(`select set_config('rolecall.organization_id', '${id}', true)`);
      await ending.query('select from sessions where org_id = $1 for update', [id]);
      const waiting = what === 'begin' ? begin(id, 'k') : take(id);
      await untilWaiting();
      await ending.query('delete from sessions where org_id = $1', [id]);
      await ending.query('commit');
      expect(await waiting).toBe(what === 'begin' ? false : undefined);
    });
  },
);

/** Resolves when a statement of this database waits for a lock. */
async function untilWaiting(): Promise<void> {
  const asked = `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
  await connected(test.current.ownerUrl, async (owner) => {
    while ((await owner.query(asked)).rowCount === 0);
  });
}

it('of two who use a handle at once one has it', async () => {
  const { id } = await signedIn();
  await begin(id);
  const taken = await Promise.all([take(id, 'c'), take(id, 'd'), take(id, 'e')]);
  expect(taken.filter((expires) => expires !== undefined)).toHaveLength(1);
});

it('a cookie counts at no other origin, in no other organization, and is no handle', async () => {
  const [{ id }, globex] = [await signedIn(), await signedIn()];
  await begin(id);
  await take(id);
  expect(await check(id, 'c', OTHER)).toBeUndefined();
  expect(await check(globex.id)).toBeUndefined();
  expect(await take(id, 'd', { handleHash: hash('c') })).toBeUndefined();
});

it('ends with its session, whatever ends that, and comes from no session that has ended', async () => {
  const { id } = await signedIn();
  await begin(id);
  await take(id);
  await begin(id, 'waiting');
  await test.current.database.sessions.revoke(id, { tokenHash: hash('s') }, 'logout', NOW);
  expect(await check(id)).toBeUndefined();
  expect(await take(id, 'd', { handleHash: hash('waiting') })).toBeUndefined();
  expect(await begin(id, 'late')).toBe(false);
  const left = await connected(test.current.ownerUrl, (owner) =>
    owner.query('select from forward_sessions where org_id = $1', [id]),
  );
  expect(left.rowCount).toBe(0);
});

it('looks at the session anew: disabled users, identity providers, idle time', async () => {
  const { id, userId } = await signedIn();
  await begin(id);
  await take(id);
  expect((await check(id, 'c', ORIGIN, later(300)))?.expiresAt).toEqual(later(900));
  expect(await check(id, 'c', ORIGIN, later(901))).toBeUndefined();
  await connected(test.current.ownerUrl, (owner) =>
    owner.query(`update users set status = 'disabled' where user_id = $1`, [userId]),
  );
  expect(await check(id)).toBeUndefined();
});

it('keeps the last ten of a session at an origin, and no handle that nobody came for', async () => {
  const { id } = await signedIn();
  await begin(id, 'old');
  const names = Array.from({ length: 12 }, (_, index) => String.fromCodePoint(65 + index));
  for (const [index, name] of names.entries()) {
    const now = later(61 + index);
    await begin(id, name.toLowerCase(), ORIGIN, 's', now);
    await test.current.database.forward.take({
      ...handle(id, name.toLowerCase()),
      tokenHash: hash(name),
      now,
      traceId: 'trace',
    });
  }
  const live = await Promise.all(names.map(async (name) => (await check(id, name, ORIGIN, later(80))) !== undefined));
  expect(live).toEqual([false, false, ...Array<boolean>(10).fill(true)]);
  const kept = await connected(test.current.ownerUrl, (owner) =>
    owner.query('select from forward_sessions where org_id = $1', [id]),
  );
  expect(kept.rowCount).toBe(10);
});

describe('origins', () => {
  const uses = (origin: string, id?: string) => test.current.database.forward.usesOf(origin, id);

  it('route to the organizations that declare them', async () => {
    const shared = `https://shared-${made}.example`;
    const acme = await signedIn('s', [shared]);
    expect(await uses(shared)).toEqual({ declared: true, only: acme.id, application: undefined });
    const globex = await signedIn('s', [shared]);
    expect(await uses(shared, globex.id)).toEqual({ declared: true, only: undefined, application: 'grafana' });
    expect(await uses('https://unknown.example', acme.id)).toEqual({
      declared: false,
      only: undefined,
      application: undefined,
    });
  });

  it.each<[string, OrganizationSpec]>([
    ['another origin', withOrigins(['https://new.example'])],
    ['a disabled application', withOrigins([ORIGIN], false)],
    ['no application', OKTA],
    [
      'an application of another type',
      { ...OKTA, applications: { grafana: { type: 'oidc', redirectUris: [ORIGIN] } } },
    ],
  ])('follow each revision: %s takes the old one back, and its cookies', async (_what, spec) => {
    const { id, name } = await signedIn();
    await begin(id);
    await take(id);
    await begin(id, 'waiting');
    await change(id, name, spec);
    expect((await uses(ORIGIN, id)).application).toBeUndefined();
    expect(await check(id)).toBeUndefined();
    expect(await take(id, 'd', { handleHash: hash('waiting') })).toBeUndefined();
  });

  it('follow the name of the application', async () => {
    const { id, name } = await signedIn();
    await change(id, name, { ...OKTA, applications: { metrics: { type: 'forward-auth', origins: [ORIGIN] } } });
    expect(await uses(ORIGIN, id)).toMatchObject({ application: 'metrics' });
  });

  it('go with their organization', async () => {
    const origin = `https://gone-${made}.example`;
    const { id } = await signedIn('s', [origin]);
    await test.current.database
      .reconcileState({ actor: 'ci', now: NOW })
      .transaction('commit', (state) => state.delete(id));
    expect(await uses(origin)).toMatchObject({ declared: false });
  });
});

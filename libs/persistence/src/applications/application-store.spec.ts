import type { AuditEvent } from '@rolecall/audit';
import type { Client } from 'pg';
import { sha256 } from '../tokens/organization-token.ts';
import { connected, document, later, METADATA_XML, NOW, subject, useTestDatabase } from '../testing/fixture.ts';
import { seedOrganization } from '../testing/index.ts';
import { newId } from '../new-id.ts';
import type { NewApplicationToken } from '../stores.ts';

const test = useTestDatabase();
const IDLE = 600;
const LIFETIME = 3_600;
const store = () => test.current.database.applications;
const owner = (sql: string, values: unknown[] = []) =>
  connected(test.current.ownerUrl, (one) => one.query(sql, values));
const count = async (table: string) => (await owner(`select from ${table} where org_id = $1`, [org])).rows.length;

let org: string;
let eve: string;
let made = 0;

beforeEach(async () => {
  made += 1;
  const seeded = await seedOrganization(test.current.database, document(`acme-${made}`), { metadataXml: METADATA_XML });
  org = seeded.id;
  eve = await test.current.database.inOrganization(org, async (tx) => {
    const profile = { email: 'eve@acme.example', givenName: 'Eve', familyName: 'Adams', displayName: 'Eve Adams' };
    const { user } = await tx.createUser(subject('eve'), profile, {}, NOW);
    const sources = [{ kind: 'rule' as const, name: 'r' }];
    const held = [{ scope: 'account/main', role: 'member', sources }];
    await tx.replaceGrants(user.userId, 1, held, [{ group: 'vip', sources }], NOW);
    const session = { userId: user.userId, subject: subject('eve'), sessionIndex: undefined, openedAt: NOW };
    const ends = { expiresAt: later(LIFETIME), idleSeconds: IDLE, announcement: undefined };
    await tx.openSession({ ...session, ...ends, tokenHash: sha256('session') });
    return user.userId;
  });
});

const token = (kind: NewApplicationToken['kind'], value: string, seconds = 60): NewApplicationToken => ({
  kind,
  tokenHash: sha256(value),
  payload: { nonce: value },
  expiresAt: later(seconds),
});

const HOW = { revision: 1, events: [], now: NOW };

async function signedIn(value = 'code', events: readonly AuditEvent[] = []): Promise<string> {
  const grantId = newId();
  const grant = { grantId, application: 'dashboard', clientId: 'acme.dashboard', scope: 'openid' };
  const stored = { ...grant, sessionTokenHash: sha256('session') };
  expect(await store().signIn(org, stored, token('code', value), { ...HOW, events })).toBe(true);
  return grantId;
}

const find = (value: string, seconds = 0) => store().find(org, sha256(value), later(seconds));

it('gives a token with its grant and whose it is, as they are now', async () => {
  const grantId = await signedIn();
  const session = {
    organization: `acme-${made}`,
    user: { id: eve, email: 'eve@acme.example', givenName: 'Eve', familyName: 'Adams', displayName: 'Eve Adams' },
    identityProvider: 'okta',
    grants: { 'account/main': ['member'] },
    groups: ['vip'],
    openedAt: NOW,
    expiresAt: later(LIFETIME),
  };
  expect(await find('code')).toEqual({
    kind: 'code',
    payload: { nonce: 'code' },
    consumed: false,
    issuedAt: NOW,
    expiresAt: later(60),
    grant: { grantId, application: 'dashboard', clientId: 'acme.dashboard', scope: 'openid' },
    session,
  });
  expect(await store().session(org, sha256('session'), NOW)).toEqual(session);
  await owner(`update users set email = null where user_id = $1`, [eve]);
  await owner(`delete from grants where user_id = $1`, [eve]);
  expect((await find('code'))?.session).toMatchObject({ user: { email: undefined }, grants: {} });
  const stored = await owner('select token_hash, payload from application_tokens where org_id = $1', [org]);
  expect(stored.rows).toEqual([{ token_hash: sha256('code'), payload: { nonce: 'code' } }]);
});

it('is over at its end, and with its session at the latest', async () => {
  const grantId = await signedIn();
  expect([await find('code', 59), await find('code', 60)]).toEqual([expect.anything(), undefined]);
  expect(await store().issue(org, grantId, token('refresh', 'r', 10 * LIFETIME), NOW)).toBe(true);
  expect((await find('r'))?.expiresAt).toEqual(later(LIFETIME));
});

it('is worth nothing once what the session stands on is gone, without anybody ending it', async () => {
  await signedIn();
  expect(await find('code')).toBeDefined();
  await owner(`update users set status = 'disabled' where user_id = $1`, [eve]);
  expect([await find('code'), await store().session(org, sha256('session'), NOW)]).toEqual([undefined, undefined]);
  await owner(`update users set status = 'active' where user_id = $1`, [eve]);
  await owner('update identity_provider_metadata set enabled = false where org_id = $1', [org]);
  expect([await find('code'), await store().session(org, sha256('session'), NOW)]).toEqual([undefined, undefined]);
  await owner('update identity_provider_metadata set enabled = true where org_id = $1', [org]);
  expect(await find('code')).toBeDefined();
});

it('does not keep a session from going idle, but its browser does', async () => {
  const grantId = await signedIn();
  await store().issue(org, grantId, token('access', 'a', LIFETIME), NOW);
  expect(await find('a', IDLE - 1)).toBeDefined();
  expect(await find('a', IDLE)).toBeUndefined();
  expect(await store().session(org, sha256('session'), later(IDLE - 1))).toBeDefined();
  expect(await find('a', IDLE)).toBeDefined();
  expect(await find('a', IDLE - 1 + IDLE)).toBeUndefined();
});

it('goes with the session in its transaction; then nothing more is hung on it', async () => {
  const grantId = await signedIn();
  await store().issue(org, grantId, token('access', 'a'), NOW);
  await test.current.database.sessions.revoke(org, { tokenHash: sha256('session') }, 'logout', NOW);
  expect([await count('application_grants'), await count('application_tokens')]).toEqual([0, 0]);
  expect(await store().issue(org, grantId, token('access', 'b'), NOW)).toBe(false);
  const grant = { grantId: newId(), application: 'd', clientId: 'acme.d', scope: 'openid' };
  const late = { ...grant, sessionTokenHash: sha256('session') };
  expect(await store().signIn(org, late, token('code', 'c'), HOW)).toBe(false);
});

it('is recorded with the sign-in, and used up once, over processes', async () => {
  const event = { type: 'application.signed_in', at: NOW, actor: { kind: 'user', id: eve }, subject: eve } as const;
  const grantId = await signedIn('code', [{ ...event, data: { application: 'dashboard' } }]);
  const use = (n: number) =>
    store().issue(org, grantId, { ...token('access', `a${n}`), consumes: sha256('code') }, NOW);
  expect((await Promise.all([use(1), use(2), use(3)])).filter(Boolean)).toHaveLength(1);
  expect(await count('application_tokens')).toBe(2);
  const other = await signedIn('another');
  expect(await store().issue(org, grantId, { ...token('access', 'x'), consumes: sha256('another') }, NOW)).toBe(false);
  expect(await store().issue(org, other, { ...token('access', 'x'), consumes: sha256('another') }, NOW)).toBe(true);
  expect((await find('code'))?.consumed).toBe(true);
  const trail = await test.current.database.inOrganization(org, (tx) => tx.auditTrail(0, 10));
  expect(trail.map(({ type, data }) => [type, data])).toEqual([
    ['application.signed_in', { application: 'dashboard' }],
  ]);
});

it('is not given by a document that is live no longer; for the next one it waits as little as a session check', async () => {
  const grant = { application: 'd', clientId: 'acme.d', scope: 'openid', sessionTokenHash: sha256('session') };
  const signIn = (code: string, how = HOW) =>
    store().signIn(org, { ...grant, grantId: newId() }, token('code', code), how);
  expect(await signIn('c', { ...HOW, revision: 2 })).toBe(false);
  await connected(test.current.ownerUrl, async (apply) => {
    await apply.query('begin');
    await apply.query('select from organizations where org_id = $1 for update', [org]);
    await apply.query('update organizations set revision = 2 where org_id = $1', [org]);
    expect(await signIn('meanwhile')).toBe(true);
    await apply.query('commit');
    expect(await signIn('afterwards')).toBe(false);
  });
  await owner('update organizations set revision = 1 where org_id = $1', [org]);
});

it('waits for the end of the session, and does not end it by a deadlock', async () => {
  const grantId = await signedIn();
  await connected(test.current.ownerUrl, async (offboarding) => {
    await offboarding.query('begin');
    await offboarding.query('select from sessions where org_id = $1 for update', [org]);
    const issued = store().issue(org, grantId, token('refresh', 'r'), NOW);
    await untilWaiting(offboarding);
    await offboarding.query('delete from sessions where org_id = $1', [org]);
    await offboarding.query('commit');
    expect(await issued).toBe(false);
  });
  expect(await count('application_tokens')).toBe(0);
});

/** Resolves when another backend waits for a lock. */
async function untilWaiting(on: Client): Promise<void> {
  const waiting = `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
  while ((await on.query(waiting)).rows.length === 0);
}

it('ends alone, or with everything of its grant, once', async () => {
  const [one, other] = [await signedIn('c1'), await signedIn('c2')];
  await store().issue(org, one, token('access', 'a'), NOW);
  await store().endToken(org, sha256('c1'));
  expect([await find('c1'), await find('a')]).toEqual([undefined, expect.anything()]);
  expect([await store().endGrant(org, one, []), await store().endGrant(org, one, [])]).toEqual([true, false]);
  expect([await find('a'), (await find('c2'))?.grant.grantId]).toEqual([undefined, other]);
});

it('belongs to one organization', async () => {
  const grantId = await signedIn();
  const { id } = await seedOrganization(test.current.database, document(`other-${made}`), {
    metadataXml: METADATA_XML,
  });
  expect(await store().find(id, sha256('code'), NOW)).toBeUndefined();
  expect(await store().issue(id, grantId, token('access', 'a'), NOW)).toBe(false);
  expect(await store().endGrant(id, grantId, [])).toBe(false);
  await store().endToken(id, sha256('code'));
  expect(await find('code')).toBeDefined();
});

it('is purged without waiting for whoever ends the session, nor they for the purge', async () => {
  const grantId = await signedIn();
  await connected(test.current.ownerUrl, async (offboarding) => {
    await offboarding.query('begin');
    await offboarding.query('select from application_grants where org_id = $1 and grant_id = $2 for update', [
      org,
      grantId,
    ]);
    await offboarding.query('select from application_tokens where org_id = $1 for update', [org]);
    await test.current.database.purgeExpired(later(60));
    await offboarding.query('delete from sessions where org_id = $1', [org]);
    await offboarding.query('commit');
  });
  expect([await count('application_grants'), await count('application_tokens')]).toEqual([0, 0]);
});

it('is purged when it is over, and a grant when it has nothing any more', async () => {
  const grantId = await signedIn();
  await store().issue(org, grantId, token('access', 'a', 120), NOW);
  await test.current.database.purgeExpired(later(60));
  expect([await count('application_grants'), await count('application_tokens')]).toEqual([1, 1]);
  await test.current.database.purgeExpired(later(120));
  expect([await count('application_grants'), await count('application_tokens')]).toEqual([0, 0]);
});

import { verifyChain } from '@rolecall/audit';
import type { Announcement } from '../stores.ts';
import { connected, document, later, METADATA_XML, NOW, subject, useTestDatabase } from '../testing/fixture.ts';
import { seedOrganization } from '../testing/index.ts';

const test = useTestDatabase();
const IDLE = 600;
const LIFETIME = 3_600;
const hash = (text: string) => Buffer.alloc(32, text);

let made = 0;
async function signedIn(
  tokens: string[] = ['a'],
  announcement?: Announcement,
): Promise<{ id: string; userId: string }> {
  made += 1;
  const { id } = await seedOrganization(test.current.database, document(`acme-${made}`), { metadataXml: METADATA_XML });
  const userId = await test.current.database.inOrganization(id, async (tx) => {
    const profile = { email: 'eve@acme.example', displayName: 'Eve' };
    const { user } = await tx.createUser(subject('eve'), profile, {}, NOW);
    const sources = [{ kind: 'rule' as const, name: 'r' }];
    const held = [
      ['account/main', 'sso_admin'],
      ['account/main', 'member'],
      ['project/eu', 'member'],
    ].map(([scope, role]) => ({ scope: scope!, role: role!, sources }));
    const groups = ['vip', 'dev'].map((group) => ({ group, sources }));
    await tx.replaceGrants(user.userId, 1, held, groups, NOW);
    for (const token of tokens) {
      await tx.openSession({
        tokenHash: hash(token),
        userId: user.userId,
        subject: subject('eve'),
        sessionIndex: '_1',
        openedAt: NOW,
        expiresAt: later(LIFETIME),
        idleSeconds: IDLE,
        announcement,
      });
    }
    return user.userId;
  });
  return { id, userId };
}

const check = (id: string, now: Date, token = 'a') => test.current.database.sessions.check(id, hash(token), now);

it('tells who is signed in, with what the user holds now', async () => {
  const { id, userId } = await signedIn();
  expect(await check(id, NOW)).toEqual({
    organizationId: id,
    organization: `acme-${made}`,
    user: { id: userId, email: 'eve@acme.example', displayName: 'Eve' },
    identityProvider: 'okta',
    grants: { 'account/main': ['member', 'sso_admin'], 'project/eu': ['member'] },
    groups: ['dev', 'vip'],
    expiresAt: later(IDLE),
  });
  await test.current.database.inOrganization(id, (tx) => tx.replaceGrants(userId, 1, [], [], NOW));
  expect(await check(id, NOW)).toMatchObject({ grants: {}, groups: [] });
});

it('knows no other token, and no other organization', async () => {
  const [acme, globex] = [await signedIn(['a']), await signedIn(['b'])];
  expect(await check(acme.id, NOW, 'b')).toBeUndefined();
  expect(await check(globex.id, NOW, 'a')).toBeUndefined();
});

it('ends when idle too long; each use, at most once a minute, moves the idle end', async () => {
  const { id } = await signedIn();
  expect((await check(id, later(59)))?.expiresAt).toEqual(later(IDLE));
  expect((await check(id, later(60)))?.expiresAt).toEqual(later(60 + IDLE));
  expect((await check(id, later(IDLE + 59)))?.expiresAt).toEqual(later(IDLE + 59 + IDLE));
  expect(await check(id, later(IDLE + 59 + IDLE))).toBeUndefined();
});

it('ends at its absolute end, however busy', async () => {
  const { id } = await signedIn();
  for (let second = 300; second < LIFETIME; second += 300) await check(id, later(second));
  expect((await check(id, later(LIFETIME - 1)))?.expiresAt).toEqual(later(LIFETIME));
  expect(await check(id, later(LIFETIME))).toBeUndefined();
});

it('ends for a disabled user at once', async () => {
  const { id, userId } = await signedIn();
  await connected(test.current.ownerUrl, (owner) =>
    owner.query(`update users set status = 'disabled' where user_id = $1`, [userId]),
  );
  expect(await check(id, NOW)).toBeUndefined();
});

it('keeps the announcement of its login', async () => {
  const announcement: Announcement = {
    firstLogin: true,
    returnTo: 'https://app.example/',
    granted: [{ scope: 'account/main', role: 'member' }],
    revoked: [],
    joined: ['vip'],
    left: [],
  };
  const { id } = await signedIn(['a'], announcement);
  const announced = (token: string, now = NOW) => test.current.database.sessions.announcement(id, hash(token), now);
  expect(await announced('a')).toEqual(announcement);
  expect(await announced('b')).toBeUndefined();
  expect(await announced('a', later(LIFETIME))).toBeUndefined();
});

describe('revoke', () => {
  const trail = (id: string) => test.current.database.inOrganization(id, (tx) => tx.auditTrail(0, 10));

  it('ends one session, says so in the audit log, and ends nothing twice', async () => {
    const { id, userId } = await signedIn(['a', 'b']);
    const revoke = () => test.current.database.sessions.revoke(id, { tokenHash: hash('a') }, 'logout', NOW);
    expect(await revoke()).toEqual([{ tokenHash: hash('a'), userId, subject: subject('eve'), sessionIndex: '_1' }]);
    expect(await check(id, NOW, 'a')).toBeUndefined();
    expect(await check(id, NOW, 'b')).toBeDefined();
    expect(await revoke()).toEqual([]);
    const events = await trail(id);
    expect(events).toMatchObject([
      {
        type: 'session.revoked',
        actor: { kind: 'user', id: userId },
        subject: userId,
        data: { reason: 'logout', sessions: 1 },
      },
    ]);
    expect(await verifyChain(events)).toMatchObject({ ok: true });
  });

  it('ends all sessions of a user, or of the organization, and none of another', async () => {
    const [acme, globex] = [await signedIn(['a', 'b']), await signedIn(['a'])];
    const { sessions } = test.current.database;
    expect(await sessions.revoke(acme.id, { userId: globex.userId }, 'user_disabled', NOW)).toEqual([]);
    expect(await sessions.revoke(acme.id, { userId: acme.userId }, 'user_disabled', NOW)).toHaveLength(2);
    expect(await trail(acme.id)).toMatchObject([{ data: { reason: 'user_disabled', sessions: 2 } }]);
    expect(await sessions.revoke(globex.id, 'all', 'administrator', NOW)).toHaveLength(1);
    expect(await check(globex.id, NOW)).toBeUndefined();
  });
});

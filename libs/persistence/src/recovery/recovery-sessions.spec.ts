import type { NewRevision } from '@rolecall/reconcile';
import { RECOVERY_LIFETIME_MS } from '../stores.ts';
import { connected, document, later, METADATA_XML, NOW, OKTA, subject, useTestDatabase } from '../testing/fixture.ts';
import { seedOrganization } from '../testing/index.ts';
import { readOrganizationToken } from '../tokens/organization-token.ts';

const test = useTestDatabase();
const ADMIN = 'it@acme.example';
const LOGIN = { recoveryAdmins: [ADMIN, 'second@acme.example'] };
let acme: string;
let globex: string;

beforeAll(async () => {
  const seed = (name: string) =>
    seedOrganization(test.current.database, document(name, { ...OKTA, login: LOGIN }), { metadataXml: METADATA_XML });
  [acme, globex] = [(await seed('acme')).id, (await seed('globex')).id];
});

const open = async (address = ADMIN, organization = acme) =>
  test.current.database.inOrganization(organization, (tx) =>
    tx.recovery.open({ addressKey: address, adminId: 'r1-1' }, NOW),
  );
const check = (token: string, now = NOW) => test.current.database.recoverySessions.check(token, now);
const rows = async () =>
  connected(test.current.ownerUrl, async (owner) => (await owner.query('select * from recovery_sessions')).rows);

/** Makes these the recovery admins of acme. */
async function change(recoveryAdmins: string[], from: number): Promise<void> {
  const changed = document('acme', { ...OKTA, login: { recoveryAdmins } });
  const identityProviders = { okta: { metadataXml: METADATA_XML } };
  const next: NewRevision = { document: changed, digest: `d${from}`, origin: { actor: 'ci' }, identityProviders };
  const store = test.current.database.reconcileState({ actor: 'ci', now: NOW });
  await store.transaction('commit', (state) => state.addRevision(acme, from, next));
}

it('says whose it is and for which organization, for half an hour that nothing prolongs (security.md 35)', async () => {
  const { token, expiresAt } = await open();
  const end = NOW.getTime() + RECOVERY_LIFETIME_MS;
  expect(expiresAt.getTime()).toBe(end);
  const found = { organizationId: acme, organization: 'acme', addressKey: ADMIN, adminId: 'r1-1', expiresAt };
  expect(await check(token)).toEqual(found);
  expect(await check(token, new Date(end - 1))).toEqual(found);
  expect(await check(token, new Date(end))).toBeUndefined();
});

it('is kept as a SHA-256 alone', async () => {
  const { token } = await open();
  const stored = JSON.stringify(await rows());
  expect(stored).not.toContain(token);
  const secret = Buffer.from(token, 'base64url').subarray(16);
  expect((await rows()).some(({ token_hash: kept }) => secret.equals(kept as Buffer))).toBe(false);
});

it.each<[string, (token: string) => string]>([
  ['nothing', () => ''],
  ['a word', () => 'recovery'],
  ['another secret', (token) => `${token.slice(0, -4)}AAAA`],
  ['the secret under another organization', (token) => moved(token)],
])('opens by nothing else: %s', async (_what, presented) => {
  const { token } = await open();
  expect(await check(presented(token))).toBeUndefined();
});

function moved(token: string): string {
  const bytes = Buffer.from(token, 'base64url');
  return Buffer.concat([Buffer.from(globex.replaceAll('-', ''), 'hex'), bytes.subarray(16)]).toString('base64url');
}

it('ends once, and is no session of a user', async () => {
  const { token } = await open();
  const { organizationId, hash: tokenHash } = readOrganizationToken(token)!;
  expect(await test.current.database.sessions.check(organizationId, tokenHash, NOW)).toBeUndefined();
  const end = () => test.current.database.inOrganization(acme, (tx) => tx.recovery.end(tokenHash));
  expect([await end(), await end()]).toEqual([true, false]);
  expect(await check(token)).toBeUndefined();
});

it('is good no longer than its address is a recovery admin', async () => {
  const { token } = await open();
  await change(['second@acme.example'], 1);
  expect(await check(token)).toBeUndefined();
  await change([ADMIN], 2);
  expect(await check(token)).toMatchObject({ addressKey: ADMIN });
});

it('is one admin in the audit log, whatever revisions it makes', async () => {
  const { token } = await open();
  await change([ADMIN, 'second@acme.example'], 3);
  await change(['second@acme.example', ADMIN], 4);
  expect(await check(token)).toMatchObject({ adminId: 'r1-1' });
});

it('is good no longer than its user is let in, also one that is opened afterwards', async () => {
  const { token } = await open();
  const { database } = test.current;
  const { userId } = await database.inOrganization(acme, async (tx) => {
    const made = await tx.createUser(subject('it'), { email: ADMIN.toUpperCase() }, {}, NOW);
    return made.user;
  });
  expect(await check(token)).toMatchObject({ addressKey: ADMIN });
  const by = { actor: { kind: 'token', id: 'token-1' }, now: NOW } as const;
  await database.users.deactivate(acme, userId, by, { keepsSsoAdmin: false });
  const late = await open();
  expect([await check(token), await check(late.token)]).toEqual([undefined, undefined]);
  const others = [ADMIN, 'second@acme.example'];
  expect(await database.inOrganization(acme, (tx) => tx.recovery.notOffBoarded(others))).toEqual([others[1]]);
  await database.users.reactivate(acme, userId, by, {});
  expect(await check(late.token)).toMatchObject({ addressKey: ADMIN });
});

it('is purged when it is over', async () => {
  await open();
  const before = (await rows()).length;
  await test.current.database.purgeExpired(later(1799));
  expect(await rows()).toHaveLength(before);
  expect((await test.current.database.purgeExpired(later(1800))).localSignIns).toBe(before);
  expect(await rows()).toEqual([]);
});

it('knows when somebody last got in, by identity provider', async () => {
  const evidence = { organizationId: acme, connectionDigest: 'ab', revision: 1, kind: 'test' as const, at: NOW };
  await test.current.database.ssoEvidence.record({ ...evidence, identityProvider: 'okta' });
  expect([...(await test.current.database.recoverySessions.lastSignIns(acme))]).toEqual([['okta', NOW]]);
  expect((await test.current.database.recoverySessions.lastSignIns(globex)).size).toBe(0);
});

import type { OrganizationDocument } from '@rolecall/org-config';
import { localSubject, newOrganizationToken } from '@rolecall/persistence';
import type { Database } from '@rolecall/persistence';
import { seedOrganization } from '@rolecall/persistence/testing';
import { mistakes } from './api/validate.ts';
import { organization, startTestApi } from './testing/test-api.ts';
import type { ErrorBody, TestApi } from './testing/test-api.ts';

let api: TestApi;
let acme: string;
let userId: string;

beforeAll(async () => {
  api = await startTestApi();
  const client = { type: 'oidc', clientId: 'rolecall', clientSecret: { fromEnv: 'SECRET' } };
  const google = { ...client, preset: 'google', displayName: 'Google', consumerAccounts: 'link' };
  const work = { ...client, issuer: 'https://work.example' };
  const spec = { authorization: { managedBy: 'app' }, identityProviders: { google, work } };
  const { database } = api.database;
  for (const document of [organization('acme', spec), organization('globex', {})]) {
    const { id } = await seedOrganization(database, document as OrganizationDocument, {
      clientSecrets: { google: 's', work: 's' },
    });
    acme ??= id;
  }
  userId = await linked(database);
});
afterAll(() => api?.close());

/** Somebody with a session by password, who links an account and is signed in by it too. */
async function linked({ inOrganization }: Pick<Database, 'inOrganization'>): Promise<string> {
  const now = new Date();
  const own = (identityProvider: string) => ({ identityProvider, nameId: { format: 'sub', value: 'eve' } });
  const [session, byGoogle] = [newOrganizationToken(acme).hash, newOrganizationToken(acme).hash];
  const id = await inOrganization(acme, async (tx) => {
    const { user } = await tx.createUser(own('work'), { email: 'eve@acme.example' }, {}, now);
    const end = { sessionIndex: undefined, openedAt: now, idleSeconds: 600, announcement: undefined };
    const until = { ...end, expiresAt: new Date(now.getTime() + 3_600_000), userId: user.userId };
    await tx.openSession({ ...until, tokenHash: session, subject: localSubject(user.userId), revision: 1 });
    await tx.openSession({ ...until, tokenHash: byGoogle, subject: own('google') });
    return user.userId;
  });
  const link = { userId: id, session, subject: own('google'), facts: {}, now };
  expect(await inOrganization(acme, (tx) => tx.linkOwn(link))).toBe('linked');
  return id;
}

const unlink = (name: string, user = userId, of = 'acme') =>
  api.client.call<{ outcome: string; sessionsEnded: number } & ErrorBody>(
    'DELETE',
    `/v1/organizations/${of}/users/${user}/identities/${encodeURIComponent(name)}`,
  );

it.each<[string, [string, string?, string?], [number, string]]>([
  ['an identity provider of the company', ['work'], [409, 'managed_by_idp']],
  ['one that the organization does not have', ['github'], [404, 'unknown_identity_provider']],
  ['the directory', ['@directory'], [404, 'unknown_identity_provider']],
  ['nobody', ['google', '0199c5b0-0000-7000-8000-000000000000'], [404, 'unknown_user']],
  ['no id', ['google', 'eve'], [404, 'unknown_user']],
])('unlinks nothing of %s', async (_what, [name, user], [status, code]) => {
  const answer = await unlink(name, user);
  expect([answer.status, answer.json.error.code]).toEqual([status, code]);
});

it('unlinks nothing of a user of another organization', async () => {
  const answer = await unlink('google', userId, 'globex');
  expect(answer.status).toBe(404);
});

it('takes an account that a user has linked and lost, with the sessions that it opened, and tells the user', async () => {
  const { mails } = api.database.database;
  const answer = await unlink('google');
  expect([answer.status, answer.json]).toEqual([200, { outcome: 'unlinked', sessionsEnded: 1 }]);
  expect(mistakes('UnlinkedIdentity', answer.json)).toEqual([]);
  const [claimed] = await mails.claim(new Date(), 10);
  expect(claimed && (await mails.read(claimed))).toMatchObject({
    kind: 'identity-changed',
    to: 'eve@acme.example',
    data: { what: 'unlinked_by_administrator', account: 'Google' },
  });
  const events = await api.database.database.inOrganization(acme, (tx) => tx.auditTrail(0, 100));
  expect(events.at(-1)).toMatchObject({
    type: 'identity.unlinked',
    actor: { kind: 'token' },
    subject: userId,
    data: { identityProvider: 'google', sessions: 1 },
  });
  const user = await api.database.database.users.find(acme, userId, new Date());
  expect(user).toMatchObject({ sessions: 1, identities: [{ identityProvider: 'work' }] });
  expect((await unlink('google')).json).toEqual({ outcome: 'unchanged', sessionsEnded: 0 });
});

import type { OrganizationDocument } from '@rolecall/org-config';
import { seedOrganization } from '@rolecall/persistence/testing';
import pg from 'pg';
import { untilBackends } from './testing/blocked-apply.ts';
import { organization, startTestApi } from './testing/test-api.ts';
import type { TestApi } from './testing/test-api.ts';

/* Imports lock users as everybody does: by id, and counters after them. In another order they and others would wait for each other. */

/** Of the server and of the directory, which has connections of its own. */
const WAITING = `select pid from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
const ROLE = '"{""roles"": [""member""]}"';
const NONE = '{}';
const EMAILS = ['ann', 'bob', 'cid', 'dan'].map((name) => `${name}@acme.example`);

let api: TestApi;
let org: string;
let name: string;
let ids: string[];
let made = 0;
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api?.close());

/** Four users of the directory, of whom ann administers, and so does somebody beside them. */
beforeEach(async () => {
  const { database } = api.database;
  name = `acme-${++made}`;
  const login = { enforceSso: true, recoveryAdmins: ['it@acme.example'] };
  const document = organization(name, { login, scim: {}, authorization: { managedBy: 'app' } }) as OrganizationDocument;
  ({ id: org } = await seedOrganization(database, document, {}));
  const now = new Date();
  const admin = { scope: 'account/main', role: 'sso_admin', sources: [{ kind: 'rule', name: 'r' }] } as const;
  await database.inOrganization(org, async (tx) => {
    const subject = { identityProvider: 'okta', nameId: { format: 'persistent', value: 'zoe' } };
    const { user } = await tx.createUser(subject, { email: 'zoe@acme.example' }, {}, now);
    await tx.replaceGrants(user.userId, 1, [admin], [], now);
  });
  ids = [];
  for (const email of EMAILS) {
    const body = { userName: email, active: true, emails: [{ value: email, primary: true }] };
    const grants = email.startsWith('ann') ? [admin] : [];
    const decide = () => ({ revision: 1, facts: {}, profile: { email }, access: { grants, groups: [] } });
    const how = { adoptEmail: undefined, reprovision: 'conflict', brake: undefined } as const;
    const created = await database.directory.createUser(org, body, how, decide, directoryActor());
    if (created.outcome !== 'created') throw new Error(created.outcome);
    ids.push(created.user.userId);
  }
});

const directoryActor = () => ({ tokenName: 'okta', traceId: 'trace', at: new Date() });

/** `email cell` each. */
const imported = async (lines: readonly string[]) => {
  const csv = ['email,account/main', ...lines.map((line) => line.replace(' ', ','))].join('\n');
  const answer = await api.client.call('POST', `/v1/organizations/${name}/users/import`, { csv, apply: true });
  return [answer.status, answer.text];
};

/** By the directory, which locks the user, then its counters. */
async function goes(userId: string | undefined): Promise<unknown> {
  const { directory } = api.database.database;
  const { outcome } = await directory.deactivateUser(org, userId!, 1, { brake: undefined }, directoryActor());
  return outcome;
}

/** Starts each when the one before waits; the first waits for a user, whom a transaction of our own lets go then. */
async function inTurn<T>(heldUser: string | undefined, each: readonly (() => Promise<T>)[]): Promise<T[]> {
  const holder = new pg.Client({ connectionString: api.database.ownerUrl });
  await holder.connect();
  try {
    await holder.query('begin');
    await holder.query('select from users where org_id = $1 and user_id = $2 for no key update', [org, heldUser]);
    const started: Promise<T>[] = [];
    for (const start of each) {
      started.push(start());
      await untilBackends(api.database.ownerUrl, WAITING, started.length);
    }
    await holder.query('rollback');
    return await Promise.all(started);
  } finally {
    await holder.end();
  }
}

const done = [200, expect.stringContaining('"changed":2')];

it('of the same users in opposite orders: one after the other', async () => {
  const [ann = '', bob = ''] = EMAILS;
  const give = (emails: readonly string[]) => () => imported(emails.map((email) => `${email} ${ROLE}`));
  const take = (emails: readonly string[]) => () => imported(emails.map((email) => `${email} ${NONE}`));
  expect(await inTurn(ids[1], [give([bob, ann]), take([ann, bob])])).toEqual([done, done]);
});

it('that takes an administrator, beside a directory in which another user of it goes', async () => {
  const [ann = '', bob = ''] = EMAILS;
  const take = () => imported([`${ann} ${NONE}`, `${bob} ${ROLE}`]);
  expect(await inTurn<unknown>(ids[1], [() => goes(ids[1]), take])).toEqual(['replaced', done]);
});

it('several at once, forwards and backwards, while users go: nobody is told to try again', async () => {
  const lines = EMAILS.map((email) => `${email} ${ROLE}`);
  const turned = EMAILS.toReversed().map((email) => `${email} ${NONE}`);
  const imports = Array.from({ length: 12 }, (_, n) => imported(n % 2 === 0 ? lines : turned));
  const [answers, gone] = await Promise.all([Promise.all(imports), Promise.all(ids.slice(1, 4).map(goes))]);
  expect(answers.filter(([status]) => status !== 200)).toEqual([]);
  expect(gone).toEqual(['replaced', 'replaced', 'replaced']);
});

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { v7 as uuidv7 } from 'uuid';
import * as audit from './audit/statements.ts';
import * as directoryRequests from './directory/request-statements.ts';
import * as directoryTokens from './directory/token-statements.ts';
import * as directory from './directory/statements.ts';
import { directoryStore } from './directory/directory-store.ts';
import * as flows from './flows/statements.ts';
import * as forward from './forward-auth/statements.ts';
import * as grants from './grants/statements.ts';
import * as logouts from './logouts/statements.ts';
import * as identities from './identities/statements.ts';
import * as local from './local/statements.ts';
import * as logins from './logins/statements.ts';
import { inOrganization } from './logins/organization-transaction.ts';
import * as organizations from './organizations/statements.ts';
import { FACTS_OF_USERS, LOCK_USERS } from './reconcile/user-statements.ts';
import * as sessions from './sessions/statements.ts';
import type { Statement } from './sql.ts';
import { committedFile } from './testing/committed-file.ts';
import { connected, document, later, METADATA_XML, NOW, subject, useTestDatabase } from './testing/fixture.ts';
import { actor, CREATE, decideBy, GROUPS, userBody } from './testing/directory.ts';
import { seedDirectory, seedOrganization } from './testing/index.ts';
import type { MemberChanges } from './stores.ts';
import { assertion, at, BROWSER, HANDLE, newLogin } from './testing/waiting-login.ts';

const HOT: Statement[] = [
  ...Object.values({
    ...audit,
    ...directoryRequests,
    ...directoryTokens,
    ...directory,
    ...flows,
    ...forward,
    ...grants,
    ...identities,
    ...local,
    ...logins,
    ...logouts,
    ...organizations,
    ...sessions,
  }),
  FACTS_OF_USERS,
  LOCK_USERS,
];

const test = useTestDatabase();

it.each(HOT.map((statement) => [statement.name, statement]))('%s is the SQL that was reviewed', (name, statement) => {
  const actual = `${statement.text.trim()}\n`;
  expect(actual).toBe(committedFile(`sql/${name}.sql`, actual));
});

it('has a reviewed file for nothing else', () => {
  const files = readdirSync(join(import.meta.dirname, '../sql'));
  expect(files.sort()).toEqual(HOT.map((statement) => `${statement.name}.sql`).sort());
});

it('prepares each statement under a name of its own that PostgreSQL does not cut', () => {
  const names = HOT.map((statement) => statement.name);
  expect(new Set(names).size).toBe(names.length);
  expect(names.filter((name) => name.length > 63)).toEqual([]);
});

describe('round trips', () => {
  let pool: pg.Pool;
  let sent: string[];
  /** The same, with what is sent before the answer to the one ahead of it joined to that. */
  let trips: string[];
  let waiting = 0;

  beforeAll(() => {
    pool = new pg.Pool({ connectionString: test.current.url, max: 1, pipeline: true });
    pool.on('connect', (client) => {
      const original = client.query.bind(client);
      client.query = ((query: string | Statement, ...rest: []) => {
        const name = typeof query === 'string' ? query.split(' ')[0]! : query.name;
        sent.push(name);
        if (rest.length > 0) return original(query as string, ...rest); // the pool's own statements, one at a time
        trips.push(waiting++ > 0 ? `${trips.pop()} + ${name}` : name);
        const answer = original(query as string) as unknown as Promise<unknown>;
        return answer.finally(() => waiting--);
      }) as unknown as typeof client.query;
    });
  });
  beforeEach(() => {
    sent = [];
    trips = [];
  });
  afterAll(() => pool.end());

  it('of a login that is completed are three, BEGIN and COMMIT included', async () => {
    const acme = await seedOrganization(test.current.database, document('acme'), { metadataXml: METADATA_XML });
    await test.current.database.inOrganization(acme.id, (tx) => tx.createUser(subject('eve'), {}, {}, NOW));
    const { logins: waiting } = test.current.database;
    await waiting.begin(newLogin(acme.id, '_r'));
    await waiting.accept(at(acme.id), assertion('_r', '_a'));
    await inOrganization(pool, undefined, acme.id, async (tx) => {
      await tx.takeVerifiedLogin(HANDLE, BROWSER, NOW);
      const user = await tx.findUserBySubject(subject('eve'));
      await tx.storeLogin(
        { userId: user!.userId, subject: subject('eve'), profile: {}, facts: {}, now: NOW },
        1,
        [],
        [],
      );
      await tx.openSession({
        tokenHash: Buffer.alloc(32),
        userId: user!.userId,
        subject: subject('eve'),
        sessionIndex: undefined,
        openedAt: NOW,
        expiresAt: later(3600),
        idleSeconds: 60,
        announcement: undefined,
      });
      await tx.recordFlow({
        traceId: 'trace',
        kind: 'saml-login',
        identityProvider: 'okta',
        startedAt: NOW,
        finishedAt: NOW,
        outcome: 'succeeded',
        code: undefined,
        mustAct: undefined,
        userId: user!.userId,
        steps: [],
      });
      const by = { at: NOW, actor: { kind: 'user' as const, id: user!.userId }, subject: user!.userId, data: {} };
      await tx.audit([{ type: 'login.succeeded', ...by }]);
      await tx.audit([{ type: 'session.opened', ...by }]);
    });
    expect(trips).toEqual(['begin; + login.take-verified', 'grants.store-login', 'login.write-at-the-end + commit']);
  });

  it('of a user of a directory: one to create or delete it, two to change it, one to read it', async () => {
    const acme = await seedOrganization(test.current.database, document('directory'), { metadataXml: METADATA_XML });
    const directory = directoryStore(pool, () => undefined);
    const how = { brake: undefined };
    const made = await directory.createUser(acme.id, userBody('eve'), CREATE, decideBy(), actor());
    const { userId } = 'user' in made ? made.user : { userId: '' };
    expect(sent.splice(0)).toEqual(['directory.create-users']);
    const was = (await directory.userState(acme.id, userId))!;
    await directory.replaceUser(acme.id, was, userBody('eve', { title: 'x' }), how, decideBy(), actor());
    expect(sent.splice(0)).toEqual(['directory.read-users', 'directory.replace-users']);
    await directory.userById(acme.id, userId);
    expect(sent.splice(0)).toEqual([expect.stringMatching(/^directory\.search\./)]);
    const now = (await directory.userState(acme.id, userId))!;
    await directory.replaceUser(acme.id, now, now.body, how, decideBy(), actor());
    expect(sent.splice(0)).toEqual(['directory.read-users']);
    await directory.deleteUser(acme.id, userId, undefined, how, actor());
    expect(sent).toEqual(['directory.delete-user']);
  });

  it('of members of a group are two for a few, and as many for a thousand as for any more', async () => {
    const acme = await seedOrganization(test.current.database, document('members'), { metadataXml: METADATA_XML });
    const directory = directoryStore(pool, () => undefined);
    const users = Array.from({ length: 1_000 }, () => uuidv7());
    const seeded = users.map((id, n) => ({ id, body: userBody(`u${n}`), created: NOW, modified: NOW }));
    await connected(test.current.ownerUrl, (owner) => seedDirectory(owner, acme.id, { users: seeded }));
    const made = await directory.createGroup(acme.id, { displayName: 'A' }, [], GROUPS, decideBy(), actor());
    const { groupId } = 'group' in made ? made.group : { groupId: '' };
    const change = (members: MemberChanges) =>
      directory.changeGroup(acme.id, groupId, { members }, undefined, GROUPS, decideBy(), actor());
    for (const members of [{ add: users.slice(0, 1) }, { remove: users.slice(0, 1), add: users.slice(1, 20) }]) {
      sent = [];
      expect(await change(members)).toMatchObject({ outcome: 'changed' });
      expect(sent).toEqual(['directory.member-states', 'directory.change-members']);
    }
    sent = [];
    expect(await change({ add: users.slice(1, 2) })).toMatchObject({ outcome: 'unchanged' });
    expect(sent).toEqual(['directory.member-states']);
    const written = ['directory.change-group', 'directory.user-states', 'directory.finish-group'];
    for (const members of [{ add: users.slice(0, 101) }, { add: users }, { replace: [] }]) {
      sent = [];
      expect(await change(members)).toMatchObject({ outcome: 'changed' });
      expect(sent).toEqual(['begin;', ...written, 'commit']);
    }
    sent = [];
    expect(await change({ remove: users })).toMatchObject({ outcome: 'unchanged' });
    expect(sent).toEqual(['begin;', 'directory.change-group', 'commit']);
  });
});

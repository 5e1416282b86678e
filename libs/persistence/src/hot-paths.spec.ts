import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import * as audit from './audit/statements.ts';
import * as directoryRequests from './directory/request-statements.ts';
import * as directoryTokens from './directory/token-statements.ts';
import * as directory from './directory/statements.ts';
import * as flows from './flows/statements.ts';
import * as grants from './grants/statements.ts';
import * as logouts from './logouts/statements.ts';
import * as identities from './identities/statements.ts';
import * as logins from './logins/statements.ts';
import { inOrganization } from './logins/organization-transaction.ts';
import * as organizations from './organizations/statements.ts';
import { FACTS_OF_USERS, LOCK_USERS } from './reconcile/statements.ts';
import * as sessions from './sessions/statements.ts';
import type { Statement } from './sql.ts';
import { committedFile } from './testing/committed-file.ts';
import { document, later, METADATA_XML, NOW, subject, useTestDatabase } from './testing/fixture.ts';
import { seedOrganization } from './testing/index.ts';
import { assertion, at, BROWSER, HANDLE, newLogin } from './testing/waiting-login.ts';

const HOT: Statement[] = [
  ...Object.values({
    ...audit,
    ...directoryRequests,
    ...directoryTokens,
    ...directory,
    ...flows,
    ...grants,
    ...identities,
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

  beforeAll(() => {
    pool = new pg.Pool({ connectionString: test.current.url, max: 1 });
    pool.on('connect', (client) => {
      const original = client.query.bind(client);
      client.query = ((query: string | Statement, ...rest: []) => {
        sent.push(typeof query === 'string' ? query.split(' ')[0]! : query.name);
        return original(query as string, ...rest);
      }) as typeof client.query;
    });
  });
  beforeEach(() => {
    sent = [];
  });
  afterAll(() => pool.end());

  it('of a login that is completed, BEGIN and COMMIT included, are five', async () => {
    const acme = await seedOrganization(test.current.database, document('acme'), { metadataXml: METADATA_XML });
    await test.current.database.inOrganization(acme.id, (tx) => tx.createUser(subject('eve'), {}, {}, NOW));
    const { logins: waiting } = test.current.database;
    await waiting.begin(newLogin(acme.id, '_r'));
    await waiting.accept(at(acme.id), assertion('_r', '_a'));
    await inOrganization(pool, acme.id, async (tx) => {
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
    expect(sent).toEqual(['begin;', 'login.take-verified', 'grants.store-login', 'login.write-at-the-end', 'commit']);
  });
});

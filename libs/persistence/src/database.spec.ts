import { randomBytes } from 'node:crypto';
import type { FactsJson } from '@rolecall/role-mapping';
import { openDatabase } from './database.ts';
import type { Database } from './database.ts';
import { translateError } from './errors.ts';
import { connected, document, later, METADATA_XML, NOW, subject, useTestDatabase } from './testing/fixture.ts';
import { seedOrganization } from './testing/index.ts';

const test = useTestDatabase();
const open = (url: string, masterKey = randomBytes(32)) => openDatabase({ url, masterKey, poolSize: 2 });

describe('openDatabase refuses', () => {
  it('a superuser', async () => {
    await expect(open(test.current.ownerUrl)).rejects.toMatchObject({
      name: 'PersistenceError',
      code: 'unsafe_database_role',
      message: expect.stringContaining('is a superuser'),
    });
  });

  it.each([
    ['bypassrls', 'has BYPASSRLS', () => 'select 1'],
    [
      'nobypassrls',
      'owns tables',
      (role: string) => `grant usage, create on schema public to ${role}; alter table users owner to ${role}`,
    ],
    ['nobypassrls', 'owns tables', (role: string) => `grant postgres to ${role}`],
  ])('a role with %s that %s', async (attributes, why, also) => {
    const role = `unsafe_${randomBytes(4).toString('hex')}`;
    const url = new URL(test.current.ownerUrl);
    url.username = role;
    url.password = 'unsafe';
    await connected(test.current.ownerUrl, async (owner) => {
      await owner.query(`create role ${role} login ${attributes} password 'unsafe'`);
      await owner.query(also(role));
      const refused = await open(url.href).catch((error: unknown) => error);
      await owner.query(`alter table users owner to current_user; drop owned by ${role}; drop role ${role}`);
      expect(refused).toMatchObject({ code: 'unsafe_database_role', message: expect.stringContaining(why) });
    });
  });

  it('a database in which a migration is missing', async () => {
    const gone = await connected(test.current.ownerUrl, async (owner) => {
      const last =
        'delete from mikro_orm_migrations where id = (select max(id) from mikro_orm_migrations) returning name';
      const { rows } = await owner.query<{ name: string }>(last);
      return rows[0]!.name;
    });
    const refused = open(test.current.url);
    await expect(refused).rejects.toMatchObject({
      code: 'database_not_migrated',
      message: expect.stringContaining(gone),
    });
    await connected(test.current.ownerUrl, (owner) =>
      owner.query('insert into mikro_orm_migrations (name) values ($1)', [gone]),
    );
    await (await open(test.current.url)).close();
  });

  it('a database without any schema', async () => {
    const empty = `empty_${randomBytes(4).toString('hex')}`;
    const url = test.current.url.replace(/[^/]+$/, empty);
    await connected(test.current.ownerUrl, async (owner) => {
      await owner.query(`create database ${empty}`);
      await expect(open(url)).rejects.toMatchObject({ code: 'database_not_migrated' });
      await owner.query(`drop database ${empty} with (force)`);
    });
  });

  it('a master key that is not 32 bytes', async () => {
    await expect(open(test.current.url, randomBytes(16))).rejects.toMatchObject({ code: 'master_key_invalid' });
  });

  it('a server that is not there', async () => {
    const nowhere = 'postgresql://rolecall_runtime:x@127.0.0.1:1/none';
    await expect(open(nowhere)).rejects.toMatchObject({ code: 'database_unavailable' });
  });
});

describe('a NUL in a text is `invalid_text`, and not a database that is away', () => {
  const user = (nameId: string, facts: FactsJson) => async (database: Database) => {
    const { id } = await seedOrganization(database, document(`nul-${randomBytes(4).toString('hex')}`), {
      metadataXml: METADATA_XML,
    });
    return database.inOrganization(id, (tx) => tx.createUser(subject(nameId), {}, facts, NOW));
  };

  it.each<[string, (database: Database) => Promise<unknown>]>([
    [
      'the unit of work',
      ({ apiTokens }) => apiTokens.create({ name: 'a\0b', rights: [], expiresAt: later(1), now: NOW }),
    ],
    ['a condition', ({ registry }) => registry.record('a\0b')],
    ['a parameter', ({ collections }) => collections.state('a\0b')],
    ['JSON', ({ collections }) => collections.compare('x', [{ path: 'a\0b', digest: 'd' }])],
    ['a transaction', user('e\0ve', {})],
    ['facts', user('eve', { department: ['R\0D'] })],
  ])('in %s', async (_where, work) => {
    const { database } = test.current;
    await expect(work(database)).rejects.toMatchObject({ name: 'PersistenceError', code: 'invalid_text' });
    expect(await database.isReady()).toBe(true);
  });

  it('is told from a protocol error of a pooler, which is away', () => {
    const pooler = Object.assign(new Error('server login has been failing'), { code: '08P01' });
    expect(translateError(pooler)).toMatchObject({ code: 'database_unavailable' });
  });
});

describe('a lost connection', () => {
  const cut = (applicationName: string) =>
    connected(test.current.ownerUrl, (owner) =>
      owner.query('select pg_terminate_backend(pid) from pg_stat_activity where application_name = $1', [
        applicationName,
      ]),
    );

  it('in the middle of a transaction is `database_unavailable`, leaves nothing, and the next one works', async () => {
    const { id } = await seedOrganization(test.current.database, document('lost'), { metadataXml: METADATA_XML });
    const { url, masterKey } = test.current;
    const other = await openDatabase({ url, masterKey, applicationName: 'to-be-cut', poolSize: 2 });
    const losing = other.inOrganization(id, async (tx) => {
      await tx.createUser(subject('eve'), {}, {}, NOW);
      await cut('to-be-cut');
      await tx.findUserBySubject(subject('eve'));
    });
    await expect(losing).rejects.toMatchObject({ name: 'PersistenceError', code: 'database_unavailable' });
    expect(await other.inOrganization(id, (tx) => tx.findUserBySubject(subject('eve')))).toBeUndefined();
    expect(await other.isReady()).toBe(true);
    await other.close();
  });

  it('makes isReady false when nobody answers', async () => {
    const { url, masterKey } = test.current;
    const other = await openDatabase({ url, masterKey, poolSize: 2 });
    await other.close();
    expect(await other.isReady()).toBe(false);
  });
});

it('purges what has ended, of every organization, and nothing else', async () => {
  const { database } = test.current;
  for (const name of ['purge-1', 'purge-2']) {
    const { id: organizationId } = await seedOrganization(database, document(name), { metadataXml: METADATA_XML });
    const login = {
      organizationId,
      identityProvider: 'okta',
      browserHash: Buffer.alloc(32),
      traceId: 't',
      returnTo: undefined,
      mode: 'login' as const,
      createdAt: NOW,
    };
    await database.logins.begin({ ...login, requestId: '_old', expiresAt: later(60) });
    await database.logins.begin({ ...login, requestId: '_live', expiresAt: later(600) });
    await database.inOrganization(organizationId, async (tx) => {
      const { user } = await tx.createUser(subject('eve'), {}, {}, NOW);
      const session = { userId: user.userId, subject: subject('eve'), sessionIndex: undefined, openedAt: NOW };
      const open = { ...session, announcement: undefined };
      await tx.openSession({ ...open, tokenHash: Buffer.alloc(32, 1), expiresAt: later(60), idleSeconds: 600 });
      await tx.openSession({ ...open, tokenHash: Buffer.alloc(32, 2), expiresAt: later(600), idleSeconds: 60 });
      await tx.openSession({ ...open, tokenHash: Buffer.alloc(32, 3), expiresAt: later(600), idleSeconds: 600 });
      for (const [traceId, finishedAt] of [
        ['old', later(60 - 30 * 86_400)],
        ['kept', NOW],
      ] as const) {
        const outcome = 'refused' as const;
        const flow = {
          traceId,
          kind: 'saml-login' as const,
          identityProvider: 'okta',
          startedAt: NOW,
          finishedAt,
          outcome,
        };
        await tx.recordFlow({ ...flow, code: 'x', mustAct: 'user', userId: undefined, steps: [] });
      }
    });
  }
  expect(await database.purgeExpired(later(60))).toEqual({
    logins: 2,
    assertions: 0,
    sessions: 4,
    flows: 2,
    tests: 0,
    keys: 0,
    requests: 0,
    localSignIns: 0,
    applicationTokens: 0,
    once: 0,
    workloadTokens: 0,
    mails: 0,
    addresses: 0,
  });
  expect(await database.purgeExpired(later(60))).toEqual({
    logins: 0,
    assertions: 0,
    sessions: 0,
    flows: 0,
    tests: 0,
    keys: 0,
    requests: 0,
    localSignIns: 0,
    applicationTokens: 0,
    once: 0,
    workloadTokens: 0,
    mails: 0,
    addresses: 0,
  });
});

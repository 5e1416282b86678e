import { verifyChain } from '@rolecall/audit';
import { asClient } from '@rolecall/persistence';
import { seedOrganization, testDatabase } from '@rolecall/persistence/testing';
import type { TestDatabase } from '@rolecall/persistence/testing';
import type { Io } from '../io.ts';
import { run } from '../run.ts';

const NOW = new Date('2026-11-01T12:00:00Z');

describe('commands on the database', () => {
  let db: TestDatabase;
  let out: string;
  let err: string;
  beforeAll(async () => {
    db = await testDatabase();
  });
  afterAll(() => db.drop());

  const rolecall = (args: readonly string[], env: Io['env'] = { DATABASE_URL: db.url }) => {
    out = '';
    err = '';
    return run(args, {
      out: (text) => void (out += text),
      err: (text) => void (err += text),
      env,
      cwd: '/',
      now: NOW,
      outIsTerminal: false,
      errIsTerminal: false,
      ask: undefined,
    });
  };

  it('lists tokens with their state, and says so when there are none', async () => {
    expect(await rolecall(['token', 'list'])).toBe(0);
    expect(out).toBe('There are no tokens; "rolecall token create --name NAME" makes one.\n');
    const { apiTokens } = db.database;
    const make = (name: string, days: number, expiresAt?: Date) =>
      apiTokens.create({
        name,
        rights: ['plan', 'apply'],
        expiresAt,
        organizations: name === 'ci' ? ['acme', 'eu-*'] : undefined,
        now: new Date(NOW.getTime() - days * 86_400_000),
      });
    const old = await make('old', 90, new Date('2026-10-01T00:00:00Z'));
    const lost = await make('lost\u001b[2J', 60);
    const used = await make('ci', 30);
    await apiTokens.revoke(lost.id, NOW);
    await apiTokens.authenticate(used.token, NOW);
    expect(await rolecall(['token', 'list'])).toBe(0);
    expect(out.replace(used.id, 'id3'.padEnd(24)).replace(lost.id, 'id2'.padEnd(24)).replace(old.id, 'id1'.padEnd(24)))
      .toBe(`ID                        NAME      STATE    CREATED     EXPIRES     LAST USED   ORGANIZATIONS  RIGHTS
id3                       ci        valid    2026-10-02  never       2026-11-01  acme,eu-*      plan,apply
id2                       lost·[2J  revoked  2026-09-02  never       never       all            plan,apply
id1                       old       expired  2026-08-03  2026-10-01  never       all            plan,apply
`);
    expect(await rolecall(['token', 'list', '--format', 'json'])).toBe(0);
    expect(JSON.parse(out)).toEqual({
      tokens: [
        expect.objectContaining({ id: used.id, expiresAt: null, lastUsedAt: NOW.toISOString(), revokedAt: null }),
        expect.objectContaining({ id: lost.id, revokedAt: NOW.toISOString() }),
        {
          id: old.id,
          name: 'old',
          rights: ['plan', 'apply'],
          organizations: null,
          createdAt: '2026-08-03T12:00:00.000Z',
          expiresAt: '2026-10-01T00:00:00.000Z',
          lastUsedAt: null,
          revokedAt: null,
        },
      ],
    });
    for (const { token } of [old, lost, used]) expect(out).not.toContain(token.slice(-43));
  });

  it('makes a token that the admin API accepts, and prints nothing else on stdout', async () => {
    expect(await rolecall(['token', 'create', '--name', 'ci', '--expires', '90d'])).toBe(0);
    expect(out).toMatch(/^rct_\S+\n$/);
    expect(err).not.toContain(out.trim());
    const token = await db.database.apiTokens.authenticate(out.trim(), NOW);
    expect(token).toMatchObject({
      name: 'ci',
      rights: ['organizations.read', 'plan', 'apply'],
      expiresAt: new Date('2027-01-30T12:00:00Z'),
    });
  });

  it('gives the rights that are named', async () => {
    expect(
      await rolecall(['token', 'create', '--name', 'reader', '--rights', 'organizations.read', '--format', 'json']),
    ).toBe(0);
    const { id, token } = JSON.parse(out) as { id: string; token: string };
    expect((await db.database.apiTokens.authenticate(token, NOW))?.rights).toEqual(['organizations.read']);
    expect(await rolecall(['token', 'revoke', id])).toBe(0);
    expect(await db.database.apiTokens.authenticate(token, NOW)).toBeUndefined();
    expect(await rolecall(['token', 'revoke', id])).toBe(1);
  });

  it('holds a token to the organizations that are named', async () => {
    const create = ['token', 'create', '--name', 'eu', '--format', 'json'];
    expect(await rolecall([...create, '--organizations', 'acme, eu-*'])).toBe(0);
    const { token, organizations } = JSON.parse(out) as { token: string; organizations: unknown };
    expect(organizations).toEqual(['acme', 'eu-*']);
    expect(await db.database.apiTokens.authenticate(token, NOW)).toMatchObject({ organizations: ['acme', 'eu-*'] });
    expect(await rolecall([...create, '--organizations', '*'])).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ organizations: null });
  });

  it.each([
    [['token', 'create']],
    [['token', 'create', '--name', 'x', '--organizations', 'Acme']],
    [['token', 'create', '--name', 'x', '--organizations', '']],
    [['token', 'create', '--name', 'x', '--organizations', 'eu-*', '--rights', 'all']],
    [['token', 'create', '--name', 'x', '--rights', 'everything']],
    [['token', 'create', '--name', 'x', '--expires', '2020-01-01']],
    [['token', 'create', '--name', 'x', '--expires', 'soon']],
  ])('refuses wrong usage: %j', async (args) => {
    expect(await rolecall(args)).toBe(64);
    expect(out).toBe('');
  });

  it('migrates, and a second time has nothing to do', async () => {
    const password = new URL(db.url).password;
    const env = { DATABASE_OWNER_URL: db.ownerUrl, DATABASE_RUNTIME_PASSWORD: decodeURIComponent(password) };
    expect(await rolecall(['db', 'migrate'], env)).toBe(0);
    expect(out).toBe('The schema is up to date.\n');
    expect(await rolecall(['db', 'migrate'], { DATABASE_OWNER_URL: db.ownerUrl })).toBe(64);
    expect(await rolecall(['db', 'migrate'], {})).toBe(64);
  });

  it('tells the database how long it keeps addresses of clients', async () => {
    const env = { DATABASE_OWNER_URL: db.ownerUrl, DATABASE_RUNTIME_PASSWORD: 'x' };
    const password = decodeURIComponent(new URL(db.url).password);
    const told = async (days: string | undefined, format = 'human') => {
      const of = { ...env, DATABASE_RUNTIME_PASSWORD: password, ROLECALL_AUDIT_ADDRESS_DAYS: days };
      expect(await rolecall(['db', 'migrate', '--format', format], of)).toBe(0);
      return db.database.keptAddressDays();
    };
    expect(await db.database.keptAddressDays()).toBe(90);
    expect(await told('365')).toBe(365);
    expect(out).toBe('The schema is up to date.\nAddresses of clients are kept 365 days (before: 90).\n');
    // a job that lacks the variable changes nothing that somebody promised
    for (const nothing of [undefined, '', '365']) {
      expect(await told(nothing)).toBe(365);
      expect(out).toBe('The schema is up to date.\n');
    }
    expect(await told('0', 'json')).toBe(0);
    expect(JSON.parse(out)).toEqual({ applied: [], addressDays: { before: 365, now: 0 } });
    for (const days of ['3651', '-1', '30d'])
      expect(await rolecall(['db', 'migrate'], { ...env, ROLECALL_AUDIT_ADDRESS_DAYS: days })).toBe(64);
    expect(err).toContain('a number of days, from 0 to 3650');
  });

  it('erases the address of one client, as the owner alone, and the log says so', async () => {
    const { id } = await seedOrganization(
      db.database,
      {
        apiVersion: 'rolecall/v1',
        kind: 'Organization',
        metadata: { name: 'erased' },
        spec: {},
      },
      {},
    );
    const event = {
      type: 'users.exported',
      at: NOW,
      actor: { kind: 'token', id: 'ci' },
      subject: id,
      data: {},
    } as const;
    for (const ip of ['192.0.2.7', '192.0.2.8']) await asClient(ip, () => db.database.audit.append(id, event));
    const env = { DATABASE_OWNER_URL: db.ownerUrl };
    expect(await rolecall(['db', 'erase-address', 'erased', '::ffff:192.0.2.7'], env)).toBe(0);
    expect(out).toBe('Erased, of 1 hour of this client; the log says that somebody did.\n');
    const events = await db.database.audit.list(id, { after: 0, limit: 10 });
    expect(events.filter(({ type }) => type === 'users.exported').map(({ client }) => client?.address)).toEqual([
      undefined,
      '192.0.2.8',
    ]);
    const { actor, data, client } = events.at(-1)!;
    const origins = [events.find((each) => each.type === 'users.exported')?.origin];
    expect([actor, data, client]).toEqual([{ kind: 'system', id: 'rolecall db' }, { clients: 1, origins }, undefined]);
    const verdict = await verifyChain(events, undefined, NOW);
    expect(verdict).toEqual(expect.objectContaining({ ok: true, clients: { proved: 1, erased: 1, onRequest: 1 } }));
    expect(await rolecall(['db', 'erase-address', 'erased', '192.0.2.7'], env)).toBe(0);
    expect(out).toContain('nothing of this address');
    expect(await rolecall(['db', 'erase-address', 'nobody', '192.0.2.7'], env)).toBe(1);
    expect(await rolecall(['db', 'erase-address', 'erased', '192.0.2.0/24'], env)).toBe(64);
    expect(await rolecall(['db', 'erase-address', 'erased', '192.0.2.8'], {})).toBe(64);
    expect(await rolecall(['db', 'erase-address', 'erased', '192.0.2.8'], { DATABASE_OWNER_URL: db.url })).toBe(1);
  });

  it('says when the database is not there', async () => {
    const gone = new URL(db.url);
    gone.port = '1';
    expect(await rolecall(['token', 'create', '--name', 'x'], { DATABASE_URL: gone.href })).toBe(1);
    expect(err).toMatch(/^rolecall: \S/);
    expect(err).not.toContain(decodeURIComponent(gone.password));
  });

  describe('rotate-master-key', () => {
    const next = Buffer.alloc(32, 7).toString('base64');
    const env = (more: Io['env'] = {}) => ({
      DATABASE_OWNER_URL: db.ownerUrl,
      ROLECALL_MASTER_KEY: next,
      ROLECALL_MASTER_KEY_PREVIOUS: db.masterKey.toString('base64'),
      ...more,
    });

    it('wraps the keys anew, and tells with --check whether there are any left', async () => {
      await db.database.collections.fingerprintKey('default');
      expect(await rolecall(['db', 'rotate-master-key', '--check'], env())).toBe(2);
      expect(out).toBe('1 key under the previous master key, 0 keys under the current one.\n');
      expect(await rolecall(['db', 'rotate-master-key'], env())).toBe(0);
      expect(out).toBe('Wrapped 1 key anew; 0 keys had the current master key already.\n');
      expect(await rolecall(['db', 'rotate-master-key', '--check', '--format', 'json'], env())).toBe(0);
      expect(JSON.parse(out)).toEqual({ previous: 0, current: 1, unknown: 0 });
    });

    it('says when neither of the keys is the right one, and shows none', async () => {
      const [wrong, other] = [Buffer.alloc(32, 8).toString('base64'), Buffer.alloc(32, 9).toString('base64')];
      const strangers = env({ ROLECALL_MASTER_KEY: wrong, ROLECALL_MASTER_KEY_PREVIOUS: other });
      expect(await rolecall(['db', 'rotate-master-key'], strangers)).toBe(1);
      expect(err).toContain('1 key under neither of the two master keys');
      expect(await rolecall(['db', 'rotate-master-key'], env({ ROLECALL_MASTER_KEY: `${wrong}x` }))).toBe(64);
      expect(await rolecall(['db', 'rotate-master-key'], env({ DATABASE_OWNER_URL: undefined }))).toBe(64);
      expect(out + err).not.toContain(wrong);
    });
  });
});

import { type Database, openDatabase } from '@rolecall/persistence';
import { type TestDatabase, testDatabase } from '@rolecall/persistence/testing';
import pg from 'pg';
import { SharedLimits } from './shared-limits.ts';
import { TooManyRequests } from './too-many-requests.ts';

let db: TestDatabase;
let second: Database;
let owner: pg.Client;
let limits: SharedLimits;

const limitsOf = (database: Database) =>
  new SharedLimits(database, {
    refusal: (_limit, { msBeforeNext }) => new TooManyRequests(Math.ceil(msBeforeNext / 1000)),
  });
const EVE = 'acme/eve@acme.example';
const attempt = (more: Partial<Parameters<SharedLimits['password']>[0]> = {}) => ({
  account: EVE,
  ip: '192.0.2.1',
  device: undefined,
  ...more,
});
/** Whether each of these is let through; none of them is good. */
const tries = async (times: number, one: (at: number) => Promise<unknown>) => {
  const seen: boolean[] = [];
  for (let at = 0; at < times; at++) {
    seen.push(
      await one(at).then(
        () => true,
        (error: unknown) => (error instanceof TooManyRequests ? false : Promise.reject(error as Error)),
      ),
    );
  }
  return seen;
};
const through = async (times: number, one: (at: number) => Promise<unknown>) =>
  (await tries(times, one)).filter(Boolean).length;
/** As if so many seconds had gone by. */
const pass = (seconds: number) => owner.query('update rate_limits set expire = expire - $1', [seconds * 1000]);

beforeAll(async () => {
  db = await testDatabase();
  second = await openDatabase({ url: db.url, masterKey: db.masterKey, poolSize: 2 });
  owner = new pg.Client({ connectionString: db.ownerUrl });
  await owner.connect();
  limits = limitsOf(db.database);
});
beforeEach(() => owner.query('delete from rate_limits'));
afterAll(async () => {
  await owner?.end();
  await second?.close();
  await db?.drop();
});

describe('passwords', () => {
  it('may be tried five times from one network, and then now and then: a delay and no lock-out (security.md 31)', async () => {
    const from = (at: number) => limits.password(attempt({ ip: `192.0.2.${at}` }));
    expect(await tries(7, from)).toEqual([true, true, true, true, true, true, false]);
    const refused: unknown = await from(9).catch((error: unknown) => error);
    expect((refused as TooManyRequests).retryAfterSeconds).toBeGreaterThan(100);
    expect((refused as TooManyRequests).retryAfterSeconds).toBeLessThanOrEqual(120);
    await pass(121);
    expect(await tries(2, from)).toEqual([true, false]);
  });

  it('are counted for two gateways together (security.md 30)', async () => {
    const other = limitsOf(second);
    expect(await through(12, (at) => (at % 2 === 0 ? limits : other).password(attempt()))).toBe(6);
  });

  it('are tried in vain by a whole botnet, while the owner signs in at a known device (security.md 31)', async () => {
    expect(await through(80, (at) => limits.password(attempt({ ip: `10.${at}.0.1` })))).toBe(50);
    await expect(limits.password(attempt({ ip: '203.0.113.5' }))).rejects.toBeInstanceOf(TooManyRequests);
    expect(await through(5, () => limits.password(attempt({ ip: '203.0.113.5', device: 'laptop' })))).toBe(5);
    expect(await limits.mayMail('forgot', EVE, '203.0.113.5')).toBe(true);
    expect(await limits.mayMail('recovery', EVE, '203.0.113.5')).toBe(true);
  });

  it('are counted at a known device as well, by itself', async () => {
    const at = (device: string) => () => limits.password(attempt({ device }));
    expect(await through(20, at('laptop'))).toBe(11);
    expect(await through(1, at('phone'))).toBe(1);
    expect(await through(1, () => limits.password(attempt({ account: 'acme/bob', device: 'laptop' })))).toBe(1);
  });

  it('of a neighbour behind the same address lock nobody out who was here before (security.md 31)', async () => {
    expect(await through(70, (at) => limits.password(attempt({ account: `acme/${at}` })))).toBe(50);
    expect(await through(3, () => limits.password(attempt({ device: 'laptop' })))).toBe(3);
  });

  it('that are good do not count: a whole company comes from one address', async () => {
    for (let person = 0; person < 60; person++) {
      const passed = await limits.password(attempt({ account: `acme/${person}` }));
      await passed.good();
    }
    expect(await through(6, () => limits.password(attempt()))).toBe(6);
  });

  it('that are turned away at one network use up nothing of the account', async () => {
    await tries(45, () => limits.password(attempt()));
    expect(await through(44, (at) => limits.password(attempt({ ip: `10.${at}.0.1` })))).toBe(44);
  });
});

describe('mails with a link', () => {
  it.each([
    ['forgot', 30 * 60],
    ['recovery', 15 * 60],
  ] as const)(
    '(%s) are sent three times while the first link lives, silently none then, and again when it is over (security.md 31)',
    async (name, seconds) => {
      const wish = (at: number) => limits.mayMail(name, EVE, `10.0.${at}.1`);
      expect([await wish(1), await wish(2), await wish(3), await wish(4)]).toEqual([true, true, true, false]);
      await pass(seconds + 1);
      expect(await wish(5)).toBe(true);
    },
  );

  it('are refused to a client that asks for many, whatever the addresses, and to no other (security.md 30)', async () => {
    const wish = (at: number) => limits.mayMail('forgot', `acme/${at}`, '192.0.2.1');
    expect(await through(12, wish)).toBe(10);
    expect(await limits.mayMail('forgot', 'acme/0', '192.0.2.2')).toBe(true);
  });
});

it('lets codes of one account be tried twenty times, and ten be mailed (security.md 30, 39)', async () => {
  expect(await through(25, () => limits.take('second-factor', EVE))).toBe(20);
  const mailed: boolean[] = [];
  for (let at = 0; at < 12; at++) mailed.push(await limits.mayMailCode(EVE));
  expect(mailed.filter(Boolean)).toHaveLength(10);
  expect(await limits.mayMailCode('acme/another')).toBe(true);
});

import { openDatabase } from '../database.ts';
import { connected, useTestDatabase } from '../testing/fixture.ts';

const test = useTestDatabase();
const of = (name: string, points = 2) => test.current.database.limits.limit({ name, points, seconds: 600 });
const tried = async (times: number, take: () => Promise<{ allowed: boolean }>) => {
  const allowed: boolean[] = [];
  for (let at = 0; at < times; at++) allowed.push((await take()).allowed);
  return allowed;
};

it('allows so many tries of a key, and says when there are more', async () => {
  const limit = of('each');
  expect(await tried(3, () => limit.take('eve'))).toEqual([true, true, false]);
  expect(await limit.take('bob')).toMatchObject({ allowed: true });
  const { endsInMs } = await limit.take('eve');
  expect(endsInMs).toBeGreaterThan(590_000);
  expect(endsInMs).toBeLessThanOrEqual(600_000);
  expect(await of('another').take('eve')).toMatchObject({ allowed: true });
});

it('forgets a try that is given back', async () => {
  const limit = of('given-back');
  for (let at = 0; at < 5; at++) {
    expect(await limit.take('eve')).toMatchObject({ allowed: true });
    await limit.giveBack('eve');
  }
});

it('counts the tries at all processes together, also at the same moment (security.md 30)', async () => {
  const { url, masterKey } = test.current;
  const other = await openDatabase({ url, masterKey, poolSize: 4 });
  try {
    const [here, there] = [of('shared', 5), other.limits.limit({ name: 'shared', points: 5, seconds: 600 })];
    const all = await Promise.all([here, there, here, there, here, there, here, there].map((at) => at.take('eve')));
    expect(all.filter(({ allowed }) => allowed)).toHaveLength(5);
  } finally {
    await other.close();
  }
});

it('keeps nothing of a key but an HMAC under the master key', async () => {
  await of('hidden').take('eve@acme.example');
  const rows = await connected(test.current.ownerUrl, (owner) =>
    owner.query<{ key: string }>(`select key from rate_limits where key like 'hidden%'`),
  );
  expect(rows.rows).toEqual([{ key: expect.stringMatching(/^hidden:[\w-]{43}$/) as string }]);
  const sha256 = Buffer.from(await crypto.subtle.digest('SHA-256', Buffer.from('["hidden","eve@acme.example"]')));
  expect(rows.rows[0]?.key).not.toBe(`hidden:${sha256.toString('base64url')}`);
});

it('counts for this process alone while the database is away', async () => {
  const { url, masterKey } = test.current;
  const other = await openDatabase({ url, masterKey, poolSize: 1 });
  const limit = other.limits.limit({ name: 'alone', points: 2, seconds: 600 });
  await other.close();
  expect(await tried(3, () => limit.take('eve'))).toEqual([true, true, false]);
});

it('is emptied of windows that are over', async () => {
  await of('over').take('eve');
  const count = () =>
    connected(test.current.ownerUrl, async (owner) => {
      const { rows } = await owner.query<{ n: number }>(
        `select count(*)::integer as n from rate_limits where key like 'over%'`,
      );
      return rows[0]?.n;
    });
  await test.current.database.purgeExpired(new Date());
  expect(await count()).toBe(1);
  await test.current.database.purgeExpired(new Date(Date.now() + 600_001));
  expect(await count()).toBe(0);
});

it('refuses to count without the master key', async () => {
  const blind = await openDatabase({ url: test.current.url, poolSize: 1 });
  try {
    const limit = blind.limits.limit({ name: 'blind', points: 1, seconds: 1 });
    await expect(limit.take('eve')).rejects.toMatchObject({ code: 'master_key_missing' });
  } finally {
    await blind.close();
  }
});

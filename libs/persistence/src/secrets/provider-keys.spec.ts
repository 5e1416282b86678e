import { createPublicKey } from 'node:crypto';
import { openDatabase } from '../database.ts';
import { connected, later, useTestDatabase } from '../testing/fixture.ts';

const DAY = 86_400;
const test = useTestDatabase();

/** As a process sees them that has just started. */
async function keysAt(days: number) {
  const { url, masterKey } = test.current;
  const database = await openDatabase({ url, ...(masterKey && { masterKey }) });
  try {
    return await database.providerKeys.current(later(days * DAY));
  } finally {
    await database.close();
  }
}

const kids = (keys: Awaited<ReturnType<typeof keysAt>>, algorithm: string) =>
  keys.filter((key) => key.algorithm === algorithm).map(({ kid }) => kid);

beforeEach(() =>
  connected(test.current.ownerUrl, (owner) =>
    owner.query(`delete from provider_keys; delete from deployment_keys where name like 'provider/%'`),
  ),
);

it('are of both algorithms, and the same for processes that begin at the same moment', async () => {
  const [one, other] = await Promise.all([keysAt(0), keysAt(0)]);
  expect(one.map(({ algorithm }) => algorithm)).toEqual(['RS256', 'ES256']);
  expect(one.map(({ kid }) => kid)).toEqual(other.map(({ kid }) => kid));
  const kinds = one.map(({ privateKey }) => createPublicKey(privateKey).asymmetricKeyType);
  expect(kinds).toEqual(['rsa', 'ec']);
});

it('are published a day before they sign, and until the one after them is replaced', async () => {
  const [first] = kids(await keysAt(0), 'RS256');
  expect(kids(await keysAt(88), 'RS256')).toEqual([first]);
  const [signs, next] = kids(await keysAt(89.5), 'RS256');
  expect([signs, next]).toEqual([first, expect.any(String)]);
  expect(kids(await keysAt(90.5), 'RS256')).toEqual([next, first]);
  const [, third] = kids(await keysAt(179.5), 'RS256');
  expect(kids(await keysAt(180.5), 'RS256')).toEqual([third, next]);
  expect(third).not.toBe(first);
});

it('stand in no table unsealed', async () => {
  await keysAt(0);
  const { rows } = await connected(test.current.ownerUrl, (owner) =>
    owner.query('select public_key from provider_keys'),
  );
  expect(JSON.stringify(rows)).not.toMatch(/"(?:d|p|q)":/);
});

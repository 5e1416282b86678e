import { randomBytes } from 'node:crypto';
import { openDatabase } from '../database.ts';
import type { Database } from '../database.ts';
import { connected, document, NOW, useTestDatabase } from '../testing/fixture.ts';
import { seedOrganization } from '../testing/index.ts';
import { rotateMasterKey } from './rotate-master-key.ts';

const test = useTestDatabase();
const NEW = randomBytes(32);
const SECRET = 'PLANTED-CLIENT-SECRET';
const GOOGLE = { type: 'oidc', issuer: 'https://op.example', clientId: 'c', clientSecret: { fromEnv: 'S' } } as const;
const COUNT = 230;

const names = Array.from({ length: COUNT }, (_, index) => `rotated-${index}`);
const seed = (database: Database, name: string) =>
  seedOrganization(database, document(name, { identityProviders: { google: GOOGLE } }), {
    clientSecrets: { google: SECRET },
    now: NOW,
  });
const old = () => test.current.masterKey;
const rotate = (more: Partial<Parameters<typeof rotateMasterKey>[0]> = {}) =>
  rotateMasterKey({ ownerUrl: test.current.ownerUrl, masterKey: NEW, previousMasterKey: old(), ...more });
async function as<T>(masterKey: Buffer, previousMasterKey: Buffer | undefined, work: (it: Database) => Promise<T>) {
  const database = await openDatabase({ url: test.current.url, masterKey, previousMasterKey, poolSize: 2 });
  try {
    return await work(database);
  } finally {
    await database.close();
  }
}
const secretOf = async (database: Database, name: string) =>
  (await database.organizations.byName(name))?.identityProviders.get('google')?.clientSecret;

let print: Buffer;
beforeAll(async () => {
  for (const name of names) await seed(test.current.database, name);
  print = await test.current.database.collections.fingerprintKey('default');
});

it('counts without writing', async () => {
  expect(await rotate({ check: true })).toEqual({ rewrapped: COUNT + 1, current: 0, unknown: 0 });
  expect(await rotate({ check: true })).toEqual({ rewrapped: COUNT + 1, current: 0, unknown: 0 });
});

it('leaves what neither key wrapped, and says how much', async () => {
  const strangers = { masterKey: randomBytes(32), previousMasterKey: randomBytes(32) };
  expect(await rotate(strangers)).toEqual({ rewrapped: 0, current: 0, unknown: COUNT + 1 });
});

it('goes on where it was interrupted, while programs with both keys read and write', async () => {
  const interrupted = rotate({
    progress() {
      throw new Error('killed');
    },
  });
  await expect(interrupted).rejects.toThrow('killed');
  const after = await rotate({ check: true });
  expect(after.current).toBe(101);
  await as(NEW, old(), async (database) => {
    for (const name of names) expect(await secretOf(database, name)).toBe(SECRET);
    await seed(database, 'new-meanwhile');
    expect(await database.collections.fingerprintKey('default')).toEqual(print);
  });
  // as when the services get the new key first as the other one
  await as(old(), NEW, async (database) => {
    for (const name of ['rotated-0', 'new-meanwhile']) expect(await secretOf(database, name)).toBe(SECRET);
  });
  expect(await rotate()).toEqual({ rewrapped: COUNT - 100, current: 102, unknown: 0 });
  expect(await rotate()).toEqual({ rewrapped: 0, current: COUNT + 2, unknown: 0 });
});

it('needs the previous key no longer, and the fingerprints of secrets are what they were', async () => {
  await as(NEW, undefined, async (database) => {
    for (const name of names) expect(await secretOf(database, name)).toBe(SECRET);
    expect(await database.collections.fingerprintKey('default')).toEqual(print);
  });
  await as(old(), undefined, async (database) => {
    await expect(secretOf(database, 'rotated-1')).rejects.toMatchObject({ code: 'master_key_mismatch' });
    await expect(database.collections.fingerprintKey('default')).rejects.toMatchObject({ code: 'master_key_mismatch' });
  });
});

it('lets no service change a wrapped key', async () => {
  for (const table of ['organization_keys', 'deployment_keys']) {
    const change = connected(test.current.url, (runtime) => runtime.query(`update ${table} set wrapped_key = ''`));
    await expect(change).rejects.toThrow('permission denied');
  }
});

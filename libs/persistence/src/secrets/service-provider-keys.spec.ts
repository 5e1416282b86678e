import { randomBytes } from 'node:crypto';
import { openDatabase } from '../database.ts';
import type { Database } from '../database.ts';
import type { PreparedKeys } from '@rolecall/reconcile';
import { connected, document, METADATA_XML, NOW, OKTA, useTestDatabase } from '../testing/fixture.ts';
import { seedOrganization } from '../testing/index.ts';

const test = useTestDatabase();
const KEY = { privateKey: 'PLANTED-PRIVATE-KEY', certificate: 'CERTIFICATE-1' };

const FIRST = { ...KEY, use: 'signing', generation: 1, overlapSeconds: 7 * 86_400, currentFrom: NOW };
const signing = (pair: PreparedKeys['pairs']['signing'], generation = 1): PreparedKeys => ({
  generation,
  overlapSeconds: 86_400,
  pairs: { signing: pair },
});

const seed = (name: string) =>
  seedOrganization(test.current.database, document(name), { metadataXml: METADATA_XML, signingKey: KEY, now: NOW });
const keyOf = async (id: string, identityProvider = 'okta') =>
  (await test.current.database.organizations.byId(id))?.identityProviders.get(identityProvider)?.serviceProviderKeys;
const store = (now = NOW) => test.current.database.reconcileState({ actor: 'ci', now });
const asOwner = (statement: string, values: unknown[]) =>
  connected(test.current.ownerUrl, (owner) => owner.query(statement, values));

it('gives the connection its key and stands in clear text in no column of any table', async () => {
  const { id } = await seed('acme');
  expect(await keyOf(id)).toEqual([FIRST]);
  const found = await connected(test.current.ownerUrl, async (owner) => {
    const { rows } = await owner.query<{ name: string }>(
      `select relname as name from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r'`,
    );
    const hits: string[] = [];
    for (const { name } of rows) {
      const { rowCount } = await owner.query(`select from ${name} t where t::text like $1 or t::text like $2`, [
        `%${KEY.privateKey}%`,
        `%${Buffer.from(KEY.privateKey).toString('hex')}%`,
      ]);
      if (rowCount !== 0) hits.push(name);
    }
    return hits;
  });
  expect(found).toEqual([]);
});

/** Revision `base + 1`, which wants these keys. */
const revise = (id: string, name: string, base: number, serviceProviderKeys?: PreparedKeys, now = NOW) =>
  store(now).transaction('commit', (state) =>
    state.addRevision(id, base, {
      document: document(name, { ...OKTA, displayName: `${base}` }),
      digest: `${base}`,
      origin: { actor: 'ci' },
      identityProviders: { okta: { metadataXml: METADATA_XML, serviceProviderKeys } },
    }),
  );
const secretsOf = async (id: string) =>
  (await asOwner('select name from sealed_secrets where org_id = $1 order by name', [id])).rows.map(({ name }) => name);

it('keeps the key that the IdP knows when a revision brings a new one, and drops it when nothing signs', async () => {
  const { id } = await seed('globex');
  const fresh = { privateKey: 'second', certificate: 'CERTIFICATE-2' };
  await revise(id, 'globex', 1, signing(fresh));
  expect(await currentKey(id)).toEqual([FIRST]);
  await revise(id, 'globex', 2);
  expect(await currentKey(id)).toEqual([]);
  expect(await secretsOf(id)).toEqual([]);
  await revise(id, 'globex', 3, signing(fresh));
  expect(await currentKey(id)).toEqual([{ ...FIRST, ...fresh, overlapSeconds: 86_400 }]);
});

it('adds a generation that waits for its time, forgets none in between, and is purged of what is over', async () => {
  const { id } = await seed('hooli');
  const second = { privateKey: 'second', certificate: 'CERTIFICATE-2' };
  const third = { privateKey: 'third', certificate: 'CERTIFICATE-3' };
  const encrypting = { privateKey: 'opens', certificate: 'CERTIFICATE-E' };
  const day = (days: number) => new Date(NOW.getTime() + days * 86_400_000);
  await revise(id, 'hooli', 1, { ...signing(second, 2), pairs: { signing: second, encryption: encrypting } });
  await revise(id, 'hooli', 2, { ...signing('kept', 2), pairs: { signing: 'kept', encryption: 'kept' } });
  // an hour of overlap does not overtake what is the next already
  await revise(id, 'hooli', 3, { generation: 3, overlapSeconds: 3600, pairs: { signing: third, encryption: 'kept' } });
  const all = await currentKey(id);
  expect(all?.map((key) => [key.use, key.generation, key.currentFrom, key.overlapSeconds, key.privateKey])).toEqual([
    ['encryption', 2, NOW, 86_400, 'opens'],
    ['signing', 1, NOW, 7 * 86_400, KEY.privateKey],
    ['signing', 2, day(1), 86_400, 'second'],
    ['signing', 3, day(1), 3600, 'third'],
  ]);
  const purge = (now: Date) => test.current.database.purgeExpired(now);
  expect(await purge(day(1))).toMatchObject({ keys: 0 });
  expect(await purge(new Date(day(1).getTime() + 3_600_000))).toMatchObject({ keys: 2 });
  expect((await currentKey(id))?.map(({ privateKey }) => privateKey)).toEqual(['opens', 'third']);
  expect(await secretsOf(id)).toEqual(['saml_encryption_key/okta/2', 'saml_signing_key/okta/3']);
  await revise(id, 'hooli', 4, signing('kept', 3), day(2));
  expect(await secretsOf(id)).toEqual(['saml_signing_key/okta/3']);
});

it('goes along with a renamed IdP', async () => {
  const { id } = await seed('initech');
  await store().transaction('commit', async (state) => {
    await state.signIns.renameIdentityProvider(id, 'okta', 'okta-eu');
    await state.addRevision(id, 1, {
      document: document('initech', {
        identityProviders: { 'okta-eu': { type: 'saml', metadata: { xml: METADATA_XML }, previously: ['okta'] } },
      }),
      digest: 'd',
      origin: { actor: 'ci' },
      identityProviders: {
        'okta-eu': { metadataXml: METADATA_XML, serviceProviderKeys: signing({ privateKey: 'x', certificate: 'y' }) },
      },
    });
  });
  expect(await currentKey(id, 'okta-eu')).toEqual([FIRST]);
  const { rows } = await asOwner('select name from sealed_secrets where org_id = $1', [id]);
  expect(rows).toEqual([{ name: 'saml_signing_key/okta-eu/1' }]);
});

it('fails closed when a ciphertext was moved to another organization, even together with its key', async () => {
  const [from, to] = [await seed('moved-from'), await seed('moved-to')];
  await asOwner(
    'update sealed_secrets t set sealed = f.sealed from sealed_secrets f where t.org_id = $2 and f.org_id = $1',
    [from.id, to.id],
  );
  await expect(currentKey(to.id)).rejects.toMatchObject({ code: 'sealed_secret_invalid' });
  await asOwner(
    'update organization_keys t set wrapped_key = f.wrapped_key from organization_keys f where t.org_id = $2 and f.org_id = $1',
    [from.id, to.id],
  );
  await expect(currentKey(to.id)).rejects.toMatchObject({ code: 'sealed_secret_invalid' });
});

it('fails closed under another master key, and says so', async () => {
  const { id } = await seed('wrong-key');
  const reading = fromAnother((database) => database.organizations.byId(id), randomBytes(32));
  await expect(reading).rejects.toMatchObject({ code: 'master_key_mismatch' });
});

it('neither opens nor seals without a master key, and does everything else', async () => {
  const { id } = await seed('no-key');
  const { id: plain } = await seedOrganization(test.current.database, document('no-secret'), {
    metadataXml: METADATA_XML,
  });
  await withoutKey(async (database) => {
    expect(await database.organizations.byId(plain)).toMatchObject({ name: 'no-secret' });
    await expect(database.organizations.byId(id)).rejects.toMatchObject({ code: 'master_key_missing' });
    const sealing = database.reconcileState({ actor: 'ci', now: NOW }).transaction('commit', (state) =>
      state.addRevision(plain, 1, {
        document: document('no-secret', { ...OKTA, displayName: 'signs' }),
        digest: 'd',
        origin: { actor: 'ci' },
        identityProviders: { okta: { metadataXml: METADATA_XML, serviceProviderKeys: signing(KEY) } },
      }),
    );
    await expect(sealing).rejects.toMatchObject({ code: 'master_key_missing' });
  });
  const { rowCount } = await asOwner('select from organization_keys where org_id = $1', [plain]);
  expect(rowCount).toBe(0);
});

it('reads an organization without its identity providers where these are nobody\u2019s business', async () => {
  const { id } = await seed('no-providers');
  const other = await openDatabase({ url: test.current.url, withIdentityProviders: false, poolSize: 1 });
  const organization = await other.organizations.byId(id);
  await other.close();
  expect(organization).toMatchObject({ name: 'no-providers', identityProviders: new Map() });
});

/** What a process reads that has cached nothing. */
async function currentKey(id: string, identityProvider = 'okta') {
  return fromAnother(async (database) => {
    return (await database.organizations.byId(id))?.identityProviders.get(identityProvider)?.serviceProviderKeys;
  });
}

function fromAnother<T>(work: (database: Database) => Promise<T>, masterKey = test.current.masterKey): Promise<T> {
  return opened(masterKey, work);
}

function withoutKey<T>(work: (database: Database) => Promise<T>): Promise<T> {
  return opened(undefined, work);
}

async function opened<T>(masterKey: Buffer | undefined, work: (database: Database) => Promise<T>): Promise<T> {
  const other = await openDatabase({ url: test.current.url, masterKey, poolSize: 2 });
  try {
    return await work(other);
  } finally {
    await other.close();
  }
}

import { randomBytes } from 'node:crypto';
import { openDatabase } from '../database.ts';
import type { Database } from '../database.ts';
import { connected, document, METADATA_XML, NOW, OKTA, useTestDatabase } from '../testing/fixture.ts';
import { seedOrganization } from '../testing/index.ts';

const test = useTestDatabase();
const KEY = { privateKey: 'PLANTED-PRIVATE-KEY', certificate: 'CERTIFICATE-1' };

const seed = (name: string) =>
  seedOrganization(test.current.database, document(name), { metadataXml: METADATA_XML, signingKey: KEY });
const keyOf = async (id: string, identityProvider = 'okta') =>
  (await test.current.database.organizations.byId(id))?.identityProviders.get(identityProvider)?.signingKey;
const store = () => test.current.database.reconcileState({ actor: 'ci', now: NOW });
const asOwner = (statement: string, values: unknown[]) =>
  connected(test.current.ownerUrl, (owner) => owner.query(statement, values));

it('gives the connection its key and stands in clear text in no column of any table', async () => {
  const { id } = await seed('acme');
  expect(await keyOf(id)).toEqual(KEY);
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

it('keeps the key that the IdP knows when a revision brings a new one, and drops it when nothing signs', async () => {
  const { id } = await seed('globex');
  const add = (base: number, signingKey?: typeof KEY) =>
    store().transaction('commit', (state) =>
      state.addRevision(id, base, {
        document: document('globex', { ...OKTA, displayName: `${base}` }),
        digest: `${base}`,
        origin: { actor: 'ci' },
        identityProviders: { okta: { metadataXml: METADATA_XML, signingKey } },
      }),
    );
  const fresh = { privateKey: 'second', certificate: 'CERTIFICATE-2' };
  await add(1, fresh);
  expect(await currentKey(id)).toEqual(KEY);
  await add(2);
  expect(await currentKey(id)).toBeUndefined();
  await add(3, fresh);
  expect(await currentKey(id)).toEqual(fresh);
});

it('goes along with a renamed IdP', async () => {
  const { id } = await seed('initech');
  await store().transaction('commit', async (state) => {
    await state.renameIdentityProvider(id, 'okta', 'okta-eu');
    await state.addRevision(id, 1, {
      document: document('initech', {
        identityProviders: { 'okta-eu': { type: 'saml', metadata: { xml: METADATA_XML }, previously: ['okta'] } },
      }),
      digest: 'd',
      origin: { actor: 'ci' },
      identityProviders: {
        'okta-eu': { metadataXml: METADATA_XML, signingKey: { privateKey: 'x', certificate: 'y' } },
      },
    });
  });
  expect(await currentKey(id, 'okta-eu')).toEqual(KEY);
  const { rows } = await asOwner('select name from sealed_secrets where org_id = $1', [id]);
  expect(rows).toEqual([{ name: 'saml_signing_key/okta-eu' }]);
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
    const signing = database.reconcileState({ actor: 'ci', now: NOW }).transaction('commit', (state) =>
      state.addRevision(plain, 1, {
        document: document('no-secret', { ...OKTA, displayName: 'signs' }),
        digest: 'd',
        origin: { actor: 'ci' },
        identityProviders: { okta: { metadataXml: METADATA_XML, signingKey: KEY } },
      }),
    );
    await expect(signing).rejects.toMatchObject({ code: 'master_key_missing' });
  });
  const { rowCount } = await asOwner('select from organization_keys where org_id = $1', [plain]);
  expect(rowCount).toBe(0);
});

/** What a process reads that has cached nothing. */
async function currentKey(id: string, identityProvider = 'okta') {
  return fromAnother(async (database) => {
    return (await database.organizations.byId(id))?.identityProviders.get(identityProvider)?.signingKey;
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

import { secretFingerprint } from '@rolecall/reconcile';
import type { StateTransaction } from '@rolecall/reconcile';
import type { OidcIdentityProvider, OrganizationSpec } from '@rolecall/org-config';
import { openDatabase } from '../database.ts';
import { connected, document, NOW, OKTA, useTestDatabase } from '../testing/fixture.ts';
import { seedOrganization } from '../testing/index.ts';

const test = useTestDatabase();
const SECRET = 'PLANTED-CLIENT-SECRET';
const GOOGLE: OidcIdentityProvider = {
  type: 'oidc',
  issuer: 'https://op.example',
  clientId: 'rolecall',
  clientSecret: { fromEnv: 'GOOGLE_SECRET' },
};
const providers = (identityProviders: OrganizationSpec['identityProviders']): OrganizationSpec => ({
  ...OKTA,
  identityProviders,
});

const seed = (name: string) =>
  seedOrganization(test.current.database, document(name, providers({ google: GOOGLE })), {
    clientSecrets: { google: SECRET },
  });
const stored = async (id: string, name = 'google') =>
  (await test.current.database.organizations.byId(id))?.identityProviders.get(name);
const inState = <T>(work: (state: StateTransaction) => Promise<T>) =>
  test.current.database.reconcileState({ actor: 'ci', now: NOW }).transaction('commit', work);
const asOwner = (statement: string, values: unknown[] = []) =>
  connected(test.current.ownerUrl, (owner) => owner.query<Record<string, string>>(statement, values));
const secretsOf = async (id: string) =>
  (await asOwner('select name from sealed_secrets where org_id = $1 order by name', [id])).rows.map(({ name }) => name);
const revision = (name: string, spec: OrganizationSpec, clientSecret?: string) => ({
  document: document(name, spec),
  digest: `digest of ${name}`,
  origin: { actor: 'ci' },
  identityProviders: Object.fromEntries(
    Object.keys(spec.identityProviders ?? {}).map((provider) => [
      provider,
      provider === 'okta' ? { metadataXml: '<a/>' } : { clientSecret },
    ]),
  ),
});

it('is given to the reader and stands in clear text in no column of any table (security.md 47)', async () => {
  const { id } = await seed('acme');
  expect(await stored(id)).toEqual({ clientSecret: SECRET });
  const { rows } = await asOwner(
    `select relname as name from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r'`,
  );
  const hits: unknown[] = [];
  for (const { name } of rows) {
    const found = await asOwner(`select from ${name} t where t::text like $1 or t::text like $2`, [
      `%${SECRET}%`,
      `%${Buffer.from(SECRET).toString('hex')}%`,
    ]);
    if (found.rowCount !== 0) hits.push(name);
  }
  expect(hits).toEqual([]);
});

it('stays when a revision brings none, and gives way to a new one', async () => {
  const { id } = await seed('globex');
  await inState((state) => state.addRevision(id, 1, revision('globex', providers({ google: GOOGLE }))));
  expect(await stored(id)).toEqual({ clientSecret: SECRET });
  await inState((state) => state.addRevision(id, 2, revision('globex', providers({ google: GOOGLE }), 'rotated')));
  await test.current.database.organizations.byId(id);
  const fresh = await openDatabase({ url: test.current.url, masterKey: test.current.masterKey, poolSize: 1 });
  expect((await fresh.organizations.byId(id))?.identityProviders.get('google')).toEqual({ clientSecret: 'rotated' });
  await fresh.close();
});

it('goes with its provider, and when that becomes a SAML one', async () => {
  const { id } = await seed('removed');
  expect(await secretsOf(id)).toEqual(['oidc_client_secret/google']);
  await inState((state) => state.addRevision(id, 1, revision('removed', OKTA)));
  expect(await secretsOf(id)).toEqual([]);
  const other = await seed('turned');
  const saml = { ...OKTA.identityProviders!['okta']!, displayName: 'now SAML' };
  const turned = {
    ...revision('turned', providers({ google: saml })),
    identityProviders: { google: { metadataXml: '<a/>' } },
  };
  await inState((state) => state.addRevision(other.id, 1, turned));
  expect(await secretsOf(other.id)).toEqual([]);
});

it('follows a renamed provider', async () => {
  const { id } = await seed('renamed');
  await inState(async (state) => {
    await state.signIns.renameIdentityProvider(id, 'google', 'workspace');
    await state.addRevision(id, 1, revision('renamed', providers({ workspace: GOOGLE })));
  });
  expect(await secretsOf(id)).toEqual(['oidc_client_secret/workspace']);
  expect(await stored(id, 'workspace')).toEqual({ clientSecret: SECRET });
});

it('does not open when it was moved to another provider or organization', async () => {
  const victim = await seed('victim');
  const thief = await seed('thief');
  const wrong = { code: 'sealed_secret_invalid' };
  const fresh = () => openDatabase({ url: test.current.url, masterKey: test.current.masterKey, poolSize: 1 });
  const reading = async (id: string) => {
    const database = await fresh();
    try {
      return await database.organizations.byId(id);
    } finally {
      await database.close();
    }
  };
  await asOwner(
    `update sealed_secrets set sealed = (select sealed from sealed_secrets where org_id = $1) where org_id = $2`,
    [victim.id, thief.id],
  );
  await expect(reading(thief.id)).rejects.toMatchObject(wrong);
  await asOwner(`update sealed_secrets set name = 'oidc_client_secret/other' where org_id = $1`, [victim.id]);
  await asOwner(`update identity_provider_metadata set identity_provider = 'other' where org_id = $1`, [victim.id]);
  await expect(reading(victim.id)).rejects.toMatchObject(wrong);
});

describe('the fingerprint', () => {
  const at = { collection: 'default', organization: 'printed', pointer: '/spec/identityProviders/google/clientSecret' };

  it('is what somebody with the key of the collection computes', async () => {
    const { id } = await seed('printed');
    const { collections } = test.current.database;
    const fingerprint = await inState((state) =>
      state.signIns.secretFingerprint(id, { map: 'identityProviders', name: 'google' }, at),
    );
    expect(fingerprint).toBe(secretFingerprint(await collections.fingerprintKey('default'), at, SECRET));
    const elsewhere = { ...at, collection: 'other' };
    expect(
      await inState((state) =>
        state.signIns.secretFingerprint(id, { map: 'identityProviders', name: 'google' }, elsewhere),
      ),
    ).not.toBe(fingerprint);
    expect(
      await inState((state) => state.signIns.secretFingerprint(id, { map: 'identityProviders', name: 'none' }, at)),
    ).toBeUndefined();
  });

  it('has a key per collection, that needs the master key', async () => {
    const { collections } = test.current.database;
    const [a, b] = [await collections.fingerprintKey('a'), await collections.fingerprintKey('b')];
    expect(a).toHaveLength(32);
    expect(a).not.toEqual(b);
    const keyless = await openDatabase({ url: test.current.url, poolSize: 1 });
    await expect(keyless.collections.fingerprintKey('a')).rejects.toThrow(
      expect.objectContaining({ code: 'master_key_missing' }) as Error,
    );
    await keyless.close();
  });
});

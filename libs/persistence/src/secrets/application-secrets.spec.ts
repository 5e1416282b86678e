import type { StateTransaction } from '@rolecall/reconcile';
import type { Application, OrganizationSpec } from '@rolecall/org-config';
import { openDatabase } from '../database.ts';
import { connected, document, NOW, useTestDatabase } from '../testing/fixture.ts';
import { seedOrganization } from '../testing/index.ts';

const test = useTestDatabase();
const SECRET = 'PLANTED-SECRET-OF-AN-APPLICATION';
const OFFICE = {
  type: 'oidc',
  redirectUris: ['https://office.example.com/callback'],
  clientAuthentication: 'client_secret_basic',
  clientSecret: { fromEnv: 'OFFICE_SECRET' },
} satisfies Application;
const DASHBOARD: Application = { type: 'oidc', redirectUris: ['https://app.example.com/callback'] };

const seed = (name: string) =>
  seedOrganization(test.current.database, document(name, { applications: { office: OFFICE, dashboard: DASHBOARD } }), {
    applicationSecrets: { office: SECRET, dashboard: 'of nobody' },
  });
const inState = <T>(work: (state: StateTransaction) => Promise<T>) =>
  test.current.database.reconcileState({ actor: 'ci', now: NOW }).transaction('commit', work);
const asOwner = (statement: string, values: unknown[] = []) =>
  connected(test.current.ownerUrl, (owner) => owner.query<Record<string, string>>(statement, values));
const sealed = async (id: string) =>
  (await asOwner('select name from sealed_secrets where org_id = $1 order by name', [id])).rows.map(({ name }) => name);
const revision = (name: string, spec: OrganizationSpec, applicationSecrets: Readonly<Record<string, string>> = {}) => ({
  document: document(name, spec),
  digest: `digest of ${name}`,
  origin: { actor: 'ci' },
  identityProviders: {},
  applicationSecrets,
});
/** What a process that has not seen the organization yet reads of it. */
async function fresh(id: string) {
  const database = await openDatabase({
    url: test.current.url,
    masterKey: test.current.masterKey,
    poolSize: 1,
  });
  try {
    return Object.fromEntries((await database.organizations.byId(id))?.applicationSecrets ?? []);
  } finally {
    await database.close();
  }
}

it('is given to the reader, for applications that have one, and stands in clear text nowhere', async () => {
  const { id } = await seed('acme');
  expect(await fresh(id)).toEqual({ office: SECRET });
  expect(await sealed(id)).toEqual(['application_secret/office']);
  const { rows } = await asOwner(
    `select relname as name from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r'`,
  );
  const hits: unknown[] = [];
  for (const { name } of rows) {
    const patterns = [`%${SECRET}%`, `%${Buffer.from(SECRET).toString('hex')}%`];
    const found = await asOwner(`select from ${name} t where t::text like $1 or t::text like $2`, patterns);
    if (found.rowCount !== 0) hits.push(name);
  }
  expect(hits).toEqual([]);
});

it('stays when a revision brings none, gives way to a new one, follows its application, and goes with it', async () => {
  const { id } = await seed('globex');
  await inState((state) => state.addRevision(id, 1, revision('globex', { applications: { office: OFFICE } })));
  expect(await fresh(id)).toEqual({ office: SECRET });
  const rotated = revision('globex', { applications: { office: OFFICE } }, { office: 'rotated' });
  await inState((state) => state.addRevision(id, 2, rotated));
  expect(await fresh(id)).toEqual({ office: 'rotated' });
  await inState(async (state) => {
    await state.signIns.renameApplication(id, 'office', 'back-office');
    await state.addRevision(id, 3, revision('globex', { applications: { 'back-office': OFFICE } }));
  });
  expect(await sealed(id)).toEqual(['application_secret/back-office']);
  expect(await fresh(id)).toEqual({ 'back-office': 'rotated' });
  await inState((state) =>
    state.addRevision(id, 4, revision('globex', { applications: { 'back-office': DASHBOARD } })),
  );
  expect(await sealed(id)).toEqual([]);
});

it('does not open for another application or organization', async () => {
  const [victim, thief] = [await seed('victim'), await seed('thief')];
  await asOwner(
    `update sealed_secrets set sealed = (select sealed from sealed_secrets where org_id = $1) where org_id = $2`,
    [victim.id, thief.id],
  );
  await expect(fresh(thief.id)).rejects.toMatchObject({ code: 'sealed_secret_invalid' });
  await asOwner(`update sealed_secrets set name = 'application_secret/other' where org_id = $1`, [victim.id]);
  expect(await fresh(victim.id)).toEqual({});
});

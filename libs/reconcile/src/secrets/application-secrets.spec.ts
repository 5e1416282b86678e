import { API_VERSION, normalize } from '@rolecall/org-config';
import type { Application, OrganizationDocument } from '@rolecall/org-config';
import { renderPlan } from '../index.ts';
import { SecretWorld } from '../testing/secret-world.ts';

const OFFICE = {
  type: 'oidc',
  redirectUris: ['https://office.example.com/callback'],
  clientAuthentication: 'client_secret_basic',
  clientSecret: { fromEnv: 'OFFICE_SECRET' },
} satisfies Application;
const PUBLIC: Application = { type: 'oidc', redirectUris: OFFICE.redirectUris };
const POINTER = '/spec/applications/office/clientSecret';

type Applications = Readonly<Record<string, Application>>;

const document = (applications: Applications, name = 'acme', previously: string[] = []): OrganizationDocument =>
  normalize({ apiVersion: API_VERSION, kind: 'Organization', metadata: { name, previously }, spec: { applications } });

let world: SecretWorld;
beforeEach(() => {
  world = new SecretWorld('applications');
});
const UNAVAILABLE = [['secret_unavailable', POINTER]];

it('is part of what is created, by its fingerprint, and must be at hand', async () => {
  expect(await world.refusal(document({ office: OFFICE }), {})).toEqual(UNAVAILABLE);
  const created = await world.plan(document({ office: OFFICE }), { office: 'PLANTED' });
  expect(renderPlan(created)).toContain('+ spec.applications.office.clientSecret: (secret) set');
  expect(JSON.stringify(created)).not.toContain('PLANTED');
});

it('stays while its reference is the same, whatever else becomes of the application', async () => {
  await world.apply(document({ office: OFFICE }), { office: 'one' });
  const moved = { ...OFFICE, redirectUris: ['https://other.example.com/callback'], enabled: false };
  const { changes } = await world.plan(document({ office: moved }), {});
  expect(changes[0]?.fields.map(({ path }) => path)).toEqual([
    '/spec/applications/office/enabled',
    '/spec/applications/office/redirectUris',
  ]);
  const rotated = { ...OFFICE, clientSecret: { fromEnv: 'OFFICE_SECRET', version: 2 } };
  expect(await world.refusal(document({ office: rotated }), {})).toEqual(UNAVAILABLE);
  expect(await world.refusal(document({ office: { ...OFFICE, clientSecret: { fromEnv: 'B' } } }), {})).toEqual(
    UNAVAILABLE,
  );
  expect(renderPlan(await world.plan(document({ office: OFFICE }), { office: 'two' }))).toContain(
    '~ spec.applications.office.clientSecret: (secret) changed',
  );
});

it('stays with a renamed application, and with a renamed organization', async () => {
  await world.apply(document({ office: OFFICE }), { office: 'one' });
  const renamed = document({ backoffice: { ...OFFICE, previously: ['office'] } }, 'acme-corp', ['acme']);
  expect((await world.plan(renamed, {})).changes[0]?.fields.filter(({ secret }) => secret)).toEqual([]);
  await world.apply(renamed, {});
  expect((await world.plan(renamed, { backoffice: 'one' })).changes).toEqual([]);
  expect((await world.plan(renamed, { backoffice: 'two' })).changes).toHaveLength(1);
});

it.each<[string, Applications]>([
  ['with its application', {}],
  ['when the application keeps none any more', { office: PUBLIC }],
  ['when the application is another kind', { office: { type: 'forward-auth', origins: ['https://o.example.com'] } }],
])('is gone %s', async (_, then) => {
  await world.apply(document({ office: OFFICE }), { office: 'one' });
  await world.apply(document(then), {});
  expect(await world.refusal(document({ office: OFFICE }), {})).toEqual(UNAVAILABLE);
});

it('is no one for an application of another name', async () => {
  await world.apply(document({ office: OFFICE }), { office: 'one' });
  expect(await world.refusal(document({ other: OFFICE }), {})).toEqual([
    ['secret_unavailable', '/spec/applications/other/clientSecret'],
  ]);
});

it('is planned without its value when it is sealed, and opened for an apply', async () => {
  const sealed = document({ office: { ...OFFICE, clientSecret: { age: 'CIPHERTEXT' } } });
  const created = await world.plan(sealed, {});
  expect(JSON.stringify(created)).not.toContain('CIPHERTEXT');
  await expect(world.reviewed(sealed, {})).rejects.toThrow('ROLECALL_AGE_IDENTITY');
  await world.reviewed(sealed, { office: 'one' });
  expect((await world.plan(sealed, {})).changes).toEqual([]);
});

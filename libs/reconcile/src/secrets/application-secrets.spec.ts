import { API_VERSION, documentDigest, normalize } from '@rolecall/org-config';
import type { Application, OrganizationDocument } from '@rolecall/org-config';
import { reconcile, ReconcileError, renderPlan, secretFingerprint } from '../index.ts';
import type { ReconcileRequest } from '../index.ts';
import { memoryFingerprintKey, MemoryStateStore } from '../testing/index.ts';

const NOW = new Date('2026-11-01T12:00:00Z');
const OFFICE = {
  type: 'oidc',
  redirectUris: ['https://office.example.com/callback'],
  clientAuthentication: 'client_secret_basic',
  clientSecret: { fromEnv: 'OFFICE_SECRET' },
} satisfies Application;
const PUBLIC: Application = { type: 'oidc', redirectUris: OFFICE.redirectUris };
const POINTER = '/spec/applications/office/clientSecret';

type Applications = Readonly<Record<string, Application>>;
type Values = Readonly<Record<string, string>>;

const document = (applications: Applications, name = 'acme', previously: string[] = []): OrganizationDocument =>
  normalize({ apiVersion: API_VERSION, kind: 'Organization', metadata: { name, previously }, spec: { applications } });

/** What the server makes of a document and of the values, by application, that the command line has at hand. */
function request(wanted: OrganizationDocument, applicationSecrets: Values): ReconcileRequest {
  const { name } = wanted.metadata;
  const digest = documentDigest(wanted);
  const secrets = Object.entries(applicationSecrets).map(([application, value]) => {
    const at = {
      collection: 'default',
      organization: name,
      pointer: `/spec/applications/${application}/clientSecret`,
    };
    return [at.pointer, secretFingerprint(memoryFingerprintKey('default'), at, value)] as const;
  });
  return {
    collection: 'default',
    organizations: [
      {
        document: wanted,
        digest,
        identityProviders: {},
        applicationSecrets,
        secrets: Object.fromEntries(secrets),
      },
    ],
    unchangedFiles: [],
    files: [{ path: 'acme.yaml', digest, organizations: [name] }],
    prune: false,
    origin: { actor: 'ci' },
  };
}

let store: MemoryStateStore;
beforeEach(() => {
  store = new MemoryStateStore();
});
const apply = (wanted: OrganizationDocument, values: Values) =>
  store.transaction('commit', (state) => reconcile(state, request(wanted, values), NOW));
const plan = (wanted: OrganizationDocument, values: Values) =>
  store.transaction('rollback', (state) => reconcile(state, request(wanted, values), NOW));
const refusal = async (wanted: OrganizationDocument, values: Values) => {
  const error: unknown = await plan(wanted, values).catch((reason: unknown) => reason);
  return error instanceof ReconcileError ? error.problems.map(({ code, pointer }) => [code, pointer]) : error;
};
const UNAVAILABLE = [['secret_unavailable', POINTER]];

it('is part of what is created, by its fingerprint, and must be at hand', async () => {
  expect(await refusal(document({ office: OFFICE }), {})).toEqual(UNAVAILABLE);
  const created = await plan(document({ office: OFFICE }), { office: 'PLANTED' });
  expect(renderPlan(created)).toContain('+ spec.applications.office.clientSecret: (secret) set');
  expect(JSON.stringify(created)).not.toContain('PLANTED');
});

it('stays while its reference is the same, whatever else becomes of the application', async () => {
  await apply(document({ office: OFFICE }), { office: 'one' });
  const moved = { ...OFFICE, redirectUris: ['https://other.example.com/callback'], enabled: false };
  const { changes } = await plan(document({ office: moved }), {});
  expect(changes[0]?.fields.map(({ path }) => path)).toEqual([
    '/spec/applications/office/enabled',
    '/spec/applications/office/redirectUris',
  ]);
  const rotated = { ...OFFICE, clientSecret: { fromEnv: 'OFFICE_SECRET', version: 2 } };
  expect(await refusal(document({ office: rotated }), {})).toEqual(UNAVAILABLE);
  expect(await refusal(document({ office: { ...OFFICE, clientSecret: { fromEnv: 'B' } } }), {})).toEqual(UNAVAILABLE);
  expect(renderPlan(await plan(document({ office: OFFICE }), { office: 'two' }))).toContain(
    '~ spec.applications.office.clientSecret: (secret) changed',
  );
});

it('stays with a renamed application, and with a renamed organization', async () => {
  await apply(document({ office: OFFICE }), { office: 'one' });
  const renamed = document({ backoffice: { ...OFFICE, previously: ['office'] } }, 'acme-corp', ['acme']);
  expect((await plan(renamed, {})).changes[0]?.fields.filter(({ secret }) => secret)).toEqual([]);
  await apply(renamed, {});
  expect((await plan(renamed, { backoffice: 'one' })).changes).toEqual([]);
  expect((await plan(renamed, { backoffice: 'two' })).changes).toHaveLength(1);
});

it.each<[string, Applications]>([
  ['with its application', {}],
  ['when the application keeps none any more', { office: PUBLIC }],
  ['when the application is another kind', { office: { type: 'forward-auth', origins: ['https://o.example.com'] } }],
])('is gone %s', async (_, then) => {
  await apply(document({ office: OFFICE }), { office: 'one' });
  await apply(document(then), {});
  expect(await refusal(document({ office: OFFICE }), {})).toEqual(UNAVAILABLE);
});

it('is no one for an application of another name', async () => {
  await apply(document({ office: OFFICE }), { office: 'one' });
  expect(await refusal(document({ other: OFFICE }), {})).toEqual([
    ['secret_unavailable', '/spec/applications/other/clientSecret'],
  ]);
});

it('is planned without its value when it is sealed, and opened for an apply', async () => {
  const sealed = document({ office: { ...OFFICE, clientSecret: { age: 'CIPHERTEXT' } } });
  const created = await plan(sealed, {});
  expect(JSON.stringify(created)).not.toContain('CIPHERTEXT');
  const reviewed = { ...request(sealed, {}), expectedFingerprint: created.fingerprint };
  const unopened = store.transaction('commit', (state) => reconcile(state, reviewed, NOW));
  await expect(unopened).rejects.toThrow('ROLECALL_AGE_IDENTITY');
  const opened = { ...request(sealed, { office: 'one' }), expectedFingerprint: created.fingerprint };
  await store.transaction('commit', (state) => reconcile(state, opened, NOW));
  expect((await plan(sealed, {})).changes).toEqual([]);
});

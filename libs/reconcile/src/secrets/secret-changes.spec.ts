import { API_VERSION, documentDigest, normalize } from '@rolecall/org-config';
import type { OidcIdentityProvider, OrganizationDocument } from '@rolecall/org-config';
import { reconcile, ReconcileError, renderPlan, sealedDigest, secretFingerprint } from '../index.ts';
import type { ReconcileRequest } from '../index.ts';
import { memoryFingerprintKey, MemoryStateStore } from '../testing/index.ts';

const NOW = new Date('2026-11-01T12:00:00Z');
const GOOGLE: OidcIdentityProvider = {
  type: 'oidc',
  issuer: 'https://op.example',
  clientId: 'rolecall',
  clientSecret: { fromEnv: 'GOOGLE_SECRET' },
};
const POINTER = '/spec/identityProviders/google/clientSecret';

type Providers = Readonly<Record<string, OidcIdentityProvider>>;
type Values = Readonly<Record<string, string>>;

const document = (identityProviders: Providers, name = 'acme', previously: string[] = []): OrganizationDocument =>
  normalize({
    apiVersion: API_VERSION,
    kind: 'Organization',
    metadata: { name, previously },
    spec: { identityProviders },
  });

/** What the server makes of a document and of the values, by IdP, that the command line has at hand. */
function request(wanted: OrganizationDocument, values: Values): ReconcileRequest {
  const { name } = wanted.metadata;
  const digest = documentDigest(wanted);
  const secrets = Object.entries(values).map(([provider, value]): [string, string] => {
    const at = {
      collection: 'default',
      organization: name,
      pointer: `/spec/identityProviders/${provider}/clientSecret`,
    };
    return [at.pointer, secretFingerprint(memoryFingerprintKey('default'), at, value)];
  });
  const prepared = Object.entries(values).map(([provider, clientSecret]) => [provider, { clientSecret }]);
  return {
    collection: 'default',
    organizations: [
      {
        document: wanted,
        digest,
        identityProviders: Object.fromEntries(prepared) as Record<string, { clientSecret: string }>,
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

it('is part of what is created, by its fingerprint', async () => {
  const created = await plan(document({ google: GOOGLE }), { google: 'PLANTED' });
  expect(created.changes[0]?.fields.find(({ path }) => path === POINTER)).toEqual({
    path: POINTER,
    action: 'create',
    origin: 'git',
    secret: true,
    after: expect.stringMatching(/^hmac-sha256:[0-9a-f]{64}$/) as string,
  });
  expect(renderPlan(created)).toContain('+ spec.identityProviders.google.clientSecret: (secret) set');
  expect(JSON.stringify(created)).not.toContain('PLANTED');
  const other = await plan(document({ google: GOOGLE }), { google: 'another' });
  expect(other.fingerprint).not.toBe(created.fingerprint);
});

it('changes nothing when it is what is stored, in a document that is the same or another', async () => {
  await apply(document({ google: GOOGLE }), { google: 'one' });
  const same = await plan(document({ google: GOOGLE }), { google: 'one' });
  expect(same).toMatchObject({ changes: [], summary: { unchanged: 1, update: 0 } });
  const named = await plan(document({ google: { ...GOOGLE, displayName: 'Google' } }), { google: 'one' });
  expect(named.changes[0]?.fields.map(({ path }) => path)).toEqual(['/spec/identityProviders/google/displayName']);
});

it('is a change of its own when only its value is another', async () => {
  await apply(document({ google: GOOGLE }), { google: 'one' });
  const rotated = await plan(document({ google: GOOGLE }), { google: 'two' });
  expect(rotated).toMatchObject({ summary: { update: 1, unchanged: 0 } });
  expect(renderPlan(rotated)).toContain('~ spec.identityProviders.google.clientSecret: (secret) changed');
  await apply(document({ google: GOOGLE }), { google: 'two' });
  expect((await plan(document({ google: GOOGLE }), { google: 'two' })).changes).toEqual([]);
});

it('must be at hand for a new provider', async () => {
  const unavailable = [['secret_unavailable', POINTER]];
  expect(await refusal(document({ google: GOOGLE }), {})).toEqual(unavailable);
  await apply(document({ entra: GOOGLE }), { entra: 'one' });
  expect(await refusal(document({ entra: GOOGLE, google: GOOGLE }), { entra: 'one' })).toEqual(unavailable);
});

it('stays as it is stored when it is not at hand and its reference is the same', async () => {
  await apply(document({ google: GOOGLE }), { google: 'one' });
  expect((await plan(document({ google: GOOGLE }), {})).changes).toEqual([]);
  const expiring = { ...GOOGLE, clientSecret: { fromEnv: 'GOOGLE_SECRET', expires: '2027-03-01' } };
  expect((await plan(document({ google: expiring }), {})).summary.update).toBe(1);
});

it.each<[string, Partial<OidcIdentityProvider>]>([
  ['another variable', { clientSecret: { fromEnv: 'OTHER' } }],
  ['a file of that name', { clientSecret: { fromFile: 'GOOGLE_SECRET' } }],
  ['another version', { clientSecret: { fromEnv: 'GOOGLE_SECRET', version: 2 } }],
  ['another issuer, which would be told the secret', { issuer: 'https://thief.example' }],
  ['another client', { clientId: 'other' }],
])('must be at hand for %s', async (_, change) => {
  await apply(document({ google: GOOGLE }), { google: 'one' });
  expect(await refusal(document({ google: { ...GOOGLE, ...change } }), {})).toEqual([['secret_unavailable', POINTER]]);
});

it('stays with a renamed provider, and with a renamed organization', async () => {
  await apply(document({ google: GOOGLE }), { google: 'one' });
  const workspace = { ...GOOGLE, previously: ['google'] };
  const renamed = document({ workspace }, 'acme-corp', ['acme']);
  for (const values of [{}, { workspace: 'one' }] as Values[]) {
    const { changes } = await plan(renamed, values);
    expect(changes[0]?.fields.filter(({ secret }) => secret)).toEqual([]);
  }
  await apply(renamed, {});
  expect((await plan(renamed, { workspace: 'one' })).changes).toEqual([]);
  expect((await plan(renamed, { workspace: 'two' })).changes).toHaveLength(1);
});

it('is gone with its provider', async () => {
  await apply(document({ google: GOOGLE }), { google: 'one' });
  await apply(document({}), {});
  expect(await refusal(document({ google: GOOGLE }), {})).toEqual([['secret_unavailable', POINTER]]);
});

describe('a sealed secret', () => {
  const sealed = (age: string): OidcIdentityProvider => ({ ...GOOGLE, clientSecret: { age } });
  /** Shows the plan without a value, as a command without a key does, and then does it. */
  const reviewed = async (wanted: OrganizationDocument, values: Values) => {
    const { fingerprint } = await plan(wanted, {});
    return store.transaction('commit', (state) =>
      reconcile(state, { ...request(wanted, values), expectedFingerprint: fingerprint }, NOW),
    );
  };

  it('is planned without its value, and shown by a digest of its ciphertext', async () => {
    const created = await plan(document({ google: sealed('CIPHERTEXT') }), {});
    const digest = sealedDigest('CIPHERTEXT');
    const after = `sealed-sha256:${digest}`;
    expect(created.changes[0]?.fields).toContainEqual({
      path: POINTER,
      action: 'create',
      origin: 'git',
      secret: true,
      after,
    });
    expect(JSON.stringify(created)).not.toContain('CIPHERTEXT');
    expect(JSON.stringify(created)).toContain(`"age":"sha256:${digest}"`);
  });

  it('is opened for an apply of another ciphertext, and for no other', async () => {
    await reviewed(document({ google: sealed('ONE') }), { google: 'one' });
    const same = await plan(document({ google: { ...sealed('ONE'), displayName: 'Google' } }), {});
    expect(same.changes[0]?.fields.map(({ path }) => path)).toEqual(['/spec/identityProviders/google/displayName']);
    await reviewed(document({ google: { ...sealed('ONE'), displayName: 'Google' } }), {});
    const other = await plan(document({ google: sealed('TWO') }), {});
    expect(other.changes[0]?.fields.filter(({ secret }) => secret)).toHaveLength(1);
    await expect(reviewed(document({ google: sealed('TWO') }), {})).rejects.toThrow('ROLECALL_AGE_IDENTITY');
    await reviewed(document({ google: sealed('TWO') }), { google: 'two' });
  });

  it('is what the reviewed ciphertext holds: another value for the same one is another plan', async () => {
    await reviewed(document({ google: sealed('ONE') }), { google: 'one' });
    await expect(reviewed(document({ google: sealed('ONE') }), { google: 'forged' })).rejects.toThrow(
      'review a new plan',
    );
  });

  it.each<[string, Partial<OidcIdentityProvider>]>([
    ['issuer', { issuer: 'https://thief.example' }],
    ['client', { clientId: 'other' }],
  ])('is told to no other %s than it was given for', async (_, change) => {
    await reviewed(document({ google: sealed('ONE') }), { google: 'one' });
    const moved = document({ google: { ...sealed('ONE'), ...change } });
    for (const values of [{}, { google: 'one' }] as Values[]) {
      expect(await refusal(moved, values)).toEqual([['secret_unavailable', POINTER]]);
    }
    const again = document({ google: { ...sealed('TWO'), ...change } });
    expect((await reviewed(again, { google: 'two' })).summary.update).toBe(1);
  });

  it('stays with a renamed provider and organization, though it was sealed for the former names', async () => {
    await reviewed(document({ google: sealed('ONE') }), { google: 'one' });
    const renamed = document({ workspace: { ...sealed('ONE'), previously: ['google'] } }, 'acme-corp', ['acme']);
    const { changes } = await reviewed(renamed, {});
    expect(changes[0]?.fields.filter(({ secret }) => secret)).toEqual([]);
  });

  it('takes the place of a reference, and gives it back', async () => {
    await apply(document({ google: GOOGLE }), { google: 'one' });
    await reviewed(document({ google: sealed('ONE') }), { google: 'one' });
    expect(await refusal(document({ google: GOOGLE }), {})).toEqual([['secret_unavailable', POINTER]]);
  });
});

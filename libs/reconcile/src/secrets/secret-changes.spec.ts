import { API_VERSION, normalize } from '@rolecall/org-config';
import type { OidcIdentityProvider, OrganizationDocument } from '@rolecall/org-config';
import { renderPlan, sealedDigest } from '../index.ts';
import { SecretWorld } from '../testing/secret-world.ts';
import type { Values } from '../testing/secret-world.ts';

const GOOGLE: OidcIdentityProvider = {
  type: 'oidc',
  issuer: 'https://op.example',
  clientId: 'rolecall',
  clientSecret: { fromEnv: 'GOOGLE_SECRET' },
};
const POINTER = '/spec/identityProviders/google/clientSecret';

type Providers = Readonly<Record<string, OidcIdentityProvider>>;

const document = (identityProviders: Providers, name = 'acme', previously: string[] = []): OrganizationDocument =>
  normalize({
    apiVersion: API_VERSION,
    kind: 'Organization',
    metadata: { name, previously },
    spec: { identityProviders },
  });

let world: SecretWorld;
beforeEach(() => {
  world = new SecretWorld('identityProviders');
});

it('is part of what is created, by its fingerprint', async () => {
  const created = await world.plan(document({ google: GOOGLE }), { google: 'PLANTED' });
  expect(created.changes[0]?.fields.find(({ path }) => path === POINTER)).toEqual({
    path: POINTER,
    action: 'create',
    origin: 'git',
    secret: true,
    after: expect.stringMatching(/^hmac-sha256:[0-9a-f]{64}$/) as string,
  });
  expect(renderPlan(created)).toContain('+ spec.identityProviders.google.clientSecret: (secret) set');
  expect(JSON.stringify(created)).not.toContain('PLANTED');
  const other = await world.plan(document({ google: GOOGLE }), { google: 'another' });
  expect(other.fingerprint).not.toBe(created.fingerprint);
});

it('changes nothing when it is what is stored, in a document that is the same or another', async () => {
  await world.apply(document({ google: GOOGLE }), { google: 'one' });
  const same = await world.plan(document({ google: GOOGLE }), { google: 'one' });
  expect(same).toMatchObject({ changes: [], summary: { unchanged: 1, update: 0 } });
  const named = await world.plan(document({ google: { ...GOOGLE, displayName: 'Google' } }), { google: 'one' });
  expect(named.changes[0]?.fields.map(({ path }) => path)).toEqual(['/spec/identityProviders/google/displayName']);
});

it('is a change of its own when only its value is another', async () => {
  await world.apply(document({ google: GOOGLE }), { google: 'one' });
  const rotated = await world.plan(document({ google: GOOGLE }), { google: 'two' });
  expect(rotated).toMatchObject({ summary: { update: 1, unchanged: 0 } });
  expect(renderPlan(rotated)).toContain('~ spec.identityProviders.google.clientSecret: (secret) changed');
  await world.apply(document({ google: GOOGLE }), { google: 'two' });
  expect((await world.plan(document({ google: GOOGLE }), { google: 'two' })).changes).toEqual([]);
});

it('must be at hand for a new provider', async () => {
  const unavailable = [['secret_unavailable', POINTER]];
  expect(await world.refusal(document({ google: GOOGLE }), {})).toEqual(unavailable);
  await world.apply(document({ entra: GOOGLE }), { entra: 'one' });
  expect(await world.refusal(document({ entra: GOOGLE, google: GOOGLE }), { entra: 'one' })).toEqual(unavailable);
});

it('stays as it is stored when it is not at hand and its reference is the same', async () => {
  await world.apply(document({ google: GOOGLE }), { google: 'one' });
  expect((await world.plan(document({ google: GOOGLE }), {})).changes).toEqual([]);
  const expiring = { ...GOOGLE, clientSecret: { fromEnv: 'GOOGLE_SECRET', expires: '2027-03-01' } };
  expect((await world.plan(document({ google: expiring }), {})).summary.update).toBe(1);
});

it.each<[string, Partial<OidcIdentityProvider>]>([
  ['another variable', { clientSecret: { fromEnv: 'OTHER' } }],
  ['a file of that name', { clientSecret: { fromFile: 'GOOGLE_SECRET' } }],
  ['another version', { clientSecret: { fromEnv: 'GOOGLE_SECRET', version: 2 } }],
  ['another issuer, which would be told the secret', { issuer: 'https://thief.example' }],
  ['another client', { clientId: 'other' }],
])('must be at hand for %s', async (_, change) => {
  await world.apply(document({ google: GOOGLE }), { google: 'one' });
  expect(await world.refusal(document({ google: { ...GOOGLE, ...change } }), {})).toEqual([
    ['secret_unavailable', POINTER],
  ]);
});

it('stays with a renamed provider, and with a renamed organization', async () => {
  await world.apply(document({ google: GOOGLE }), { google: 'one' });
  const workspace = { ...GOOGLE, previously: ['google'] };
  const renamed = document({ workspace }, 'acme-corp', ['acme']);
  for (const values of [{}, { workspace: 'one' }] as Values[]) {
    const { changes } = await world.plan(renamed, values);
    expect(changes[0]?.fields.filter(({ secret }) => secret)).toEqual([]);
  }
  await world.apply(renamed, {});
  expect((await world.plan(renamed, { workspace: 'one' })).changes).toEqual([]);
  expect((await world.plan(renamed, { workspace: 'two' })).changes).toHaveLength(1);
});

it('is gone with its provider', async () => {
  await world.apply(document({ google: GOOGLE }), { google: 'one' });
  await world.apply(document({}), {});
  expect(await world.refusal(document({ google: GOOGLE }), {})).toEqual([['secret_unavailable', POINTER]]);
});

describe('a sealed secret', () => {
  const sealed = (age: string): OidcIdentityProvider => ({ ...GOOGLE, clientSecret: { age } });

  it('is planned without its value, and shown by a digest of its ciphertext', async () => {
    const created = await world.plan(document({ google: sealed('CIPHERTEXT') }), {});
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
    await world.reviewed(document({ google: sealed('ONE') }), { google: 'one' });
    const same = await world.plan(document({ google: { ...sealed('ONE'), displayName: 'Google' } }), {});
    expect(same.changes[0]?.fields.map(({ path }) => path)).toEqual(['/spec/identityProviders/google/displayName']);
    await world.reviewed(document({ google: { ...sealed('ONE'), displayName: 'Google' } }), {});
    const other = await world.plan(document({ google: sealed('TWO') }), {});
    expect(other.changes[0]?.fields.filter(({ secret }) => secret)).toHaveLength(1);
    await expect(world.reviewed(document({ google: sealed('TWO') }), {})).rejects.toThrow('ROLECALL_AGE_IDENTITY');
    await world.reviewed(document({ google: sealed('TWO') }), { google: 'two' });
  });

  it('is what the reviewed ciphertext holds: another value for the same one is another plan', async () => {
    await world.reviewed(document({ google: sealed('ONE') }), { google: 'one' });
    await expect(world.reviewed(document({ google: sealed('ONE') }), { google: 'forged' })).rejects.toThrow(
      'review a new plan',
    );
  });

  it.each<[string, Partial<OidcIdentityProvider>]>([
    ['issuer', { issuer: 'https://thief.example' }],
    ['client', { clientId: 'other' }],
  ])('is told to no other %s than it was given for', async (_, change) => {
    await world.reviewed(document({ google: sealed('ONE') }), { google: 'one' });
    const moved = document({ google: { ...sealed('ONE'), ...change } });
    for (const values of [{}, { google: 'one' }] as Values[]) {
      expect(await world.refusal(moved, values)).toEqual([['secret_unavailable', POINTER]]);
    }
    const again = document({ google: { ...sealed('TWO'), ...change } });
    expect((await world.reviewed(again, { google: 'two' })).summary.update).toBe(1);
  });

  it('stays with a renamed provider and organization, though it was sealed for the former names', async () => {
    await world.reviewed(document({ google: sealed('ONE') }), { google: 'one' });
    const renamed = document({ workspace: { ...sealed('ONE'), previously: ['google'] } }, 'acme-corp', ['acme']);
    const { changes } = await world.reviewed(renamed, {});
    expect(changes[0]?.fields.filter(({ secret }) => secret)).toEqual([]);
  });

  it('takes the place of a reference, and gives it back', async () => {
    await world.apply(document({ google: GOOGLE }), { google: 'one' });
    await world.reviewed(document({ google: sealed('ONE') }), { google: 'one' });
    expect(await world.refusal(document({ google: GOOGLE }), {})).toEqual([['secret_unavailable', POINTER]]);
  });
});

import type { OrganizationPatch } from '../api/requests.ts';
import { REPAIR_POINTERS } from '../access/principal.ts';
import { requireRepair } from './repair.ts';

const NOW = new Date('2026-11-22T10:00:00Z');
const hours = (count: number) => new Date(NOW.getTime() + count * 3_600_000).toISOString();
const patch = (spec: object, expires = hours(24)) =>
  ({ patch: { spec }, baseRevision: 1, override: { reason: 'recovery access', expires } }) as OrganizationPatch;
const held = { pointers: REPAIR_POINTERS };

describe('recovery access', () => {
  it.each<[string, OrganizationPatch]>([
    [
      'metadata of an identity provider',
      patch({ identityProviders: { okta: { metadata: { xml: '<x/>' } } } }, hours(160)),
    ],
    ['an identity provider on or off', patch({ identityProviders: { okta: { enabled: false } } }, hours(160))],
    [
      'both at once',
      patch({ identityProviders: { okta: { enabled: true, metadata: { url: 'https://x' } } } }, hours(160)),
    ],
    ['no single sign-on for a day', patch({ login: { enforceSso: false } })],
  ])('repairs: %s', (_what, request) => expect(() => requireRepair(request, held, NOW)).not.toThrow());

  it.each<[string, OrganizationPatch]>([
    ['without an end', { patch: { spec: { login: { enforceSso: false } } }, baseRevision: 1 } as OrganizationPatch],
    ['no single sign-on for longer', patch({ login: { enforceSso: false } }, hours(24.01))],
    ['single sign-on enforced', patch({ login: { enforceSso: true } })],
    ['the field taken away', patch({ login: { enforceSso: null } })],
    ['a new recovery admin', patch({ login: { recoveryAdmins: ['eve@acme.example'] } })],
    ['an exemption', patch({ login: { exemptions: { 'eve@acme.example': { reason: 'x', expires: '2027-01-01' } } } })],
    ['all of login', patch({ login: null })],
    ['an identity provider taken away', patch({ identityProviders: { okta: null } })],
    ['all identity providers', patch({ identityProviders: null })],
    ['what it says of addresses', patch({ identityProviders: { okta: { trustsEmail: true } } })],
    ['a name with a slash', patch({ identityProviders: { 'okta/metadata': { x: 1 } } })],
    [
      'a rule beside it',
      patch({ identityProviders: { okta: { enabled: true } }, authorization: { managedBy: 'app' } }),
    ],
    [
      'a secret beside it',
      {
        ...patch({ identityProviders: { okta: { enabled: true } } }),
        secrets: { 'spec.identityProviders.okta.oidc.clientSecret': { value: 'mine' } },
      },
    ],
    [
      'an application, which would outlive the repair',
      patch({ applications: { mine: { type: 'oidc', redirectUris: ['https://mine.example/callback'] } } }),
    ],
    [
      'where an application sends its users',
      patch({ applications: { dashboard: { redirectUris: ['https://mine'] } } }),
    ],
    ['an application switched on', patch({ applications: { dashboard: { enabled: true } } })],
    ['the whole document', { ...patch({}), patch: null } as unknown as OrganizationPatch],
    ['a list', { ...patch({}), patch: [] } as unknown as OrganizationPatch],
    ['the name', { ...patch({}), patch: { metadata: { name: 'x' } } } as OrganizationPatch],
  ])('refuses: %s (security.md 37)', (_what, request) => {
    expect(() => requireRepair(request, held, NOW)).toThrow(expect.objectContaining({ code: 'recovery_only' }));
  });

  it('is nothing to other callers', () => {
    expect(() => requireRepair(patch({ roles: {} }), { pointers: undefined }, NOW)).not.toThrow();
  });
});

import type { Application } from '@rolecall/org-config';
import fc from 'fast-check';

const address = fc.constantFrom('https://a.example', 'https://b.example', 'https://c.example');
const addresses = fc.uniqueArray(address, { minLength: 1 });

const oidc = fc.record(
  {
    type: fc.constant('oidc' as const),
    redirectUris: addresses,
    postLogoutRedirectUris: fc.uniqueArray(address),
    displayName: fc.constantFrom('Dashboard', 'Office'),
    enabled: fc.boolean(),
    refreshTokens: fc.boolean(),
    idTokenAlgorithm: fc.constantFrom('RS256' as const, 'ES256' as const),
  },
  { requiredKeys: ['type', 'redirectUris'] },
);

const forwardAuth = fc.record(
  {
    type: fc.constant('forward-auth' as const),
    origins: addresses,
    displayName: fc.constantFrom('Grafana', 'Wiki'),
    enabled: fc.boolean(),
  },
  { requiredKeys: ['type', 'origins'] },
);

/** Entries of `spec.applications` that need no secret, for properties over documents. */
export const anyApplications: fc.Arbitrary<Readonly<Record<string, Application>>> = fc
  .dictionary(fc.constantFrom('dashboard', 'office', 'grafana'), fc.oneof(oidc, forwardAuth))
  .map((entries) => Object.fromEntries(Object.entries(entries).map(eachItsOrigins)));

/** No two applications of an organization have one origin. */
function eachItsOrigins([name, application]: [string, Application]): readonly [string, Application] {
  if (application.type === 'oidc') return [name, application];
  return [name, { ...application, origins: application.origins.map((origin) => origin.replace('://', `://${name}.`)) }];
}

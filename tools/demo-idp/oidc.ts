import { Provider } from 'oidc-provider';
import { type DemoKeys, privateJwk } from './keys.ts';
import { DEMO_CLIENT } from './oidc-client.ts';
import type { DemoPerson, People } from './people.ts';

const HOUR = 3600;

/** Claims of the profile by the name of the demo person's attribute; others keep their name. */
const CLAIMS: Readonly<Record<string, string>> = {
  firstName: 'given_name',
  lastName: 'family_name',
  displayName: 'name',
};

function claimsOf(person: DemoPerson): Record<string, unknown> {
  const own = Object.entries(person.attributes).map(([name, values]) => [
    CLAIMS[name] ?? name,
    values.length === 1 && name !== 'groups' ? values[0] : values,
  ]);
  return { ...Object.fromEntries(own), sub: person.email, email_verified: true };
}

/** The OpenID side, an oidc-provider to be mounted at `/oidc`; everything but the keys is in memory. */
export function openIdProvider(options: { url: string; gateway: string; keys: DemoKeys; people: People }): Provider {
  const { url, gateway, keys, people } = options;
  return new Provider(`${url}/oidc`, {
    clients: [
      { client_id: DEMO_CLIENT.id, client_secret: DEMO_CLIENT.secret, redirect_uris: [`${gateway}/oidc/callback`] },
    ],
    jwks: { keys: [{ ...privateJwk(keys.signing), use: 'sig', alg: 'RS256', kid: 'demo' }] },
    cookies: { keys: [keys.cookieSecret] },
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_context, interaction) => `${url}/oidc-login/${interaction.uid}` },
    claims: {
      openid: ['sub', 'role_mapping', 'department', 'groups'],
      email: ['email', 'email_verified'],
      profile: ['name', 'given_name', 'family_name'],
    },
    conformIdTokenClaims: false,
    ttl: { AccessToken: HOUR, AuthorizationCode: 60, Grant: HOUR, IdToken: HOUR, Interaction: HOUR, Session: HOUR },
    findAccount: (_context, email) => {
      const person = people.find(email);
      return person && { accountId: email, claims: () => ({ ...claimsOf(person), sub: email }) };
    },
    loadExistingGrant: grantEverything,
  });
}

/** A company's own identity provider asks nobody for consent. */
async function grantEverything(context: Parameters<NonNullable<GrantLoader>>[0]) {
  const { client, session, provider } = context.oidc;
  const grant = new provider.Grant({ clientId: client?.clientId ?? '', accountId: session?.accountId ?? '' });
  grant.addOIDCScope('openid email profile');
  await grant.save();
  return grant;
}

type GrantLoader = NonNullable<ConstructorParameters<typeof Provider>[1]>['loadExistingGrant'];

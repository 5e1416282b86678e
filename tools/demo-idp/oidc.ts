import { Provider } from 'oidc-provider';
import { type DemoKeys, privateJwk } from './keys.ts';
import { logoutPage } from './pages.ts';
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
  const provider = new Provider(`${url}/oidc`, {
    clients: [
      {
        client_id: DEMO_CLIENT.id,
        client_secret: DEMO_CLIENT.secret,
        redirect_uris: [`${gateway}/oidc/callback`],
        post_logout_redirect_uris: [`${gateway}/logged-out`],
        backchannel_logout_uri: `${gateway}/oidc/globex/demo-oidc/backchannel-logout`,
        backchannel_logout_session_required: true,
      },
    ],
    jwks: { keys: [{ ...privateJwk(keys.signing), use: 'sig', alg: 'RS256', kid: 'demo' }] },
    cookies: { keys: [keys.cookieSecret] },
    features: {
      devInteractions: { enabled: false },
      backchannelLogout: { enabled: true },
      rpInitiatedLogout: {
        enabled: true,
        logoutSource: (context, form) => {
          context.body = logoutPage(form);
        },
      },
    },
    interactions: { url: (_context, interaction) => `${url}/oidc-login/${interaction.uid}` },
    claims: {
      openid: ['sub', 'role_mapping', 'department', 'groups'],
      email: ['email', 'email_verified'],
      profile: ['name', 'given_name', 'family_name'],
    },
    // its own dispatcher refuses addresses of this machine, where the gateway is
    fetch: (address, request) => globalThis.fetch(address, Object.assign({}, request, { dispatcher: undefined })),
    conformIdTokenClaims: false,
    ttl: { AccessToken: HOUR, AuthorizationCode: 60, Grant: HOUR, IdToken: HOUR, Interaction: HOUR, Session: HOUR },
    findAccount: (_context, email) => {
      const person = people.find(email);
      return person && { accountId: email, claims: () => ({ ...claimsOf(person), sub: email }) };
    },
    loadExistingGrant: grantEverything,
  });
  provider.on('backchannel.error', (_context, error) =>
    console.error('The service did not take the sign-out:', error.message),
  );
  return provider;
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

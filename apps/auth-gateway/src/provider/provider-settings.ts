import type { ProviderKey } from '@rolecall/persistence';
import type { Configuration, interactionPolicy, KoaContextWithOIDC } from 'oidc-provider';
import { REAUTHENTICATE } from '../http/return-to.ts';
import { isOriginOf } from './application-clients.ts';
import { CLAIMS_OF_SCOPES, claimsOf } from './claims.ts';
import { adapterOf } from './provider-adapter.ts';
import type { ProviderParts } from './provider-parts.ts';
import { ProviderRequest } from './provider-request.ts';
import { FUTILE, isFresh, SIGN_IN_ASKED, sessionOf, signInPolicy, signInUrl, TRIES, triesOf } from './sign-in-first.ts';

const CODE_SECONDS = 60;
const ACCESS_SECONDS = 10 * 60;
const ID_TOKEN_SECONDS = 10 * 60;

export interface SettingsOptions {
  readonly parts: ProviderParts;
  readonly keys: readonly ProviderKey[];
  /** The issuer's URL. */
  readonly issuer: string;
  /** Name of the gateway's session cookie. */
  readonly sessionCookie: string;
  readonly policies: typeof interactionPolicy;
  readonly loginRequired: (why: string) => Error;
  /** An error with a page of its own. */
  readonly cookiesNotKept: () => Error;
  readonly renderError: NonNullable<Configuration['renderError']>;
}

/** What oidc-provider does of all it can: one flow (code with PKCE), opaque tokens, and nothing that outlives a session of the gateway. */
export function providerSettings(options: SettingsOptions): Configuration {
  const { parts, issuer, policies, sessionCookie, renderError } = options;
  const now = () => parts.clock();
  return {
    adapter: (model: string) => adapterOf(model, parts),
    jwks: { keys: options.keys.map(privateJwk) },
    cookies: { names: { session: sessionCookie } },
    responseTypes: ['code'],
    pkce: { required: () => true },
    scopes: ['openid', 'offline_access'],
    claims: CLAIMS_OF_SCOPES,
    conformIdTokenClaims: false,
    subjectTypes: ['public'],
    clientAuthMethods: ['none', 'client_secret_basic', 'client_secret_post'],
    allowOmittingSingleRegisteredRedirectUri: false,
    clockTolerance: 0,
    extraParams: [SIGN_IN_ASKED, REAUTHENTICATE, TRIES],
    enabledJWA: { idTokenSigningAlgValues: ['RS256', 'ES256'] },
    features: {
      devInteractions: { enabled: false },
      dPoP: { enabled: false },
      pushedAuthorizationRequests: { enabled: false },
      resourceIndicators: { enabled: false },
      // its pages are ours (`end-session.controller.ts`): what stays is the entry in the discovery document
      rpInitiatedLogout: { enabled: true },
      introspection: { enabled: true, allowedPolicy: (_context, client, token) => isOwn(client, token) },
      revocation: { enabled: true, allowedPolicy: (_context, client, token) => isOwn(client, token) },
    },
    interactions: {
      policy: signInPolicy(policies, now),
      url: (context, { prompt: { reasons } }) => whereToSignIn(context, reasons, options),
    },
    clientBasedCORS: (_context, origin, client) => isOriginOf({ redirectUris: client.redirectUris ?? [] }, origin),
    findAccount: (context, sub) => accountOf(context, sub, parts),
    loadExistingGrant: grantAll,
    issueRefreshToken: (_context, client) => Promise.resolve(client.grantTypeAllowed('refresh_token')),
    rotateRefreshToken: true,
    revokeGrantPolicy: () => true,
    expiresWithSession: () => false,
    renderError,
    ttl: {
      AccessToken: ACCESS_SECONDS,
      AuthorizationCode: CODE_SECONDS,
      Grant: sessionSeconds,
      IdToken: ID_TOKEN_SECONDS,
      Interaction: CODE_SECONDS,
      RefreshToken: sessionSeconds,
      Session: sessionSeconds,
    },
    discovery: { claims_parameter_supported: false, issuer },
  };

  /** What is left of the session: PostgreSQL cuts off what is longer. */
  function sessionSeconds(context: KoaContextWithOIDC): number {
    const request = ProviderRequest.of(context);
    const view = request.browser?.view ?? [...request.tokens.values()][0]?.token.session;
    const left = view ? Math.floor((view.expiresAt.getTime() - now().getTime()) / 1000) : 0;
    return Math.max(1, left);
  }
}

function isOwn(client: { readonly clientId: string }, token: { readonly clientId?: string | undefined }): boolean {
  return client.clientId === token.clientId;
}

function privateJwk({ algorithm, kid, privateKey }: ProviderKey) {
  return { ...privateKey.export({ format: 'jwk' }), kid, alg: algorithm, use: 'sig' };
}

/** The user of the request's session, if that is of the client's organization. */
async function accountOf(context: KoaContextWithOIDC, sub: string, { clients }: ProviderParts) {
  const found = await clients.find(context.oidc.client?.clientId ?? '');
  const request = ProviderRequest.of(context);
  const view = request.viewOf(sub);
  const organizationId = request.browser?.organizationId ?? [...request.tokens.values()][0]?.organizationId;
  if (!found || !view || organizationId !== found.organization.id) return undefined;
  return { accountId: sub, claims: () => claimsOf(view, found.organization) };
}

/** A new grant for each sign-in: a code or token that comes twice ends what came of it, and nothing else. */
async function grantAll(context: KoaContextWithOIDC) {
  const { client, session, provider, params } = context.oidc;
  const grant = new provider.Grant({ clientId: client?.clientId ?? '', accountId: session?.accountId ?? '' });
  const known = new Set(Object.keys(CLAIMS_OF_SCOPES));
  const asked = typeof params?.['scope'] === 'string' ? params['scope'].split(' ') : [];
  grant.addOIDCScope(asked.filter((scope) => known.has(scope)).join(' '));
  await grant.save();
  return grant;
}

async function whereToSignIn(
  context: KoaContextWithOIDC,
  reasons: readonly string[],
  options: SettingsOptions,
): Promise<string> {
  const { parts, issuer, loginRequired } = options;
  const found = await parts.clients.find(context.oidc.client?.clientId ?? '');
  if (!found) throw loginRequired('the application is gone');
  // somebody has just signed in for it, and it is not who was asked for: once more would end the same
  if (isFresh(context, parts.clock()) && context.oidc.account) throw loginRequired('another user is signed in');
  const tries = triesOf(context, parts.clock());
  if (tries >= FUTILE) throw options.cookiesNotKept();
  const why = { reasons, tries, session: sessionOf(context), now: parts.clock() };
  const url = signInUrl(found.organization, `${issuer}/auth`, { ...context.oidc.params }, why);
  if (url === undefined) throw loginRequired('the request is too long to sign in on its way');
  return url;
}

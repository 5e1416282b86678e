import type { AllClientMetadata, Provider } from 'oidc-provider';
import type { ApplicationClients } from './application-clients.ts';

/** What an application asks for when it sends a browser to sign out (OpenID Connect RP-Initiated Logout 1.0 §2). All of it UNVERIFIED. */
export interface EndSessionRequest {
  readonly idTokenHint: string | undefined;
  readonly clientId: string | undefined;
  readonly postLogoutRedirectUri: string | undefined;
  readonly state: string | undefined;
}

/** Verified: an address that the application has declared. */
export interface EndSession {
  /** Where the browser goes afterwards, with the state; undefined = to our own page. */
  readonly to: string | undefined;
  /** By which the application is known; undefined = nobody asked. */
  readonly clientId: string | undefined;
}

/** A parameter that comes twice, or is none, is taken for absent: then nobody is sent anywhere. */
export function readEndSession(parameters: Readonly<Record<string, unknown>>): EndSessionRequest {
  const text = (name: string) => {
    const value = parameters[name];
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
  return {
    idTokenHint: text('id_token_hint'),
    clientId: text('client_id'),
    postLogoutRedirectUri: text('post_logout_redirect_uri'),
    state: text('state'),
  };
}

/**
 * Checks a sign-out: the hint is an ID token of ours, perhaps one that is over; the application is known by it or by its client id, and has
 * declared the address. Undefined = refused.
 */
export async function checkEndSession(
  { idTokenHint, clientId, postLogoutRedirectUri, state }: EndSessionRequest,
  clients: Pick<ApplicationClients, 'metadata'>,
  provider: Provider,
): Promise<EndSession | undefined> {
  const audience = idTokenHint === undefined ? undefined : unverifiedAudience(idTokenHint);
  const id = clientId ?? audience;
  if (idTokenHint !== undefined && (audience === undefined || audience !== id)) return undefined;
  if (id === undefined) return postLogoutRedirectUri === undefined ? { to: undefined, clientId: id } : undefined;
  const metadata = await clients.metadata(id);
  if (!metadata) return undefined;
  if (idTokenHint !== undefined && !(await isOurs(idTokenHint, id, provider))) return undefined;
  if (postLogoutRedirectUri === undefined) return { to: undefined, clientId: id };
  if (!isDeclared(postLogoutRedirectUri, metadata)) return undefined;
  return { to: withState(postLogoutRedirectUri, state), clientId: id };
}

function isDeclared(uri: string, { post_logout_redirect_uris: declared = [] }: AllClientMetadata): boolean {
  return declared.includes(uri);
}

async function isOurs(idToken: string, clientId: string, provider: Provider): Promise<boolean> {
  const client = await provider.Client.find(clientId);
  if (!client) return false;
  return provider.IdToken.validate(idToken, client).then(
    () => true,
    () => false,
  );
}

function unverifiedAudience(jwt: string): string | undefined {
  try {
    const payload: unknown = JSON.parse(Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString());
    const { aud } = Object(payload) as { readonly aud?: unknown };
    return typeof aud === 'string' ? aud : undefined;
  } catch {
    return undefined;
  }
}

function withState(uri: string, state: string | undefined): string {
  if (state === undefined) return uri;
  const url = new URL(uri);
  url.searchParams.set('state', state);
  return url.href;
}

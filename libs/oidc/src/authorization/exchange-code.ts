import { clientAssertion } from '../client/client-assertion.ts';
import { clientAuthenticationFor, hasSecret } from '../client/client-credentials.ts';
import type { OidcConnection } from '../connection.ts';
import { type ProviderMetadata, reached } from '../discovery/discover.ts';
import { refuse, shown } from '../errors.ts';
import { parseJsonObject } from '../json.ts';
import type { OidcTransport } from '../transport.ts';

/** RFC 7521 §4.2, RFC 7523 §2.2. */
const JWT_BEARER = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

/** What the token endpoint gave: UNVERIFIED, except that it came from that endpoint. */
export interface TokenResponse {
  readonly unverifiedIdToken: string;
  readonly accessToken: string;
}

/**
 * Exchanges a code, once (RFC 6749 §4.1.3 with the verifier of RFC 7636 §4.5).
 * @throws OidcError `token_…`, `id_token_missing`, `discovery_client_authentication`, `client_assertion_algorithm`
 */
export async function exchangeCode(
  connection: OidcConnection,
  metadata: ProviderMetadata,
  grant: { readonly code: string; readonly codeVerifier: string },
  { transport, now }: { readonly transport: OidcTransport; readonly now: Date },
): Promise<TokenResponse> {
  const form = new URLSearchParams({
    grant_type: 'authorization_code',
    code: grant.code,
    redirect_uri: connection.redirectUri,
    code_verifier: grant.codeVerifier,
  });
  const headers = await authenticate(connection, metadata, form, now);
  const { status, body } = await reached(
    () => transport.postForm(metadata.tokenEndpoint, form, headers),
    'token_endpoint_unreachable',
  );
  const answer = parseJsonObject(body);
  if (status === 400 || status === 401) refuse('token_request_refused', { got: shown(answer?.['error']) });
  if (status !== 200) refuse('token_endpoint_unreachable', { got: `status ${status}`, want: 'status 200' });
  if (!answer) return refuse('token_response_invalid', { want: 'a JSON object' });
  return tokensOf(answer);
}

function tokensOf(answer: Readonly<Record<string, unknown>>): TokenResponse {
  const { id_token: idToken, access_token: accessToken, token_type: type } = answer;
  if (typeof accessToken !== 'string') return refuse('token_response_invalid', { want: 'access_token as text' });
  if (typeof type !== 'string' || type.toLowerCase() !== 'bearer') refuse('token_type_refused', { got: shown(type) });
  if (idToken === undefined) return refuse('id_token_missing');
  if (typeof idToken !== 'string') return refuse('id_token_malformed', { got: `a ${typeof idToken}`, want: 'text' });
  return { unverifiedIdToken: idToken, accessToken };
}

/** RFC 6749 §2.3.1: Basic with form-encoded id and secret, or both in the body, or an assertion; never two ways. */
async function authenticate(
  { clientId, credentials }: OidcConnection,
  metadata: ProviderMetadata,
  form: URLSearchParams,
  now: Date,
): Promise<Readonly<Record<string, string>>> {
  const method = clientAuthenticationFor(credentials, metadata);
  if (!hasSecret(credentials)) {
    form.set('client_id', clientId);
    form.set('client_assertion_type', JWT_BEARER);
    form.set('client_assertion', await clientAssertion(credentials, { clientId, now }, metadata));
    return {};
  }
  if (method === 'client_secret_post') {
    form.set('client_id', clientId);
    form.set('client_secret', credentials.secret);
    return {};
  }
  const pair = `${formEncoded(clientId)}:${formEncoded(credentials.secret)}`;
  return { authorization: `Basic ${Buffer.from(pair).toString('base64')}` };
}

function formEncoded(text: string): string {
  return new URLSearchParams({ '': text }).toString().slice(1);
}

import type { ProviderReference } from '../connection.ts';
import { refuse, shown } from '../errors.ts';
import type { OidcErrorCode } from '../error-codes.ts';
import { type JsonObject, parseJsonObject } from '../json.ts';
import type { OidcAnswer, OidcTransport } from '../transport.ts';

/** What a provider says of itself, checked (OpenID Connect Discovery 1.0 §3). */
export interface ProviderMetadata {
  /** Exactly the configured issuer, or the configured template of it. */
  readonly issuer: string;
  readonly authorizationEndpoint: string;
  readonly tokenEndpoint: string;
  readonly jwksUri: string;
  readonly userinfoEndpoint: string | undefined;
  /** undefined = the provider has none that a browser may be sent to; a login does not depend on it. */
  readonly endSessionEndpoint: string | undefined;
  /** Methods of client authentication as the provider names them; without a list Basic (§3). */
  readonly clientAuthentications: readonly string[];
  /** Algorithms of client assertions; undefined = the provider lists none. */
  readonly assertionAlgorithms: readonly string[] | undefined;
  /** undefined = the provider lists none. */
  readonly responseModes: readonly string[] | undefined;
  /** The provider announces the callback parameter `iss`; then its absence is refused (RFC 9207 §2.4). */
  readonly namesItselfInCallback: boolean;
}

export interface DiscoveryOptions {
  readonly transport: OidcTransport;
  /** Endpoints on plain http are allowed (a developer's machine); the transport has its own rule. */
  readonly allowHttp: boolean;
}

/**
 * Reads the configuration document of a provider. Endpoints may be on other hosts than the issuer (Google's are): the
 * document is as trusted as the issuer's TLS.
 * @throws OidcError `discovery_…`
 */
export async function discover(
  provider: ProviderReference,
  { transport, allowHttp }: DiscoveryOptions,
): Promise<ProviderMetadata> {
  const { issuer } = provider;
  const document = await readConfiguration(provider, transport);
  const endpoint = (name: string) => endpointOf(document, name, allowHttp);
  return {
    issuer,
    authorizationEndpoint: endpoint('authorization_endpoint'),
    tokenEndpoint: endpoint('token_endpoint'),
    jwksUri: endpoint('jwks_uri'),
    userinfoEndpoint: document['userinfo_endpoint'] === undefined ? undefined : endpoint('userinfo_endpoint'),
    endSessionEndpoint: optionalEndpoint(document['end_session_endpoint'], allowHttp),
    clientAuthentications: namesIn(document, 'token_endpoint_auth_methods_supported') ?? ['client_secret_basic'],
    assertionAlgorithms: namesIn(document, 'token_endpoint_auth_signing_alg_values_supported'),
    responseModes: namesIn(document, 'response_modes_supported'),
    namesItselfInCallback: document['authorization_response_iss_parameter_supported'] === true,
  };
}

/** Where the keys of an issuer are. */
export type KeySource = Pick<ProviderMetadata, 'issuer' | 'jwksUri'>;

/**
 * Reads of the configuration document where the keys are: issuers of tokens for jobs have no other endpoint.
 * @throws OidcError `discovery_…`
 */
export async function discoverKeys(issuer: string, { transport, allowHttp }: DiscoveryOptions): Promise<KeySource> {
  const document = await readConfiguration({ issuer }, transport);
  return { issuer, jwksUri: endpointOf(document, 'jwks_uri', allowHttp) };
}

async function readConfiguration(
  { issuer, configurationUrl }: ProviderReference,
  transport: OidcTransport,
): Promise<JsonObject> {
  const url = configurationUrl ?? `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
  const document = await readJson(() => transport.get(url), 'discovery_unreachable', 'discovery_invalid');
  if (document['issuer'] === issuer) return document;
  return refuse('discovery_issuer_mismatch', { got: shown(document['issuer']), want: issuer });
}

/** Fetches one JSON object. A rejection without a `code` is a fault of ours and goes on as it is. */
export async function readJson(
  fetching: () => Promise<OidcAnswer>,
  unreachable: OidcErrorCode,
  invalid: OidcErrorCode,
): Promise<JsonObject> {
  const { status, body } = await reached(fetching, unreachable);
  if (status !== 200) refuse(unreachable, { got: `status ${status}`, want: 'status 200' });
  return parseJsonObject(body) ?? refuse(invalid, { want: 'a JSON object' });
}

export async function reached(fetching: () => Promise<OidcAnswer>, unreachable: OidcErrorCode): Promise<OidcAnswer> {
  try {
    return await fetching();
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') throw error;
    return refuse(unreachable, { got: `${error.code}: ${error.message}` });
  }
}

function endpointOf(document: JsonObject, name: string, allowHttp: boolean): string {
  const value = document[name];
  if (!isUrl(value)) return refuse('discovery_invalid', { got: `${name}: ${shown(value)}`, want: 'a URL' });
  if (!isSafe(value, allowHttp)) refuse('discovery_endpoint_refused', { got: `${name}: ${value}` });
  return value;
}

function optionalEndpoint(value: unknown, allowHttp: boolean): string | undefined {
  return isUrl(value) && isSafe(value, allowHttp) ? value : undefined;
}

function isUrl(value: unknown): value is string {
  return typeof value === 'string' && value.length <= 2_048 && URL.canParse(value);
}

function isSafe(value: string, allowHttp: boolean): boolean {
  const { protocol, username, password, hash } = new URL(value);
  const scheme = protocol === 'https:' || (allowHttp && protocol === 'http:');
  return scheme && username === '' && password === '' && hash === '';
}

/** A list of names; undefined when the document has none, empty when it has something else. */
function namesIn(document: JsonObject, member: string): readonly string[] | undefined {
  const names: unknown = document[member];
  if (names === undefined) return undefined;
  return Array.isArray(names) ? names.filter((name): name is string => typeof name === 'string') : [];
}

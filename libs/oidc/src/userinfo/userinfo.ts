import { type ProviderMetadata, reached } from '../discovery/discover.ts';
import { refuse, shown } from '../errors.ts';
import { type JsonObject, parseJsonObject } from '../json.ts';
import type { OidcTransport } from '../transport.ts';

/**
 * Claims that only a signed ID token may make: about the message, the authentication, and what the connection restricts
 * sign-ins to.
 */
const OF_THE_ID_TOKEN: ReadonlySet<string> = new Set(
  'iss sub aud azp exp nbf iat jti nonce at_hash c_hash s_hash auth_time acr amr sid events hd tid'.split(' '),
);

/** The address and what is said of it belong together: they come from one place. */
const OF_THE_ADDRESS = ['email', 'email_verified', 'xms_edov'] as const;

/**
 * VERIFIED claims of an ID token, and those that it has not from the userinfo endpoint (OpenID Connect Core §5.3). Nothing of
 * the ID token is replaced, and only the subject's own answer is read.
 * @throws OidcError `discovery_userinfo_missing`, `userinfo_…`
 */
export async function withUserinfo(
  idToken: JsonObject,
  accessToken: string,
  { userinfoEndpoint: url }: ProviderMetadata,
  transport: OidcTransport,
): Promise<JsonObject> {
  if (url === undefined) return refuse('discovery_userinfo_missing');
  const headers = { authorization: `Bearer ${accessToken}` };
  const { status, body } = await reached(() => transport.get(url, headers), 'userinfo_unreachable');
  if (status !== 200) refuse('userinfo_unreachable', { got: `status ${status}`, want: 'status 200' });
  const userinfo = parseJsonObject(body);
  if (!userinfo) return refuse(isCompactJwt(body) ? 'userinfo_signed' : 'userinfo_invalid', { want: 'a JSON object' });
  if (userinfo['sub'] !== idToken['sub']) {
    refuse('userinfo_subject_mismatch', { got: `sub ${shown(userinfo['sub'])}`, want: "the ID token's sub" });
  }
  return { ...added(userinfo, idToken), ...idToken, ...addressOf(userinfo, idToken) };
}

function added(userinfo: JsonObject, idToken: JsonObject): JsonObject {
  const names = Object.keys(userinfo).filter((name) => !OF_THE_ID_TOKEN.has(name) && !Object.hasOwn(idToken, name));
  return Object.fromEntries(names.map((name) => [name, userinfo[name]]));
}

/** The ID token's address with what it says of it; only when it has no address, the endpoint's with the endpoint's word. */
function addressOf(userinfo: JsonObject, idToken: JsonObject): JsonObject {
  const source = idToken['email'] === undefined ? userinfo : idToken;
  return Object.fromEntries(OF_THE_ADDRESS.map((name) => [name, source[name]]));
}

/** `application/jwt`: signed or encrypted (§5.3.2). Nothing of it is read. */
function isCompactJwt(body: Uint8Array): boolean {
  return /^[\w-]+(?:\.[\w-]*){2,4}$/.test(Buffer.from(body).toString('latin1').trim());
}

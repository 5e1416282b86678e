import { compactVerify, decodeProtectedHeader } from 'jose';
import { ALLOWED_ALGORITHMS, type ProviderKey } from '../discovery/provider-keys.ts';
import type { KeyHint } from '../discovery/providers.ts';
import { refuse, shown } from '../errors.ts';
import { type JsonObject, parseJsonObject } from '../json.ts';

const MAX_LENGTH = 100_000;

/** What a token is for; each kind has codes of its own. */
export type TokenKind = 'id_token' | 'logout_token';

/** Types that a header may name (RFC 8725 §3.11); a type need not be there. */
const TYPES: Readonly<Record<TokenKind, { readonly pattern: RegExp; readonly want: string }>> = {
  id_token: { pattern: /^(?:application\/)?jwt$/i, want: 'JWT' },
  logout_token: { pattern: /^(?:application\/)?(?:logout\+)?jwt$/i, want: 'logout+jwt' },
};

/** Claims from bytes that a key of the provider signed. What they say is not checked yet. */
export interface SignedClaims {
  readonly claims: JsonObject;
  readonly key: ProviderKey;
  readonly algorithm: string;
}

/**
 * Verifies the signature of a token of a provider (RFC 7515, RFC 8725).
 * @param keyFor finds the provider's key; the header's own words on keys (jku, x5u, jwk, x5c) never reach it
 * @throws OidcError naming the check that refused
 */
export async function signedClaims(
  kind: TokenKind,
  unverified: string,
  keyFor: (hint: KeyHint) => Promise<ProviderKey>,
): Promise<SignedClaims> {
  const hint = checkHeader(kind, unverified);
  const key = await keyFor(hint);
  const payload = await verifiedPayload(kind, unverified, hint, key);
  const claims = parseJsonObject(payload) ?? refuse(`${kind}_malformed`, { want: 'a JSON object as payload' });
  return { claims, key, algorithm: hint.alg };
}

/** The UNVERIFIED header: only refuses, and says which key to look for. */
function checkHeader(kind: TokenKind, token: string): KeyHint {
  const parts = token.split('.', 6).length;
  if (parts === 5) refuse(`${kind}_encrypted`);
  if (parts !== 3 || token.length > MAX_LENGTH) refuse(`${kind}_malformed`);
  const { alg, kid, typ, crit } = headerOf(kind, token);
  if (typeof alg !== 'string' || !ALLOWED_ALGORITHMS.includes(alg)) {
    return refuse(`${kind}_algorithm_refused`, { got: shown(alg), want: ALLOWED_ALGORITHMS.join(', ') });
  }
  const { pattern, want } = TYPES[kind];
  if (typ !== undefined && !(typeof typ === 'string' && pattern.test(typ))) {
    refuse(`${kind}_type_refused`, { got: shown(typ), want });
  }
  if (crit !== undefined) refuse(`${kind}_header_critical`, { got: shown(crit) });
  if (kid !== undefined && typeof kid !== 'string') return refuse(`${kind}_malformed`, { got: `kid ${shown(kid)}` });
  return { alg, kid };
}

function headerOf(kind: TokenKind, token: string): JsonObject {
  try {
    return decodeProtectedHeader(token);
  } catch {
    return refuse(`${kind}_malformed`, { want: 'a header in JSON' });
  }
}

async function verifiedPayload(
  kind: TokenKind,
  token: string,
  { alg }: KeyHint,
  { key }: ProviderKey,
): Promise<Uint8Array> {
  try {
    return (await compactVerify(token, key, { algorithms: [alg] })).payload;
  } catch {
    return refuse(`${kind}_signature_invalid`);
  }
}

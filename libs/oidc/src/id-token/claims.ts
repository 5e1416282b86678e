import { refuse } from '../errors.ts';
import type { JsonObject } from '../json.ts';

/** Claims that are about the message and not about the person: they change at every login. */
const OF_THE_MESSAGE: ReadonlySet<string> = new Set(
  'aud azp exp nbf iat jti nonce at_hash c_hash s_hash auth_time sid'.split(' '),
);

/**
 * Verified claims as facts: text, numbers and booleans as text, lists of those as several values. Objects are left out, and
 * what is about the message itself.
 * @throws OidcError `id_token_claim_invalid` for characters that no database stores (NUL, half surrogate pairs)
 */
export function factsOfClaims(claims: JsonObject): ReadonlyMap<string, readonly string[]> {
  const facts = new Map<string, readonly string[]>();
  for (const [name, value] of Object.entries(claims)) {
    const values = OF_THE_MESSAGE.has(name) ? undefined : textsOf(value);
    if (values === undefined) continue;
    if (![name, ...values].every(isStorable)) refuse('id_token_claim_invalid', { got: name });
    facts.set(name, values);
  }
  return facts;
}

/** An empty list says "none" and stays; a list of objects only says nothing that a rule could read. */
function textsOf(value: unknown): readonly string[] | undefined {
  if (!Array.isArray(value)) return isScalar(value) ? [String(value)] : undefined;
  const scalars = value.filter(isScalar).map(String);
  return scalars.length > 0 || value.length === 0 ? scalars : undefined;
}

function isScalar(value: unknown): value is string | number | boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

function isStorable(text: string): boolean {
  return !text.includes('\u0000') && text.isWellFormed();
}

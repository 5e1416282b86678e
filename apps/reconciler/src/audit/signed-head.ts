import { createPublicKey, verify } from 'node:crypto';
import type { ChainHead } from '@rolecall/audit';
import { CommandError, EXIT } from '../exit.ts';
import type { PublicKey } from '../server/audit.ts';

/** VERIFIED: somebody who has the deployment's key said so. */
export interface SignedHead extends ChainHead {
  readonly organizationId: string;
  readonly at: string;
}

const TYPE = 'rolecall-audit-head+jwt';
const HASH = /^[0-9a-f]{64}$/;

/**
 * The head that a JWS in compact form says (RFC 7515 §5.2): of this type, by EdDSA alone, by one of these keys.
 * @param unverified UNTRUSTED
 * @param what for the refusal
 * @throws CommandError `head_not_signed`
 */
export function verifiedHead(unverified: string, keys: readonly PublicKey[], what: string): SignedHead {
  const refused = (why: string) => new CommandError(EXIT.guarded, 'head_not_signed', `${what} ${why}`);
  const [header, payload, signature, ...rest] = unverified.split('.');
  if (header === undefined || payload === undefined || signature === undefined || rest.length > 0)
    throw refused('is no signature in compact form');
  const { alg, typ, kid } = jsonOf(header);
  if (alg !== 'EdDSA' || typ !== TYPE) throw refused('is a signature of another kind');
  const key = keys.find((one) => one['kid'] === kid && one['crv'] === 'Ed25519');
  if (key === undefined) throw refused(`is signed by a key that this deployment has not published: ${String(kid)}`);
  const publicKey = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: key['x'] ?? '' }, format: 'jwk' });
  if (!verify(null, Buffer.from(`${header}.${payload}`), publicKey, Buffer.from(signature, 'base64url')))
    throw refused('was changed: its signature does not fit');
  const { seq, hash, organizationId, at } = jsonOf(payload);
  const whole = Number.isSafeInteger(seq) && typeof hash === 'string' && HASH.test(hash);
  if (!whole || typeof organizationId !== 'string' || typeof at !== 'string') throw refused('says no head');
  return { seq: seq as number, hash, organizationId, at };
}

function jsonOf(part: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString());
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

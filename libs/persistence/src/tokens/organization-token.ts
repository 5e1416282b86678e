import { hash, randomBytes } from 'node:crypto';
import { parse, stringify } from 'uuid';

const ORGANIZATION_BYTES = 16;
const SECRET_BYTES = 32;
/** base64url of 48 bytes needs no padding, so exactly one spelling of a token exists. */
const FORM = /^[A-Za-z0-9_-]{64}$/;

/** A presented token, taken apart. Unverified: only the database knows whether the hash exists. */
export interface PresentedToken {
  readonly organizationId: string;
  /** SHA-256 of the random part: what is stored and looked up. */
  readonly hash: Buffer;
}

/** SHA-256, the only form in which a random secret of ours reaches the database. */
export function sha256(bytes: Buffer | string): Buffer {
  return hash('sha256', bytes, 'buffer');
}

/**
 * Makes a token `base64url(organization id || 32 random bytes)`: the organization is known before any lookup, so the
 * lookup runs inside that organization's row-level security. Used for session cookies, `/saml/continue` handles and the tokens of
 * directories.
 */
export function newOrganizationToken(organizationId: string): { readonly value: string; readonly hash: Buffer } {
  const secret = randomBytes(SECRET_BYTES);
  return { value: Buffer.concat([parse(organizationId), secret]).toString('base64url'), hash: sha256(secret) };
}

/** Takes a presented token apart; undefined when it cannot be one of ours. */
export function readOrganizationToken(unverified: unknown): PresentedToken | undefined {
  if (typeof unverified !== 'string' || !FORM.test(unverified)) return undefined;
  const bytes = Buffer.from(unverified, 'base64url');
  try {
    const organizationId = stringify(bytes.subarray(0, ORGANIZATION_BYTES));
    return { organizationId, hash: sha256(bytes.subarray(ORGANIZATION_BYTES)) };
  } catch {
    return undefined; // the first 16 bytes are no UUID
  }
}

import { randomBytes } from 'node:crypto';

const REQUEST_ID = /^_(r?)([0-9a-f]{12})[0-9a-f]{64}$/;

/**
 * A new AuthnRequest id: `_`, `r` when the user must sign in anew, 48 bit of milliseconds as in UUID v7, 256 bit of randomness
 * (Core 1.3.4 asks for 128).
 */
export function newRequestId(now: Date, { fresh = false }: { readonly fresh?: boolean } = {}): string {
  return `_${fresh ? 'r' : ''}${now.getTime().toString(16).padStart(12, '0')}${randomBytes(32).toString('hex')}`;
}

/** When a request id of ours was made; undefined for an id of another form. Says not whether we really sent it. */
export function issuedAt(requestId: string): Date | undefined {
  const match = REQUEST_ID.exec(requestId);
  return match === null ? undefined : new Date(Number.parseInt(match[2] ?? '', 16));
}

/**
 * Whether a request id of ours was made for a sign-in that must be new. Says not whether we really sent it: who writes another id into the
 * request gets an answer to a request that nobody made.
 */
export function wantsFreshSignIn(requestId: string): boolean {
  return REQUEST_ID.exec(requestId)?.[1] === 'r';
}

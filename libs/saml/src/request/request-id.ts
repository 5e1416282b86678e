import { randomBytes } from 'node:crypto';

const REQUEST_ID = /^_([0-9a-f]{12})[0-9a-f]{64}$/;

/** A new AuthnRequest id: `_`, 48 bit of milliseconds as in UUID v7, 256 bit of randomness (Core 1.3.4 asks for 128). */
export function newRequestId(now: Date): string {
  return `_${now.getTime().toString(16).padStart(12, '0')}${randomBytes(32).toString('hex')}`;
}

/** When a request id of ours was made; undefined for an id of another form. Says not whether we really sent it. */
export function issuedAt(requestId: string): Date | undefined {
  const match = REQUEST_ID.exec(requestId);
  return match === null ? undefined : new Date(Number.parseInt(match[1] ?? '', 16));
}

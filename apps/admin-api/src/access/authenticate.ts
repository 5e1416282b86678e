import type { IncomingMessage } from 'node:http';
import type { ApiRight, ApiToken, ApiTokenStore } from '@rolecall/persistence';
import { Problem } from '@rolecall/platform';

const BEARER = /^Bearer +([\x21-\x7e]{1,256})$/i;
const callers = new WeakMap<IncomingMessage, ApiToken>();

/**
 * Who asks, by the bearer token alone: cookies are never looked at, so a browser can't be made to ask for somebody.
 * Unknown, malformed, expired, revoked and absent tokens are refused with one and the same answer.
 * @param right what the operation needs
 * @throws Problem 401 `unauthorized`, 403 `missing_right`
 */
export async function authenticate(
  request: IncomingMessage,
  right: ApiRight,
  tokens: ApiTokenStore,
  now: Date,
): Promise<ApiToken> {
  const presented = BEARER.exec(request.headers.authorization ?? '')?.[1];
  const token = presented === undefined ? undefined : await tokens.authenticate(presented, now);
  if (!token) throw new Problem(401, 'unauthorized', 'a valid API token is needed: Authorization: Bearer rct_…');
  requireRight(token, right, 'this operation');
  callers.set(request, token);
  return token;
}

/** @throws Problem 403 `missing_right` */
export function requireRight(token: ApiToken, right: ApiRight, what: string): void {
  if (token.rights.includes(right)) return;
  throw new Problem(
    403,
    'missing_right',
    `${what} needs the right ${right}, which the token "${token.name}" does not have`,
  );
}

/** The token of a request that `authenticate` let in. */
export function callerOf(request: IncomingMessage): ApiToken {
  const token = callers.get(request);
  if (!token) throw new Error('the operation was reached without authentication');
  return token;
}

import type { IncomingMessage } from 'node:http';
import { readOrganizationToken } from '@rolecall/persistence';
import type { ApiRight, Database } from '@rolecall/persistence';
import { Problem } from '@rolecall/platform';
import { consoleCookie } from './browser.ts';
import type { Consoles } from './browser.ts';
import { recoveryPrincipal, requireReading, requireRepairing, requireRight, tokenPrincipal } from './principal.ts';
import type { Principal } from './principal.ts';
import { reaches } from './reach.ts';
import { principalsOf } from './roles.ts';

const BEARER = /^Bearer +([\x21-\x7e]{1,256})$/i;
const callers = new WeakMap<IncomingMessage, Principal>();

/** Where those who ask are known. */
export type Known = Pick<Database, 'apiTokens' | 'sessions' | 'platform' | 'recoverySessions'>;

/** What the operation needs. */
export interface Needed {
  readonly right: ApiRight;
  /** Also for recovery sessions. */
  readonly repairs: boolean;
  /** That the path names. UNTRUSTED */
  readonly organization: string | undefined;
}

/**
 * Who asks. A request with an `Authorization` header is asked by its bearer token (API token, recovery session) alone, and cookies are
 * not looked at; one without it by the session of a signed-in administrator, where a console's page made it. Whatever is unknown,
 * malformed, expired, revoked or absent is refused with one and the same answer.
 * @throws Problem 401 `unauthorized`, 403 `missing_right`, `recovery_only`
 */
export async function authenticate(
  request: IncomingMessage,
  needed: Needed,
  known: Known,
  consoles: Consoles,
  now: Date,
): Promise<Principal> {
  const { authorization } = request.headers;
  const found =
    authorization === undefined
      ? await bySession(consoleCookie(request, consoles), needed, known, now)
      : await byBearer(BEARER.exec(authorization)?.[1], known, now);
  if (!found) throw new Problem(401, 'unauthorized', 'a valid API token is needed: Authorization: Bearer rct_…');
  requireRepairing(found, needed.repairs);
  requireRight(found, needed.right, 'this operation');
  requireReading(found, request.method);
  callers.set(request, found);
  return found;
}

async function byBearer(presented: string | undefined, known: Known, now: Date): Promise<Principal | undefined> {
  if (presented === undefined) return undefined;
  const token = await known.apiTokens.authenticate(presented, now);
  if (token) return tokenPrincipal(token);
  const recovery = await known.recoverySessions.check(presented, now);
  return recovery && recoveryPrincipal(recovery);
}

/** Of several roles the first that opens what is asked for; without one, whichever there is says what it lacks. */
async function bySession(
  cookie: string | undefined,
  { right, organization }: Needed,
  known: Known,
  now: Date,
): Promise<Principal | undefined> {
  const presented = readOrganizationToken(cookie);
  if (presented === undefined) return undefined;
  const session = await known.sessions.check(presented.organizationId, presented.hash, now);
  if (session === undefined) return undefined;
  const live = await known.platform.live();
  const roles = principalsOf(session, live?.document.spec.administration);
  const opens = (role: Principal) =>
    role.rights.includes(right) && (organization === undefined || reaches(role, organization));
  return roles.find(opens) ?? roles[0] ?? nobody(session.user.id);
}

/** Signed in, and of no role of administration. */
function nobody(id: string): Principal {
  return { kind: 'user', id, name: `user ${id}`, actor: { kind: 'user', id }, rights: [], organizations: [] };
}

/** Who made a request that `authenticate` let in. */
export function callerOf(request: IncomingMessage): Principal {
  const caller = callers.get(request);
  if (!caller) throw new Error('the operation was reached without authentication');
  return caller;
}

import type { IncomingMessage } from 'node:http';
import type { Clock } from '@rolecall/platform';
import { Problem, traceOf } from '@rolecall/platform';
import type { Database } from '@rolecall/persistence';
import { ScimError } from '@rolecall/scim';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Call } from '../directory/call.ts';
import type { DirectoryOrganization, DirectoryOrganizations } from '../directory/organization.ts';
import { Notes } from '../log/notes.ts';
import { gate, unmatched } from './gate.ts';
import { settleContentType } from './media-types.ts';
import type { RateLimit } from './rate-limit.ts';

const BEARER = /^Bearer +([\x21-\x7e]{1,256})$/i;
/** On the message itself, as its trace is. */
const CALL = Symbol('call');
type Called = IncomingMessage & { [CALL]?: Call };

export interface AccessOptions {
  readonly database: Database;
  readonly organizations: DirectoryOrganizations;
  readonly limit: RateLimit;
  readonly now: Clock;
  /** Public base URL. */
  readonly url: string;
  /** Told of each request that a limit turned away. */
  readonly onLimited: () => void;
}

/**
 * Stands before every route, before a byte of a body is read: who asks, of which organization, whether it may now, and whether
 * there is such an endpoint at all. Who asks is said by the bearer token alone; unknown, malformed, expired and absent tokens
 * get one and the same answer.
 */
export function guardAccess(fastify: FastifyInstance, options: AccessOptions): void {
  fastify.addHook('onRequest', async (request: FastifyRequest, reply: FastifyReply) => {
    const url = request.raw.url ?? '';
    settleContentType(request.raw);
    const passage = gate(request.is404 ? undefined : request.routeOptions.url, url);
    if (passage.is === 'refused') throw refusal(passage, reply);
    // with a token, discovery is that of its directory
    const presented = BEARER.exec(request.headers.authorization ?? '')?.[1];
    if (passage.is === 'open' && presented === undefined) return;
    const call = await authenticate(request.raw, presented, options);
    (request.raw as Called)[CALL] = call;
    await takeFromLimit(call, options, reply);
    // after the limit and with a call: such a request counts and is logged as any other
    requireEnabled(call.organization);
    if (request.is404) throw refusal(unmatched(url), reply);
  });
}

/** The call of a request that was let in with a token. */
export function callOf(request: IncomingMessage): Call {
  const call = knownCall(request);
  if (!call) throw new Error('the endpoint was reached without a token');
  return call;
}

/** As `callOf`, where a token may be missing: discovery, and requests that were turned away. */
export function knownCall(request: IncomingMessage): Call | undefined {
  return (request as Called)[CALL];
}

async function authenticate(message: IncomingMessage, presented: string | undefined, options: AccessOptions) {
  const { database, organizations, now, url } = options;
  const at = now();
  const token = presented === undefined ? undefined : await database.directoryTokens.authenticate(presented, at);
  const organization = token && (await organizations.byId(token.organizationId));
  if (!token || !organization || !Object.hasOwn(organization.scim.tokens, token.tokenName)) {
    throw new Problem(401, 'unauthorized', 'a valid bearer token of a directory is needed');
  }
  const trace = traceOf(message);
  const { traceId } = trace;
  trace.actor = `${organization.snapshot.name}/${token.tokenName}`;
  return {
    organization,
    actor: { tokenName: token.tokenName, traceId, at },
    notes: new Notes(),
    store: database.directory,
    base: `${url}/scim/v2`,
    anew: async () => {
      const live = await organizations.byIdAnew(token.organizationId);
      if (!live) throw new ScimError(401, undefined, 'the organization was deleted meanwhile');
      return live;
    },
  } satisfies Call;
}

function requireEnabled({ scim }: DirectoryOrganization): void {
  if (scim.enabled) return;
  const text =
    "the organization's directory is switched off (spec.scim.enabled); the token is good once it is on again";
  throw new Problem(403, 'directory_disabled', text);
}

async function takeFromLimit({ organization }: Call, { limit, onLimited }: AccessOptions, reply: FastifyReply) {
  const seconds = await limit.take(organization.id);
  if (seconds === undefined) return;
  onLimited();
  reply.header('Retry-After', String(seconds));
  throw new Problem(429, 'too_many_requests', `too many requests for this directory; come again in ${seconds} s`);
}

function refusal(
  { status, detail, allow }: { readonly status: number; readonly detail: string; readonly allow?: string },
  reply: FastifyReply,
): Problem {
  if (allow !== undefined) reply.header('Allow', allow);
  return new Problem(
    status,
    status === 405 ? 'method_not_allowed' : status === 403 ? 'filter_refused' : 'not_found',
    detail,
  );
}

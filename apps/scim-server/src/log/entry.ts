import { type DirectoryRequest, isUuid } from '@rolecall/persistence';
import { traceOf } from '@rolecall/platform';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Call } from '../directory/call.ts';
import { ScimProblem } from '../http/errors.ts';
import { hintOf } from './hints.ts';
import { redact, redactFilter } from './redact.ts';

export type LogEntry = DirectoryRequest & { readonly organizationId: string };

/** What the request log keeps of a request that a token of a directory made: names and forms, no values. */
export function entryOf(call: Call, request: FastifyRequest, reply: FastifyReply): LogEntry {
  const { organization, actor, notes } = call;
  const { problem, traceId, startedAt } = traceOf(request);
  const status = reply.statusCode;
  const { scimType, quirk } = problem instanceof ScimProblem ? problem : {};
  const detail = problem?.message ?? notes.refusals[0];
  const quirks = [...notes.quirks];
  return {
    organizationId: organization.id,
    requestId: traceId,
    at: actor.at,
    tokenName: actor.tokenName,
    method: request.method,
    route: routeOf(request),
    status,
    scimType,
    outcome: outcomeOf(status, call),
    quirks,
    resourceType: notes.resourceType,
    // what a client takes for an id may be a name or an address
    resourceId: notes.resourceId !== undefined && isUuid(notes.resourceId) ? notes.resourceId : undefined,
    attributes: [...notes.attributes].slice(0, 100),
    detail,
    hint: hintOf({ status, scimType, quirk, ignored: [...notes.ignored], cameBack: notes.cameBack }),
    payload: payloadOf(request),
    milliseconds: Math.round(performance.now() - startedAt),
  };
}

/** The endpoint below the base, with `:id` in place of an id. */
function routeOf({ is404, routeOptions }: FastifyRequest): string {
  const pattern = is404 ? undefined : routeOptions.url;
  return pattern === undefined ? 'unmatched' : pattern.replace('/scim/v2', '') || '/';
}

function outcomeOf(status: number, { notes }: Call): DirectoryRequest['outcome'] {
  if (status >= 500) return 'failed';
  if (status >= 400) return 'refused';
  return notes.effect === 'read' && notes.refusals.length > 0 ? 'refused' : notes.effect;
}

/** The redacted body, or the redacted query of a request without one. */
function payloadOf({ body, query }: FastifyRequest): object | undefined {
  if (typeof body === 'object' && body !== null) return redact(body) as object;
  const said = Object.entries((query ?? {}) as Record<string, unknown>).slice(0, 20);
  if (said.length === 0) return undefined;
  return Object.fromEntries(said.map(([name, value]) => [storable(name).slice(0, 60), queryText(name, value)]));
}

const NAMES = new Set(['filter', 'startIndex', 'count', 'sortBy', 'sortOrder', 'attributes', 'excludedAttributes']);

function queryText(name: string, value: unknown): unknown {
  if (typeof value !== 'string') return '…';
  return NAMES.has(name) ? storable(redactFilter(value)) : `text(${value.length})`;
}

const CONTROL = /\p{Cc}/u;

/** Without what PostgreSQL stores in no text, and what a terminal would obey. */
function storable(text: string): string {
  return CONTROL.test(text) || !text.isWellFormed() ? text.replaceAll(/\p{Cc}/gu, '?').toWellFormed() : text;
}

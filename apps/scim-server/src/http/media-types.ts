import type { IncomingMessage } from 'node:http';
import type { FastifyInstance } from 'fastify';

export const SCIM_MEDIA_TYPE = 'application/scim+json; charset=utf-8';
const JSON_MEDIA_TYPE = 'application/json; charset=utf-8';

/**
 * How the answer calls its type: `application/json` when the client accepts that and names neither SCIM's type nor everything
 * (OneLogin asks so), else SCIM's own (RFC 7644 §3.8). An Accept that names nothing we have gets SCIM's as well.
 */
export function answerType(accept: string | undefined): string {
  if (accept === undefined) return SCIM_MEDIA_TYPE;
  const ranges = accept.split(',').map((range) => range.split(';')[0]?.trim().toLowerCase() ?? '');
  const scim = ranges.some((range) => ['application/scim+json', 'application/*', '*/*'].includes(range));
  return !scim && ranges.includes('application/json') ? JSON_MEDIA_TYPE : SCIM_MEDIA_TYPE;
}

/**
 * Makes the router take a body without a Content-Type as SCIM, and no body where a client only says a type (Okta's DELETE).
 * What is said otherwise is left to the router, which answers 415.
 */
export function settleContentType({ headers }: IncomingMessage): void {
  const hasBody = headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
  if (!hasBody) delete headers['content-type'];
  else headers['content-type'] ??= 'application/scim+json';
}

/** Gives every answer the type that its client understands, errors included. */
export function nameAnswerType(fastify: FastifyInstance): void {
  fastify.addHook('onSend', (request, reply, _payload, done) => {
    const { accept } = request.headers;
    if (accept !== undefined && reply.getHeader('content-type') === SCIM_MEDIA_TYPE)
      reply.header('Content-Type', answerType(accept));
    done();
  });
}

import type { FastifyInstance } from 'fastify';

/** What a console may send; a preflight is good for so many seconds. */
const ALLOWED = {
  'Access-Control-Allow-Methods': 'GET, POST, PUT, PATCH, DELETE',
  'Access-Control-Allow-Headers': 'Content-Type',
  'Access-Control-Max-Age': '600',
};

/**
 * Lets the pages of the consoles, and of nobody else, read the answers of `/v1` from another origin. What is sent back is the entry of
 * the list, never what the request says of itself.
 */
export function allowConsoles(fastify: FastifyInstance, origins: readonly string[]): void {
  if (origins.length === 0) return;
  fastify.addHook('onRequest', async (request, reply) => {
    if (!request.url.startsWith('/v1/')) return;
    void reply.header('Vary', 'Origin');
    const console = origins.find((origin) => origin === request.headers.origin);
    if (console === undefined) return;
    void reply.headers({ 'Access-Control-Allow-Origin': console, 'Access-Control-Allow-Credentials': 'true' });
    if (request.method !== 'OPTIONS' || request.headers['access-control-request-method'] === undefined) return;
    await reply.code(204).headers(ALLOWED).send();
  });
}

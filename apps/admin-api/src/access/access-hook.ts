import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Database } from '@rolecall/persistence';
import { traceOf } from '@rolecall/platform';
import type { Clock } from '@rolecall/platform';
import { authenticate } from './authenticate.ts';
import { requireReach } from './reach.ts';
import type { RouteAccess } from './serves.decorator.ts';

/**
 * Checks the token of every request under `/v1` before a byte of its body is read: that it is valid, has the right, and reaches
 * what the path names. A route there that does not say what it needs stops the start: nothing is open by forgetting.
 */
export function checkAccess(
  fastify: FastifyInstance,
  database: Pick<Database, 'apiTokens' | 'collections'>,
  now: Clock,
): void {
  fastify.addHook('onRoute', ({ url, config }) => {
    if (url.startsWith('/v1') && accessOf(config) === undefined)
      throw new Error(`${url} does not say which right it needs`);
  });
  fastify.addHook('onRequest', async (request: FastifyRequest) => {
    const { config } = request.routeOptions;
    const access = request.is404 ? undefined : accessOf(config);
    if (access === undefined || access === 'open') return;
    const token = await authenticate(request.raw, access, database.apiTokens, now());
    traceOf(request).actor = token.id;
    const narrowed = (config as Partial<RouteAccess>).narrowed === true;
    await requireReach(token, { params: request.params, narrowed }, database.collections);
  });
}

const accessOf = (config: unknown) => (config as Partial<RouteAccess> | undefined)?.access;

import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { ApiTokenStore } from '@rolecall/persistence';
import { traceOf } from '@rolecall/platform';
import type { Clock } from '@rolecall/platform';
import { authenticate } from './authenticate.ts';
import type { RouteAccess } from './serves.decorator.ts';

/**
 * Checks the token of every request under `/v1` before a byte of its body is read. A route there that does not say what
 * it needs stops the start: nothing is open by forgetting.
 */
export function checkAccess(fastify: FastifyInstance, tokens: ApiTokenStore, now: Clock): void {
  fastify.addHook('onRoute', ({ url, config }) => {
    if (url.startsWith('/v1') && accessOf(config) === undefined)
      throw new Error(`${url} does not say which right it needs`);
  });
  fastify.addHook('onRequest', async (request: FastifyRequest) => {
    const access = request.is404 ? undefined : accessOf(request.routeOptions.config);
    if (access === undefined || access === 'open') return;
    const token = await authenticate(request.raw, access, tokens, now());
    traceOf(request).actor = token.id;
  });
}

const accessOf = (config: unknown) => (config as Partial<RouteAccess> | undefined)?.access;

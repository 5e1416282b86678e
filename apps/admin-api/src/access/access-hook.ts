import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Database } from '@rolecall/persistence';
import { traceOf } from '@rolecall/platform';
import type { Clock } from '@rolecall/platform';
import { authenticate } from './authenticate.ts';
import type { Known } from './authenticate.ts';
import type { Consoles } from './browser.ts';
import { requireReach } from './reach.ts';
import type { RouteAccess } from './serves.decorator.ts';

/**
 * Checks who makes each request under `/v1` before a byte of its body is read: that it is somebody, has the right, and reaches
 * what the path names. A route there that does not say what it needs stops the start: nothing is open by forgetting.
 */
export function checkAccess(
  fastify: FastifyInstance,
  database: Known & Pick<Database, 'collections'>,
  consoles: Consoles,
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
    const { organization } = request.params as Readonly<Record<string, string | undefined>>;
    const { narrowed = false, repairs = false } = config as Partial<RouteAccess>;
    const needed = { right: access, repairs, organization };
    const principal = await authenticate(request.raw, needed, database, consoles, now());
    traceOf(request).actor = principal.id;
    await requireReach(principal, { params: request.params, narrowed }, database.collections);
  });
}

const accessOf = (config: unknown) => (config as Partial<RouteAccess> | undefined)?.access;

import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { asClient } from '@rolecall/persistence';
import { prepareHttp, requestHook } from './http-basics.ts';
import { PinoNestLogger } from './logger.ts';
import type { Logger } from './logger.ts';
import type { Metrics } from './metrics.ts';
import { ProblemFilter, renderJsonProblem } from './problem.filter.ts';
import type { RenderProblem } from './problem.filter.ts';
import { Problem } from './problem.ts';
import { traceOf } from './request-trace.ts';
import { parseSecureJson } from './secure-json.ts';

export interface JsonAppOptions {
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** The app's public base URL. */
  readonly url: string;
  readonly render?: RenderProblem;
  /** Beside `application/json`. */
  readonly mediaTypes?: readonly string[];
  /** Of a body without a limit of the route's own, in bytes; default `DEFAULT_BODY_LIMIT`. */
  readonly bodyLimit?: number;
  /** Proxies whose X-Forwarded-For tells the client's address: networks in CIDR notation. Default none. */
  readonly trustedProxies?: readonly string[];
  /** Audit events of a request have the address of its client. */
  readonly keepsAddresses: boolean;
  /** Routes match with a slash at the end and with doubled slashes as well. */
  readonly lenientPaths?: boolean;
  /** Errors of the app's own libraries as Problems; what it does not know it returns as it is. */
  readonly explain?: (error: unknown) => unknown;
}

/** Largest body that is accepted without a limit of the route's own (`@RouteConfig({ bodyLimit })`), in bytes. */
const DEFAULT_BODY_LIMIT = 100_000;

/**
 * A Nest app on Fastify that speaks JSON only: bounded and securely parsed bodies, no forms, problems as JSON, security
 * headers, request log and measurements. Not listening yet.
 * @param rootModule a module class or dynamic module.
 */
export async function createJsonApp(
  rootModule: Parameters<typeof NestFactory.create>[0],
  options: JsonAppOptions,
): Promise<NestFastifyApplication> {
  const basics = { logger: options.logger, metrics: options.metrics, https: options.url.startsWith('https:') };
  const render = options.render ?? renderJsonProblem;
  const lenient = options.lenientPaths ?? false;
  const adapter = new FastifyAdapter({
    frameworkErrors: refuseBadUrl(requestHook(basics), render),
    bodyLimit: options.bodyLimit ?? DEFAULT_BODY_LIMIT,
    requestTimeout: 60_000, // to receive the request, not to answer it
    connectionTimeout: 0,
    trustProxy: options.trustedProxies?.length ? [...options.trustedProxies] : false,
    routerOptions: { maxParamLength: 256, ignoreTrailingSlash: lenient, ignoreDuplicateSlashes: lenient },
  });
  const fastify = adapter.getInstance();
  fastify.removeAllContentTypeParsers();
  fastify.addHook('onRoute', (route) => {
    const limit = (route.config as { bodyLimit?: number } | undefined)?.bodyLimit;
    if (limit !== undefined) route.bodyLimit = limit;
  });
  const types = ['application/json', ...(options.mediaTypes ?? [])];
  fastify.addContentTypeParser(types, { parseAs: 'buffer' }, (_request, body, done) => {
    try {
      done(null, parseSecureJson(body as Buffer));
    } catch (error) {
      done(error as Error);
    }
  });
  const app = await NestFactory.create<NestFastifyApplication>(rootModule, adapter, {
    bodyParser: false,
    logger: new PinoNestLogger(options.logger),
    abortOnError: false,
  });
  prepareHttp(app, basics);
  if (options.keepsAddresses) noteClients(fastify);
  app.useGlobalFilters(new ProblemFilter(adapter, options.logger, render, options.explain));
  return app;
}

/** The handler runs as its client. Not what reads the body: that runs as whatever opened the connection. */
function noteClients(fastify: FastifyInstance): void {
  fastify.addHook('onRequest', (request, _reply, done) => {
    traceOf(request).client = request.ip;
    done();
  });
  fastify.addHook('preHandler', (request, _reply, done) => asClient(traceOf(request).client, done));
}

/** A URL that can't be decoded is refused before routing, where neither hooks nor filters of Nest are reached. */
function refuseBadUrl(begin: ReturnType<typeof requestHook>, render: RenderProblem) {
  return (_error: unknown, request: FastifyRequest, reply: FastifyReply): void => {
    begin(request as never, reply as never, () => {
      const problem = new Problem(400, 'malformed_request', 'the URL can not be decoded');
      const trace = traceOf(request);
      trace.code = problem.code;
      trace.problem = problem;
      const { body, contentType } = render(problem, trace.traceId);
      reply.status(problem.status).header('Content-Type', contentType).send(body);
    });
  };
}

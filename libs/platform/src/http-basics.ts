import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import type { INestApplication } from '@nestjs/common';
import type { AbstractHttpAdapter } from '@nestjs/core';
import helmet from 'helmet';
import { withoutPorts } from './client-address.ts';
import type { Logger } from './logger.ts';
import type { Metrics } from './metrics.ts';
import { traceOf } from './request-trace.ts';

/** Express: the message itself, with the route once it matched. Fastify: a wrapper with `raw` and `routeOptions`. */
interface HookRequest extends IncomingMessage {
  readonly raw?: IncomingMessage;
  readonly route?: { readonly path?: unknown };
  readonly routeOptions?: { readonly url?: string };
}
type HookResponse = ServerResponse & { readonly raw?: ServerResponse };

const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);
const PROBES = new Set(['/healthz', '/readyz', '/metrics']);

export interface HttpBasics {
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** The app's public URL is https: adds HSTS for a year. */
  readonly https: boolean;
}

/**
 * What every request of every app gets, before anything else and on either adapter: a trace, `X-Forwarded-For` in plain addresses, `X-Request-Id`, security
 * headers (no content of any kind may be loaded, framed or cached; a page sets a wider `Content-Security-Policy` of its
 * own), one log line and one measurement at its end. Call it once, before `listen`.
 */
export function prepareHttp(app: INestApplication, options: HttpBasics): void {
  (app.getHttpAdapter() as AbstractHttpAdapter).setOnRequestHook(requestHook(options));
}

/** The hook itself, for the requests that Fastify refuses before any other hook runs. */
export function requestHook(options: HttpBasics) {
  const setSecurityHeaders = securityHeaders(options.https);
  return (request: HookRequest, reply: HookResponse, done: (error?: unknown) => void): void => {
    const message = request.raw ?? request;
    const response = reply.raw ?? reply;
    const trace = traceOf(message);
    const forwarded = message.headers['x-forwarded-for'];
    if (typeof forwarded === 'string') message.headers['x-forwarded-for'] = withoutPorts(forwarded);
    response.setHeader('X-Request-Id', trace.requestId);
    response.setHeader('Cache-Control', 'no-store');
    // 'close' comes after 'finish', and also when the client went away before it
    response.once('close', () => {
      const seconds = (performance.now() - trace.startedAt) / 1000;
      const route = routeOf(request);
      const method = METHODS.has(message.method ?? '') ? (message.method ?? '') : 'other';
      const status = response.writableFinished ? response.statusCode : 499;
      options.metrics.observeRequest({ method, route, status, seconds });
      const level = PROBES.has(route) ? 'debug' : 'info';
      if (!options.logger.isLevelEnabled(level)) return;
      const { traceId, requestId, code, actor } = trace;
      const durationMs = Math.round(seconds * 1e5) / 100;
      options.logger[level]({ method, route, status, durationMs, traceId, requestId, actor, code }, 'request');
    });
    setSecurityHeaders(response);
    done();
  };
}

/** The pattern (`/v1/organizations/:org`), never the URL: a URL may hold a handle, a token or an e-mail address. */
function routeOf(request: HookRequest): string {
  const pattern = request.routeOptions?.url ?? request.route?.path;
  return typeof pattern === 'string' ? pattern : 'unmatched';
}

const NONE = ["'none'"];

/** Helmet decides, once: its headers are the same for every request, so what it does to a response is only repeated. */
function securityHeaders(https: boolean): (response: ServerResponse) => void {
  const decide = helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: { defaultSrc: NONE, baseUri: NONE, formAction: NONE, frameAncestors: NONE },
    },
    strictTransportSecurity: https ? { maxAge: 31_536_000, includeSubDomains: false } : false,
    referrerPolicy: { policy: 'no-referrer' },
    xFrameOptions: { action: 'deny' },
    xPoweredBy: false, // it only removes one, and none is sent
  });
  const request = new IncomingMessage(new Socket());
  const sample = new ServerResponse(request);
  decide(request, sample, (error) => {
    if (error !== undefined) throw error;
  });
  const headers = sample.getHeaderNames().map((name) => [name, String(sample.getHeader(name))] as const);
  return (response) => {
    for (const [name, value] of headers) response.setHeader(name, value);
  };
}

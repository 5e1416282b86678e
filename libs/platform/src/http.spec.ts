import { Body, Controller, Get, HttpCode, Module, Param, Post } from '@nestjs/common';
import type { INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { AbstractHttpAdapter } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { RouteConfig } from '@nestjs/platform-fastify';
import { CLOCK, createJsonApp, createLogger, LOGGER, Metrics, PlatformModule, prepareHttp } from './index.ts';
import { Problem, ProblemFilter, PinoNestLogger } from './index.ts';

class Coded extends Error {
  constructor(readonly code: string) {
    super('as the library says it');
  }
}

@Controller('/things')
class ThingController {
  @Get('/:name')
  get(@Param('name') name: string): object {
    if (name === 'refused') throw new Problem(422, 'thing_refused', 'not this one', []);
    if (name === 'unknown') throw new Coded('unknown_code');
    if (name === 'broken') throw new TypeError("Cannot read 'hunter2' of undefined");
    if (name === 'unstorable') throw new Coded('invalid_text');
    if (name === 'down') throw new Coded('database_unavailable');
    return { name };
  }
  @Post()
  @HttpCode(200)
  post(@Body() body: unknown): object {
    return { got: body };
  }
  @Post('/large')
  @RouteConfig({ bodyLimit: 300_000 })
  @HttpCode(200)
  large(@Body() body: string): object {
    return { length: body.length };
  }
}

interface Line {
  msg: string;
  traceId?: string;
  requestId?: string;
  route?: string;
  err?: { message: string };
  [key: string]: unknown;
}

let alive = true;
const database = {
  isReady: async () => alive,
  close: jest.fn(async () => {}),
};

describe.each(['fastify', 'express'] as const)('%s', (kind) => {
  const lines: Line[] = [];
  const logger = createLogger({ app: 'thing', level: 'debug' }, { write: (line) => lines.push(JSON.parse(line)) });
  const metrics = new Metrics('thing');
  const things = metrics.counter('rolecall_things_total', 'Things', ['outcome']);
  let app: INestApplication;
  let url: string;

  beforeAll(async () => {
    @Module({
      imports: [PlatformModule.forRoot({ logger, metrics, openDatabase: async () => database })],
      controllers: [ThingController],
    })
    class ThingModule {}
    if (kind === 'fastify') {
      app = await createJsonApp(ThingModule, { logger, metrics, url: 'https://things.example', keepsAddresses: true });
    } else {
      app = await NestFactory.create(ThingModule, new ExpressAdapter(), { logger: new PinoNestLogger(logger) });
      prepareHttp(app, { logger, metrics, https: true });
      app.useGlobalFilters(new ProblemFilter(app.getHttpAdapter() as AbstractHttpAdapter, logger));
    }
    await app.listen(0, '127.0.0.1');
    url = await app.getUrl();
  });
  beforeEach(() => {
    lines.length = 0;
    alive = true;
    database.close.mockClear();
  });
  /** The request's own line, which is written when the connection has seen its end. */
  async function requestLine(): Promise<Line> {
    for (;;) {
      const line = lines.find(({ msg }) => msg === 'request');
      if (line) return line;
      await new Promise(setImmediate);
    }
  }

  it('logs a request by its route pattern, never by its URL, and echoes a sane request id (security.md 14)', async () => {
    const response = await fetch(`${url}/things/hunter2?token=hunter2`, { headers: { 'x-request-id': 'deploy-4711' } });
    expect(await response.json()).toEqual({ name: 'hunter2' });
    expect(response.headers.get('x-request-id')).toBe('deploy-4711');
    const line = await requestLine();
    expect(line).toMatchObject({
      level: 'info',
      app: 'thing',
      method: 'GET',
      route: '/things/:name',
      status: 200,
      requestId: 'deploy-4711',
      traceId: expect.stringMatching(/^[0-9a-f]{32}$/),
      durationMs: expect.any(Number),
    });
    expect(JSON.stringify(lines)).not.toContain('hunter2');
  });

  it.each(['short', 'a b c d e f', 'x'.repeat(65), 'new\tline-id'])('replaces the request id %j', async (id) => {
    const response = await fetch(`${url}/things/a`, { headers: { 'x-request-id': id } });
    expect(response.headers.get('x-request-id')).toBe((await requestLine()).traceId);
  });

  it('sets the security headers, on errors as well (security.md 12)', async () => {
    for (const path of ['/things/a', '/nothing', '/things/broken']) {
      const { headers } = await fetch(url + path);
      expect(Object.fromEntries(headers)).toMatchObject({
        'content-security-policy': "default-src 'none';base-uri 'none';form-action 'none';frame-ancestors 'none'",
        'strict-transport-security': 'max-age=31536000',
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        'cross-origin-opener-policy': 'same-origin',
        'x-frame-options': 'DENY',
        'cache-control': 'no-store',
      });
    }
  });

  it.each([
    ['refused', 422, { code: 'thing_refused', message: 'not this one', diagnostics: [] }],
    [
      'unstorable',
      400,
      { code: 'invalid_text', message: 'the request has a character that no text can have, such as NUL' },
    ],
    ['down', 503, { code: 'database_unavailable', message: expect.any(String) }],
  ])('answers %s with its status and code', async (name, status, error) => {
    const response = await fetch(`${url}/things/${name}`);
    expect(response.status).toBe(status);
    const line = await requestLine();
    expect(await response.json()).toEqual({ error: { ...error, traceId: line.traceId } });
    expect(line.code).toBe(error.code);
    expect(response.headers.get('retry-after')).toBe(status === 503 ? '5' : null);
  });

  it.each(['broken', 'unknown'])(
    'says nothing of an unforeseen error (%s), and logs it under the trace id',
    async (name) => {
      const response = await fetch(`${url}/things/${name}`);
      expect(response.status).toBe(500);
      const { error } = (await response.json()) as { error: { code: string; traceId: string; message: string } };
      expect(error.code).toBe('internal_error');
      expect(error.message).not.toMatch(/hunter2|library/);
      const logged = lines.find(({ err }) => err);
      expect(logged).toMatchObject({ level: 'error', traceId: error.traceId });
      expect(logged?.err?.message).toMatch(/hunter2|library/);
    },
  );

  it('answers what is not there with 404, and measures it without its URL', async () => {
    const response = await fetch(`${url}/hunter2`);
    expect(response.status).toBe(404);
    expect(await response.text()).toContain('"not_found"');
    expect((await requestLine()).route).not.toContain('hunter2');
  });

  it.each([
    ['malformed_json', 400, '{"a":'],
    ['body_too_large', 413, JSON.stringify('x'.repeat(200_000))],
  ])('%s', async (code, status, body) => {
    const response = await fetch(`${url}/things`, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json' },
    });
    expect(response.status).toBe(status);
    const expected = kind === 'express' && code === 'malformed_json' ? 'malformed_request' : code;
    expect(await response.json()).toMatchObject({ error: { code: expected } });
  });

  it('is alive, and ready as long as the database answers', async () => {
    expect(await (await fetch(`${url}/healthz`)).json()).toEqual({ status: 'ok' });
    expect((await fetch(`${url}/readyz`)).status).toBe(200);
    alive = false;
    const response = await fetch(`${url}/readyz`);
    expect(response.status).toBe(503);
    expect(await response.json()).toEqual({ status: 'unready', checks: { database: 'failed' } });
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    expect((await requestLine()).level).toBe('debug');
  });

  it('measures', async () => {
    things.inc({ outcome: 'fine' }, 3);
    await fetch(`${url}/things/a`);
    const response = await fetch(`${url}/metrics`);
    expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    const text = await response.text();
    expect(text).toContain('rolecall_things_total{outcome="fine",app="thing"} 3');
    expect(text).toMatch(
      /http_request_duration_seconds_count\{app="thing",method="GET",route="\/things\/:name",status="200"\} \d/,
    );
    expect(text).toContain('process_cpu_seconds_total');
    expect(text).not.toContain('hunter2');
  });

  it('gives its clock and log to whoever asks', () => {
    expect(app.get<() => Date>(CLOCK)()).toBeInstanceOf(Date);
    expect(app.get(LOGGER)).toBe(logger);
  });

  if (kind === 'fastify') {
    it.each([
      ['forbidden_key', 400, 'application/json', '{"__proto__":{"a":1}}'],
      ['json_too_deep', 400, 'application/json', '['.repeat(1_000) + ']'.repeat(1_000)],
      ['unsupported_media_type', 415, 'text/plain', '{"a":1}'],
      ['unsupported_media_type', 415, 'application/x-www-form-urlencoded', 'a=1'],
    ])('%s', async (code, status, type, body) => {
      const response = await fetch(`${url}/things`, { method: 'POST', body, headers: { 'content-type': type } });
      expect(response.status).toBe(status);
      expect(await response.json()).toMatchObject({ error: { code } });
    });

    it('refuses a URL that can not be decoded like everything else', async () => {
      const response = await fetch(`${url}/things/%ff`);
      expect(response.status).toBe(400);
      const { traceId, requestId } = await requestLine();
      expect(await response.json()).toMatchObject({ error: { code: 'malformed_request', traceId } });
      expect(response.headers.get('x-request-id')).toBe(requestId);
      expect(response.headers.get('content-security-policy')).toContain("default-src 'none'");
    });

    it('gives a route its own body limit', async () => {
      const post = (bytes: number) =>
        fetch(`${url}/things/large`, {
          method: 'POST',
          body: JSON.stringify('x'.repeat(bytes)),
          headers: { 'content-type': 'application/json' },
        });
      expect(await (await post(200_000)).json()).toEqual({ length: 200_000 });
      expect((await post(400_000)).status).toBe(413);
    });
  }

  it('closes the database once, when it closes', async () => {
    expect(database.close).not.toHaveBeenCalled();
    await app.close();
    expect(database.close).toHaveBeenCalledTimes(1);
  });
});

import { Controller, Module, Post, Req } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { createLogger, Problem } from '@rolecall/platform';
import type { FastifyRequest } from 'fastify';
import { LINES, telling, wantsLines } from './told.ts';

const log: string[] = [];
const logger = createLogger({ app: 'told', level: 'error' }, { write: (line) => log.push(line) });
let app: NestFastifyApplication;
let url: string;
/** What the handler does, in the hands of each test. */
let work: (looked: (users: number) => void) => Promise<object>;

@Controller()
class Handler {
  @Post('/')
  handle(@Req() { headers }: FastifyRequest): Promise<object> {
    const lines = wantsLines(headers.accept);
    return telling((looked) => work(looked), { lines, traceId: 'trace-1', logger, atOnceMs: 20, everyMs: 5 });
  }
}

@Module({ controllers: [Handler] })
class TestModule {}

beforeAll(async () => {
  app = await NestFactory.create<NestFastifyApplication>(TestModule, new FastifyAdapter(), { logger: false });
  await app.listen(0, '127.0.0.1');
  url = await app.getUrl();
});
afterAll(() => app?.close());

const ask = (accept: string) => fetch(url, { method: 'POST', headers: { accept } });

/** Two pages of users, and then whatever comes when somebody lets it. */
function inTwoPages() {
  const { promise, resolve, reject } = Promise.withResolvers<object>();
  work = async (looked) => {
    looked(1_000);
    looked(500);
    return promise;
  };
  return { resolve, reject };
}

/** The first line has arrived: so has the status. @returns all lines, once `then` let the rest come */
async function linesOf(answer: Response, then: () => void): Promise<object[]> {
  let text = '';
  for await (const chunk of answer.body!) {
    if (text === '') then();
    text += Buffer.from(chunk).toString();
  }
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as object);
}

it('tells in lines how many users were looked at, and the result at last', async () => {
  const { resolve } = inTwoPages();
  const answer = await ask(`application/json, ${LINES}`);
  expect([answer.status, answer.headers.get('content-type')]).toEqual([201, LINES]);
  const lines = await linesOf(answer, () => resolve({ plan: 'of both' }));
  expect(lines[0]).toEqual({ progress: { users: 1_500 } });
  expect(lines.at(-1)).toEqual({ result: { plan: 'of both' } });
});

it('tells a refusal with the status that it would have had', async () => {
  const { reject } = inTwoPages();
  const lines = await linesOf(await ask(LINES), () => reject(new Problem(409, 'conflict', 'both changed it')));
  const error = { code: 'conflict', message: 'both changed it', traceId: 'trace-1' };
  expect(lines.at(-1)).toEqual({ status: 409, error });
});

it('tells nothing of what nobody expected, but logs it', async () => {
  const { reject } = inTwoPages();
  const lines = await linesOf(await ask(LINES), () => reject(new Error('the password of the database is x')));
  expect(lines.at(-1)).toMatchObject({ status: 500, error: { code: 'internal_error' } });
  expect(JSON.stringify(lines)).not.toContain('password');
  expect(log.join()).toContain('trace-1');
});

it.each([
  ['what is done at once', LINES],
  ['who asks for one value', 'application/json'],
])('answers with one value: %s', async (_what, accept) => {
  work = () => Promise.resolve({ plan: 'short' });
  const answer = await ask(accept);
  expect(answer.headers.get('content-type')).toContain('application/json');
  expect(await answer.json()).toEqual({ plan: 'short' });
});

it.each<[string | undefined, boolean]>([
  [undefined, false],
  ['*/*', false],
  ['application/json', false],
  ['application/x-ndjson-other', false],
  [' APPLICATION/X-NDJSON', true],
])('takes %j for a wish for lines: %s', (accept, wish) => {
  expect(wantsLines(accept)).toBe(wish);
});

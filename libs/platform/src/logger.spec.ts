import { createLogger } from './logger.ts';

const lines: string[] = [];
const logger = createLogger({ app: 'thing', level: 'debug' }, { write: (line) => lines.push(line) });
beforeEach(() => lines.splice(0));

/** As PostgreSQL's driver makes them, with the row and the statement that failed. */
const failed = () =>
  Object.assign(new Error('null value in column "user_id" violates not-null constraint'), {
    code: '23502',
    table: 'identities',
    column: 'user_id',
    detail: 'Failing row contains (eve@acme.example).',
    where: 'SQL statement "… eve@acme.example"',
    parameters: ['eve@acme.example'],
    request: { headers: { authorization: 'Bearer eve@acme.example' } },
  });

it.each([
  ['an error', () => failed()],
  ['its cause', () => new Error('outer', { cause: failed() })],
  [
    'a thing that is no error',
    () => Object.fromEntries([...Object.entries(failed()), ['message', 'violates not-null constraint']]),
  ],
  ['several errors', () => new AggregateError([failed()], 'all of them')],
])('says what is wrong of %s, and not what it is wrong with', (_what, make) => {
  logger.error({ err: make() }, 'failed');
  expect(lines.join('')).toContain('violates not-null constraint');
  expect(lines.join('')).not.toContain('eve@acme.example');
});

it('names where in the schema, and keeps the stack', () => {
  logger.error({ err: failed() }, 'failed');
  const { err } = JSON.parse(lines[0] ?? '') as { err: object };
  expect(err).toMatchObject({ type: 'Error', code: '23502', table: 'identities', column: 'user_id' });
  expect(err).toHaveProperty('stack', expect.stringContaining('logger.spec'));
});

it('keeps a line one line, whatever stands in it (security.md 50)', () => {
  logger.warn({ code: 'a\n{"level":"info"}', err: new Error('b\r\n\u001b[31m') }, 'c\n\u2028d');
  expect(lines).toHaveLength(1);
  for (const control of ['\n', '\r', '\u001b']) expect(lines[0]?.trimEnd()).not.toContain(control);
});

it('takes the names of secrets out, one level deep', () => {
  logger.info({ token: 'hunter2', request: { cookie: 'hunter2', body: { a: 'hunter2' } } }, 'x');
  expect(lines.join('')).not.toContain('hunter2');
});

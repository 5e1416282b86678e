import type { Io } from '../io.ts';
import { run } from '../run.ts';
import type { DirectoryRequest } from '../server/directory.ts';
import { TEST_TOKEN, TestServer } from '../testing/test-server.ts';
import type { TestDirectory } from '../testing/test-directory.ts';

const request = (id: string, at: string): DirectoryRequest => ({
  requestId: id.repeat(32),
  at: `2026-11-01T12:00:${at}.000Z`,
  token: 'okta',
  method: 'PATCH',
  route: '/scim/v2/Users/:id',
  status: 200,
  scimType: null,
  outcome: 'applied',
  quirks: [],
  resourceType: 'User',
  resourceId: '1',
  attributes: ['active'],
  detail: null,
  hint: null,
  milliseconds: 1,
  payload: null,
});

let server: TestServer;
let url: string;
beforeEach(async () => {
  server = new TestServer();
  url = await server.start();
});
afterEach(() => server.stop());

/** What `--follow` prints while `comes` comes, one batch per look; each batch is interleaved as an IdP's requests are. */
async function follow(
  was: readonly DirectoryRequest[],
  comes: readonly (DirectoryRequest[] | 'down')[],
  ...flags: string[]
) {
  const requests = [...was];
  server.directory = { status: {} as TestDirectory['status'], requests, holds: [], receipts: [] };
  let out = '';
  const io: Io = {
    out: (text) => void (out += text),
    err: () => undefined,
    env: { ROLECALL_SERVER: url, ROLECALL_TOKEN: TEST_TOKEN },
    cwd: import.meta.dirname,
    now: new Date('2026-11-01T12:00:00Z'),
    outIsTerminal: false,
    errIsTerminal: false,
    ask: undefined,
    pause: () => {
      server.down = false;
      const next = comes[looks++];
      if (!next) return Promise.reject(new Error('interrupted'));
      if (next === 'down') server.down = true;
      else requests.push(...next);
      requests.sort((a, b) => (a.at < b.at ? 1 : -1));
      return Promise.resolve();
    },
  };
  let looks = 0;
  expect(await run(['scim', 'log', 'acme', '--follow', ...flags], io)).toBe(1);
  return out;
}

const ids = (out: string) => [...out.matchAll(/(\w)\1{31}/g)].map(([, id]) => id).join('');

it('shows what was and what comes, each once, also what was written late', async () => {
  const out = await follow(
    [request('b', '02'), request('a', '01')],
    [[], [request('d', '40'), request('e', '41'), request('f', '42')], [request('c', '30'), request('g', '43')]],
  );
  expect(ids(out)).toBe('abdefcg');
  expect(out).toContain('2026-11-01 12:00:01  applied  200  PATCH /Users/:id  okta  active  aaaa');
});

it('shows none from before --since, however late it was written', async () => {
  const late = [[request('b', '02')], [request('c', '21')]];
  expect(ids(await follow([request('d', '20')], late, '--since', '2026-11-01T12:00:10Z'))).toBe('dc');
});

it('waits where nothing was', async () => {
  expect(ids(await follow([], [[], [request('a', '01')]]))).toBe('a');
});

it('goes on when the server was away', async () => {
  expect(ids(await follow([request('a', '01')], ['down', 'down', [request('b', '02')]]))).toBe('ab');
});

it('prints a line of JSON for each', async () => {
  const out = await follow([request('a', '01')], [[request('b', '02')]], '--format', 'json');
  expect(
    out
      .split('\n')
      .slice(0, 2)
      .map((line) => (JSON.parse(line) as DirectoryRequest).requestId[0]),
  ).toEqual(['a', 'b']);
});

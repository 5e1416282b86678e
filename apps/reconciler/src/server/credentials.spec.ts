import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import type { IncomingMessage, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { Io } from '../io.ts';
import { run } from '../run.ts';
import { connectionOf } from './connection.ts';
import { credentialsPath, keepToken, keptToken } from './credentials.ts';
import { workloadToken } from './workload-identity.ts';

const GOOD = `rct_${'a'.repeat(24)}_${'B'.repeat(43)}`;
let directory: string;
let http: Server;
let server: string;
let requests: { readonly url: string; readonly authorization: string | undefined; readonly body: string }[];
let lifetime: number;
let env: Record<string, string>;

/** Stands for the admin API, and for the token endpoint of GitHub Actions. */
async function answer(request: IncomingMessage): Promise<readonly [number, unknown]> {
  const { url = '', headers } = request;
  requests.push({ url, authorization: headers.authorization, body: await text(request) });
  if (url.startsWith('/github')) {
    if (headers.authorization !== 'Bearer runner') return [403, {}];
    const audience = new URL(url, server).searchParams.get('audience');
    return [200, { value: `github-for ${audience} ${requests.length}` }];
  }
  if (url === '/v1/token') {
    const error = { code: 'token_refused', message: 'the token is not exchanged', traceId: 'trace-1' };
    const subject = new URLSearchParams(requests.at(-1)?.body).get('subject_token') ?? '';
    const used = requests.filter(({ body }) => new URLSearchParams(body).get('subject_token') === subject).length > 1;
    if (subject.includes('evil') || used) return [400, { error }];
    return [200, { access_token: `rct_exchanged_${requests.length}`, expires_in: lifetime }];
  }
  if (headers.authorization === `Bearer ${GOOD}`) return [200, { organizations: [], nextCursor: null }];
  return [401, { error: { code: 'unauthorized', message: 'no' } }];
}

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'rolecall-credentials-'));
  requests = [];
  lifetime = 300;
  http = createServer((request, response) => {
    void answer(request).then(([status, body]) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body)),
    );
  });
  await new Promise<void>((resolve) => {
    http.listen(0, '127.0.0.1', resolve);
  });
  server = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  env = { ROLECALL_CONFIG_DIR: join(directory, 'config') };
});
afterEach(async () => {
  http.closeAllConnections();
  await new Promise((resolve) => {
    http.close(resolve);
  });
  rmSync(directory, { recursive: true, force: true });
});

async function command(args: readonly string[], more: Partial<Io> = {}) {
  let out = '';
  let err = '';
  const io: Io = {
    out: (written) => void (out += written),
    err: (written) => void (err += written),
    env,
    cwd: directory,
    now: new Date(),
    outIsTerminal: false,
    errIsTerminal: false,
    ask: undefined,
    ...more,
  };
  const code = await run([...args, '--server', server], io);
  return { code, out, err };
}
const typed = (token: string) => ({ input: () => Promise.resolve(Buffer.from(`${token}\n`)) });
const file = () => credentialsPath({ env }) ?? '';
const tokenFor = async (wanted: string) => {
  const { token } = connectionOf({ server: wanted }, { env, cwd: directory }, undefined);
  return typeof token === 'string' ? token : token();
};

describe('rolecall login', () => {
  it('keeps a token that the server knows, for this user alone, and logout forgets it', async () => {
    const { code, out } = await command(['login'], typed(GOOD));
    expect([code, out]).toEqual([0, expect.stringContaining(server)]);
    expect(out).not.toContain(GOOD);
    expect(statSync(file()).mode & 0o777).toBe(0o600);
    expect(statSync(join(file(), '..')).mode & 0o777).toBe(0o700);
    expect(await tokenFor(server)).toBe(GOOD);
    expect(await tokenFor(`${server}/`)).toBe(GOOD);
    await expect(tokenFor('http://127.0.0.1:1')).rejects.toMatchObject({ code: 'no_token' });
    expect((await command(['logout'])).code).toBe(0);
    expect(readFileSync(file(), 'utf8')).not.toContain(GOOD);
    expect((await command(['logout'])).out).toContain('There was no token');
  });

  it('takes it unseen where a person types', async () => {
    const questions: string[] = [];
    const askHidden = (question: string) => {
      questions.push(question);
      return Promise.resolve(GOOD);
    };
    expect((await command(['login'], { askHidden })).code).toBe(0);
    expect(questions).toEqual([`API token for ${server}: `]);
  });

  it.each([
    ['one that the server does not know', GOOD.replaceAll('B', 'C'), 1],
    ['what is no token', 'hunter2', 64],
    ['nothing', '', 64],
  ])('keeps nothing of %s', async (_what, token, code) => {
    expect((await command(['login'], typed(token))).code).toBe(code);
    expect(() => statSync(file())).toThrow('ENOENT');
  });

  it('refuses a file that others can read', async () => {
    keepToken('login', server, { token: GOOD }, { env });
    chmodSync(file(), 0o640);
    expect(() => keptToken('login', server, { env })).toThrow(expect.objectContaining({ code: 'credentials_open' }));
    const { code, err } = await command(['history', 'acme']);
    expect([code, err]).toEqual([1, expect.stringContaining('chmod 600')]);
  });
});

describe('rolecall config', () => {
  it('says where everything comes from, and shows no secret', async () => {
    keepToken('login', server, { token: GOOD }, { env });
    const { out } = await command(['config', '--show-origin', '--format', 'json']);
    expect(out).not.toContain('BBB');
    const { settings } = JSON.parse(out) as { settings: readonly { name: string }[] };
    expect(Object.fromEntries(settings.map(({ name, ...rest }) => [name, rest]))).toMatchObject({
      server: { value: server, origin: '--server' },
      token: { value: `rct_${'a'.repeat(24)}_…`, origin: 'rolecall login' },
      collection: { value: 'default', origin: null },
    });
    env['ROLECALL_TOKEN'] = 'plainly-secret';
    const human = (await command(['config', '--show-origin'])).out;
    expect(human).toMatch(/token +… +ROLECALL_TOKEN/);
    expect(human).not.toContain('plainly-secret');
  });
});

const idToken = (audience: unknown, what = 'x') =>
  `e30.${Buffer.from(JSON.stringify({ aud: audience, what })).toString('base64url')}.c2ln`;

describe('a job', () => {
  it('of GitHub Actions gets its token by itself, for this server, and a new one before the former ends', async () => {
    Object.assign(env, {
      ACTIONS_ID_TOKEN_REQUEST_URL: `${server}/github?v=1`,
      ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'runner',
    });
    const token = workloadToken(server, true, { env });
    expect(await token()).toBe('rct_exchanged_2');
    expect(await token()).toBe('rct_exchanged_2');
    expect(requests.map(({ url }) => url)).toEqual([`/github?v=1&audience=${encodeURIComponent(server)}`, '/v1/token']);
    expect(requests[1]?.body).toContain('subject_token=github-for');
    lifetime = 0;
    const short = workloadToken(server, true, { env });
    await short();
    await short();
    expect(requests.filter(({ url }) => url === '/v1/token').length).toBe(3);
    expect(() => statSync(file())).toThrow('ENOENT');
  });

  it('of another host exchanges what it was given once, also for its next command', async () => {
    env['ROLECALL_ID_TOKEN'] = idToken(server);
    expect(await tokenFor(server)).toBe('rct_exchanged_1');
    expect(await tokenFor(server)).toBe('rct_exchanged_1');
    expect(requests.length).toBe(1);
    expect(statSync(file()).mode & 0o777).toBe(0o600);
    expect(readFileSync(file(), 'utf8')).not.toContain(env['ROLECALL_ID_TOKEN']);
    env['ROLECALL_ID_TOKEN'] = idToken(server, 'the next job');
    expect(await tokenFor(server)).toBe('rct_exchanged_2');
  });

  it.each([
    ['another server', 'https://other.example'],
    ['several', ['https://other.example', 'x']],
    ['nobody', undefined],
  ])('sends a token that is for %s to nobody', async (_what, audience) => {
    env['ROLECALL_ID_TOKEN'] = idToken(audience);
    await expect(tokenFor(server)).rejects.toMatchObject({ code: 'audience_differs' });
    expect(requests).toEqual([]);
  });

  it('may have an audience of its own only where a caller names the server', async () => {
    env['ROLECALL_AUDIENCE'] = 'rolecall';
    env['ROLECALL_ID_TOKEN'] = idToken('rolecall');
    const settings = { directory, server };
    const fromFile = connectionOf({}, { env, cwd: directory }, settings).token as () => Promise<string>;
    await expect(fromFile()).rejects.toMatchObject({ code: 'audience_differs' });
    expect(requests).toEqual([]);
    expect(await tokenFor(server)).toBe('rct_exchanged_1');
  });

  it('is told where to look when it is refused', async () => {
    env['ROLECALL_ID_TOKEN'] = idToken(server, 'evil').replace('c2ln', 'evil');
    await expect(tokenFor(server)).rejects.toMatchObject({
      code: 'token_refused',
      message: expect.stringMatching(/trace-1.*trustedIssuers/),
    });
  });

  it('goes by a token that somebody gives it first', async () => {
    Object.assign(env, { ROLECALL_ID_TOKEN: idToken(server), ROLECALL_TOKEN: GOOD });
    expect(await tokenFor(server)).toBe(GOOD);
  });
});

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { run } from '../run.ts';

const TOKEN = 'ghs_secret';
const PLAN = '<!-- rolecall-plan default -->\n\n### Rolecall: no changes\n';

interface Comment {
  readonly id: number;
  body: string;
  readonly mine: boolean;
}

/** The part of both hosts' APIs that is used, as their documentation describes it. */
class Host {
  comments: Comment[] = [];
  readonly requests: string[] = [];
  /** Of the commit c0ffee. */
  merged: object[] = [{ number: 7, iid: 3 }];
  readonly #http: Server = createServer((request, response) => {
    void (async () => {
      const url = new URL(request.url ?? '', 'http://host');
      this.requests.push(`${request.method} ${url.pathname}`);
      const answer = (status: number, body: unknown) => {
        response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
      };
      const { authorization, 'private-token': own } = request.headers;
      if (authorization !== `Bearer ${TOKEN}` && own !== TOKEN) return answer(401, {});
      if (/\/commits\/c0ffee\/(pulls|merge_requests)$/.test(url.pathname)) return answer(200, this.merged);
      if (request.method === 'GET') {
        const page = Number(url.searchParams.get('page'));
        return answer(200, this.comments.slice((page - 1) * 100, page * 100));
      }
      const { body } = (await json(request)) as { body: string };
      if (request.method === 'POST') {
        this.comments.push({ id: this.comments.length + 1, body, mine: true });
        return answer(201, {});
      }
      const known = this.comments.find(({ id }) => url.pathname.endsWith(`/${id}`));
      if (known?.mine !== true) return answer(known ? 403 : 404, {});
      known.body = body;
      return answer(200, {});
    })();
  });

  async start(): Promise<string> {
    await new Promise<void>((resolve) => {
      this.#http.listen(0, '127.0.0.1', resolve);
    });
    return `http://127.0.0.1:${(this.#http.address() as AddressInfo).port}`;
  }

  stop(): void {
    this.#http.closeAllConnections();
    this.#http.close();
  }
}

describe('rolecall comment', () => {
  let cwd: string;
  let host: Host;
  let env: Record<string, string>;
  let said: string;
  beforeEach(async () => {
    cwd = mkdtempSync(join(tmpdir(), 'rolecall-comment-'));
    writeFileSync(join(cwd, 'plan.md'), PLAN);
    host = new Host();
    env = {
      GITHUB_ACTIONS: 'true',
      GITHUB_API_URL: await host.start(),
      GITHUB_REPOSITORY: 'acme/organizations',
      GITHUB_REF: 'refs/pull/7/merge',
      GITHUB_TOKEN: TOKEN,
    };
  });
  afterEach(() => {
    host.stop();
    rmSync(cwd, { recursive: true });
  });
  const comment = (...args: string[]) => {
    said = '';
    const hear = (text: string) => void (said += text);
    const terminal = { outIsTerminal: false, errIsTerminal: false, ask: undefined };
    return run(['comment', ...(args.length > 0 ? args : ['plan.md'])], {
      out: hear,
      err: hear,
      env,
      cwd,
      now: new Date(),
      ...terminal,
    });
  };

  it('writes one comment, and replaces it at every later run', async () => {
    expect(await comment()).toBe(0);
    expect(said).toBe('Commented on pull request 7 of acme/organizations.\n');
    writeFileSync(join(cwd, 'plan.md'), `${PLAN}\nmore\n`);
    expect(await comment()).toBe(0);
    expect(host.comments).toEqual([expect.objectContaining({ body: `${PLAN}\nmore\n` })]);
    expect(host.requests.at(-1)).toBe('PATCH /repos/acme/organizations/issues/comments/1');
  });

  it('finds its comment among hundreds, and leaves those of others and of other collections alone', async () => {
    const others = Array.from({ length: 250 }, (_, id) => ({ id: id + 1, body: `${id} ${PLAN}`, mine: true }));
    const forged = { id: 251, body: PLAN, mine: false };
    const elsewhere = { id: 252, body: PLAN.replace('default', 'other'), mine: true };
    host.comments = [...others, forged, elsewhere];
    await comment();
    expect(host.comments.at(-1)).toEqual({ id: 253, body: PLAN, mine: true });
    await comment();
    expect(host.comments).toHaveLength(253);
    expect(host.comments.slice(0, 252)).toEqual([...others, forged, elsewhere]);
  });

  it('takes the number of the pull request from the event where the ref does not say it', async () => {
    writeFileSync(join(cwd, 'event.json'), JSON.stringify({ pull_request: { number: 9 } }));
    env = { ...env, GITHUB_REF: 'refs/heads/main', GITHUB_EVENT_PATH: join(cwd, 'event.json') };
    expect(await comment()).toBe(0);
    expect(host.requests.at(-1)).toBe('POST /repos/acme/organizations/issues/9/comments');
  });

  describe('after the merge', () => {
    const print = (digit: string) => `sha256:${digit.repeat(64)}`;
    const planned = (digit: string) => `${PLAN}\nFingerprint: \`${print(digit)}\`\n`;
    beforeEach(() => {
      env = { ...env, GITHUB_REF: 'refs/heads/main', GITHUB_SHA: 'c0ffee' };
      host.comments = [{ id: 1, body: planned('a'), mine: true }];
    });

    it('says which plan was reviewed', async () => {
      expect([await comment('--fingerprint'), said]).toEqual([0, `${print('a')}\n`]);
      expect(host.requests.at(-1)).toBe('GET /repos/acme/organizations/issues/7/comments');
      const { GITHUB_API_URL: api = '' } = env;
      env = {
        GITLAB_CI: 'true',
        CI_API_V4_URL: api,
        CI_PROJECT_ID: '12',
        CI_COMMIT_SHA: 'c0ffee',
        GITLAB_TOKEN: TOKEN,
      };
      expect([await comment('--fingerprint'), said]).toEqual([0, `${print('a')}\n`]);
      expect(host.requests.at(-1)).toBe('GET /projects/12/merge_requests/3/notes');
    });

    it('names none when no request was merged, none was planned, or comments disagree', async () => {
      host.comments.push({ id: 2, body: planned('b'), mine: false });
      expect([await comment('--fingerprint'), said]).toEqual([5, expect.stringContaining('several plans')]);
      host.comments = [];
      expect([await comment('--fingerprint'), said]).toEqual([5, expect.stringContaining('comes from no request')]);
      host.merged = [];
      expect([await comment('--fingerprint'), said]).toEqual([5, expect.stringContaining('comes from no request')]);
      expect(await comment('--fingerprint', 'plan.md')).toBe(64);
    });
  });

  it('does the same at GitLab', async () => {
    const { GITHUB_API_URL: api = '' } = env;
    env = {
      GITLAB_CI: 'true',
      CI_API_V4_URL: `${api}/api/v4`,
      CI_PROJECT_ID: '12',
      CI_MERGE_REQUEST_IID: '3',
      GITLAB_TOKEN: TOKEN,
    };
    await comment();
    await comment();
    expect(host.comments).toHaveLength(1);
    expect(host.requests.at(-1)).toBe('PUT /api/v4/projects/12/merge_requests/3/notes/1');
  });

  it.each([
    [{ GITHUB_ACTIONS: '' }, 64, 'this is no job of GitHub Actions or GitLab CI'],
    [{ GITHUB_REF: 'refs/heads/main' }, 64, 'this job runs for no pull request'],
    [{ GITHUB_TOKEN: '' }, 64, 'GITHUB_TOKEN is not set'],
    [{ GITHUB_TOKEN: 'other' }, 1, 'answered 401'],
    [{ GITHUB_API_URL: 'http://127.0.0.1:1' }, 1, 'cannot reach http://127.0.0.1:1'],
  ])('says what is wrong with %j', async (other, exitCode, message) => {
    env = { ...env, ...other };
    expect(await comment()).toBe(exitCode);
    expect(said).toContain(message);
    expect(said).not.toContain(TOKEN);
    expect(host.comments).toEqual([]);
  });

  it.each([
    ['anything else', '# hello'],
    ['more than fits', PLAN + 'x'.repeat(65_536)],
  ])('puts nothing into a comment but a plan: %s', async (_, text) => {
    writeFileSync(join(cwd, 'plan.md'), text);
    expect(await comment()).toBe(64);
    expect(await comment('missing.md')).toBe(64);
    expect(host.requests).toEqual([]);
  });
});

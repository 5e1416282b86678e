import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { json } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { parse } from 'yaml';
import { compactJws, jwkOf, testKey } from '@rolecall/oidc/testing';
import type { System } from '../system/system.ts';
import { startTestSystem } from './test-system.ts';

const ROOT = join(import.meta.dirname, '../..');
const run = promisify(execFile);

let system: System;
let directory: string;
let host: Server;
let comments: string[];
let api: string;

beforeAll(async () => {
  await startHost();
  // the host of the pipelines, whose keys the admin API asks for
  process.env['ROLECALL_OUTBOUND_ALLOW'] = api;
  system = await startTestSystem();
  directory = mkdtempSync(join(tmpdir(), 'pipeline-'));
  mkdirSync(join(directory, 'bin'));
  const command = join(directory, 'bin', 'rolecall');
  writeFileSync(command, `#!/bin/sh\nexec '${process.execPath}' '${ROOT}/apps/reconciler/bin/rolecall.mjs' "$@"\n`);
  chmodSync(command, 0o755);
  await trustHosts();
}, 240_000);

/** Both hosts, as their documentation has it: one request, whose merge made every commit, and a token for each job that may have one. */
async function startHost(): Promise<void> {
  host = createServer((request, response) => {
    void (async () => {
      const { url = '', headers, method } = request;
      const answer = (body: unknown) => response.end(JSON.stringify(body));
      const [, issuer] = /^(\/hub|\/lab)\/\.well-known\/openid-configuration$/.exec(url) ?? [];
      if (issuer !== undefined) return answer({ issuer: `${api}${issuer}`, jwks_uri: `${api}/jwks` });
      if (url === '/jwks') return answer({ keys: [jwkOf(testKey('rsa'))] });
      const [, environment] = /^\/id-token\/(\w*)\?/.exec(url) ?? [];
      if (environment !== undefined) {
        const audience = new URL(url, api).searchParams.get('audience') ?? '';
        const claims = { repository: 'acme/config', ...(environment !== '' && { environment }) };
        return answer(headers.authorization === 'Bearer runner' ? { value: jobToken('/hub', audience, claims) } : {});
      }
      if (/\/commits\/[0-9a-f]+\//.test(url)) return answer([{ number: 7, iid: 7 }]);
      if (method === 'GET') return answer(comments.map((body, id) => ({ id, body })));
      const { body } = (await json(request)) as { body: string };
      if (method === 'POST') comments.push(body);
      else comments = [body];
      return answer({});
    })();
  });
  await new Promise<void>((resolve) => {
    host.listen(0, '127.0.0.1', resolve);
  });
  api = `http://127.0.0.1:${(host.address() as AddressInfo).port}`;
}

function jobToken(issuer: '/hub' | '/lab', audience: string, claims: object): string {
  const now = Math.floor(Date.now() / 1_000);
  const right = {
    iss: `${api}${issuer}`,
    aud: audience,
    sub: `job of ${issuer}`,
    jti: randomUUID(),
    iat: now,
    exp: now + 300,
  };
  return compactJws({ alg: 'RS256', kid: 'rsa', typ: 'JWT' }, { ...right, ...claims }, testKey('rsa').privateKey);
}

/** Applies the platform document of the guide, with the hosts of this test for GitHub and GitLab. */
async function trustHosts(): Promise<void> {
  const guide = readFileSync(join(ROOT, 'docs/guides/ci.md'), 'utf8');
  const document = /```yaml\n([\s\S]*?kind: Platform[\s\S]*?)```/.exec(guide)?.[1] ?? '';
  const path = join(directory, 'deployment');
  mkdirSync(path);
  writeFileSync(join(path, 'rolecall.yaml'), 'collection: deployment\n');
  const ours = document
    .replaceAll('https://token.actions.githubusercontent.com', `${api}/hub`)
    .replaceAll('https://gitlab.com', `${api}/lab`);
  writeFileSync(join(path, 'platform.yaml'), ours);
  const applied = await job('rolecall apply --auto-approve', path, { ROLECALL_TOKEN: system.token });
  expect(applied).toContain('Applied: the platform document (revision 1)');
}

afterAll(async () => {
  host?.closeAllConnections();
  host?.close();
  await system?.stop();
  rmSync(directory, { recursive: true, force: true });
});

/** Runs the lines of a job as its runner does; the command is the one of this repository, so it needs no installation. */
async function job(lines: string, cwd: string, env: Readonly<Record<string, string>>): Promise<string> {
  const script = lines.replaceAll(/^.*npm install --global rolecall.*$/gm, '');
  const path = [join(directory, 'bin'), process.env['PATH'] ?? ''].join(delimiter);
  const { stdout } = await run('bash', ['-eo', 'pipefail', '-c', script], {
    cwd,
    env: { PATH: path, HOME: directory, ROLECALL_SERVER: system.urls.admin, ...env },
  });
  return stdout;
}

function repository(name: string, displayName: string): string {
  const path = join(directory, name);
  mkdirSync(path, { recursive: true });
  writeFileSync(join(path, 'rolecall.yaml'), `collection: ${name}\n`);
  const metadata = `apiVersion: rolecall/v1\nkind: Organization\nmetadata: { name: ${name} }\n`;
  writeFileSync(join(path, `${name}.yaml`), `${metadata}spec: { displayName: ${displayName} }\n`);
  return path;
}

interface Workflow {
  readonly jobs: Readonly<Record<string, GitHubJob>>;
}

interface GitHubJob {
  readonly environment?: string;
  readonly permissions?: Readonly<Record<string, string>>;
  readonly steps: readonly { readonly run?: string }[];
}

/** The example for GitHub, and the lines of its jobs. */
function workflow() {
  const file = join(ROOT, 'config-examples/ci/github/.github/workflows/rolecall.yml');
  const { jobs } = parse(readFileSync(file, 'utf8')) as Workflow;
  return { jobs, lines: (name: string) => (jobs[name]?.steps ?? []).map(({ run: text = '' }) => text).join('\n') };
}

/** What the runner says of itself to every job. */
function actions(): Readonly<Record<string, string>> {
  return { GITHUB_ACTIONS: 'true', GITHUB_API_URL: api, GITHUB_REPOSITORY: 'a/b', GITHUB_TOKEN: 't' };
}

/** What the runner gives a job that may have a token. */
function identity(of: GitHubJob | undefined): Readonly<Record<string, string>> {
  if (of?.permissions?.['id-token'] !== 'write') return {};
  const url = `${api}/id-token/${of.environment ?? ''}?v=1`;
  return { ACTIONS_ID_TOKEN_REQUEST_URL: url, ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'runner' };
}

interface GitLabJob {
  readonly script: readonly string[];
  readonly environment?: string;
  readonly id_tokens?: Readonly<Record<string, { readonly aud: string }>>;
}

it('GitHub Actions: a plan becomes a comment, and what was reviewed is applied', async () => {
  comments = [];
  const { jobs, lines } = workflow();
  const cwd = repository('hub', 'Hub');
  const summary = join(directory, 'summary.md');
  const env = { ...actions(), GITHUB_STEP_SUMMARY: summary };
  const [plan, apply] = [identity(jobs['plan']), identity(jobs['apply'])];
  await job(lines('check'), cwd, env);
  await job(lines('plan'), cwd, { ...env, ...plan, GITHUB_REF: 'refs/pull/7/merge' });
  expect(comments).toEqual([expect.stringContaining('create <code>hub</code>')]);
  expect(readFileSync(summary, 'utf8')).toBe(comments[0]);
  expect(await job(lines('apply'), cwd, { ...env, ...apply, GITHUB_SHA: 'c0ffee' })).toContain(
    'Applied: hub (revision 1)',
  );
  // a job of a pull request may not apply, whatever it runs
  repository('hub', 'Hub of a pull request');
  const refused = job('rolecall apply --auto-approve', cwd, { ...env, ...plan });
  await expect(refused).rejects.toMatchObject({ stderr: expect.stringContaining('needs the right apply') });
  // something else was merged than what the comment shows
  repository('hub', 'Another');
  await expect(job(lines('apply'), cwd, { ...env, ...apply, GITHUB_SHA: 'c0ffee' })).rejects.toMatchObject({ code: 4 });
});

it('GitLab CI: the same, with its report', async () => {
  comments = [];
  const jobs = parse(readFileSync(join(ROOT, 'config-examples/ci/gitlab/.gitlab-ci.yml'), 'utf8')) as Readonly<
    Record<string, GitLabJob>
  >;
  const lines = (name: string) => (jobs[name]?.script ?? []).join('\n');
  const cwd = repository('lab', 'Lab');
  const identityOf = ({ id_tokens: wanted = {}, environment }: Partial<GitLabJob> = {}) => {
    const claims = { project_path: 'acme/config', ref_protected: 'true', ...(environment && { environment }) };
    const tokens = Object.entries(wanted).map(([name, { aud }]) => {
      return [name, jobToken('/lab', aud.replace('$ROLECALL_SERVER', system.urls.admin), claims)] as const;
    });
    return Object.fromEntries(tokens);
  };
  const env = { GITLAB_TOKEN: 't', GITLAB_CI: 'true', CI_API_V4_URL: api, CI_PROJECT_ID: '1' };
  await job(lines('check'), cwd, env);
  expect(JSON.parse(readFileSync(join(cwd, 'code-quality.json'), 'utf8'))).toEqual([]);
  await job(lines('plan'), cwd, { ...env, ...identityOf(jobs['plan']), CI_MERGE_REQUEST_IID: '7' });
  expect(await job(lines('apply'), cwd, { ...env, ...identityOf(jobs['apply']), CI_COMMIT_SHA: 'c0ffee' })).toContain(
    'Applied: lab (revision 1)',
  );
  // a job of a merge request may not apply, whatever it runs
  repository('lab', 'Lab of a merge request');
  const refused = job('rolecall apply --auto-approve', cwd, { ...env, ...identityOf(jobs['plan']) });
  await expect(refused).rejects.toMatchObject({ stderr: expect.stringContaining('needs the right apply') });
});

it('from zero to GitOps: its steps with tokens, and the pipeline with those', async () => {
  comments = [];
  const guide = readFileSync(join(ROOT, 'docs/guides/from-zero-to-gitops.md'), 'utf8');
  const blocks = (language: string) =>
    [...guide.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, 'gm'))].map(([, text = '']) => text);
  const [settings = '', umbrella = ''] = blocks('yaml');
  const [desk = '', tokens = ''] = blocks('sh');
  const cwd = join(directory, 'zero');
  mkdirSync(join(cwd, 'orgs'), { recursive: true });
  writeFileSync(join(cwd, 'rolecall.yaml'), settings);
  writeFileSync(join(cwd, 'orgs/umbrella.yaml'), umbrella);
  const beside = { DATABASE_URL: system.databaseUrl };
  const create = /`(rolecall token create [^`]*)`/.exec(guide)?.[1] ?? '';
  const token = (await job(create, cwd, beside)).trim();

  const filled = desk.replace('https://admin.sso.example.com', system.urls.admin).replace('rct_…', token);
  const steps = [filled, 'complete -p rolecall', 'rolecall validate', 'rolecall plan'].join('\n');
  const atTheDesk = await job(steps, cwd, {});
  expect(atTheDesk).toContain('1 organization, 1 test passed');
  expect(atTheDesk).toMatch(/^complete .*rolecall$/m);
  expect(atTheDesk).toContain('+ umbrella  orgs/umbrella.yaml:5:3');

  const [plan = '', apply = ''] = (await job(tokens, cwd, beside)).trim().split('\n');
  const { lines } = workflow();
  const env = { ...actions(), GITHUB_STEP_SUMMARY: join(directory, 'zero.md'), GITHUB_SHA: 'c0ffee' };
  await job(lines('check'), cwd, env);
  await job(lines('plan'), cwd, { ...env, GITHUB_REF: 'refs/pull/7/merge', ROLECALL_TOKEN: plan });
  expect(comments).toEqual([expect.stringContaining('create <code>umbrella</code>')]);
  await expect(job(lines('apply'), cwd, { ...env, ROLECALL_TOKEN: plan })).rejects.toMatchObject({
    stderr: expect.stringContaining('needs the right apply'),
  });
  expect(await job(lines('apply'), cwd, { ...env, ROLECALL_TOKEN: apply })).toContain('Applied: umbrella (revision 1)');
});

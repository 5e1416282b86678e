import { execFile } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { json } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { parse } from 'yaml';
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
  system = await startTestSystem();
  directory = mkdtempSync(join(tmpdir(), 'pipeline-'));
  mkdirSync(join(directory, 'bin'));
  const command = join(directory, 'bin', 'rolecall');
  writeFileSync(command, `#!/bin/sh\nexec '${process.execPath}' '${ROOT}/apps/reconciler/bin/rolecall.mjs' "$@"\n`);
  chmodSync(command, 0o755);
  // what both hosts answer, as their documentation has it: one request, whose merge made every commit
  host = createServer((request, response) => {
    void (async () => {
      const answer = (body: unknown) => response.end(JSON.stringify(body));
      if (/\/commits\/[0-9a-f]+\//.test(request.url ?? '')) return answer([{ number: 7, iid: 7 }]);
      if (request.method === 'GET') return answer(comments.map((body, id) => ({ id, body })));
      const { body } = (await json(request)) as { body: string };
      if (request.method === 'POST') comments.push(body);
      else comments = [body];
      return answer({});
    })();
  });
  await new Promise<void>((resolve) => {
    host.listen(0, '127.0.0.1', resolve);
  });
  api = `http://127.0.0.1:${(host.address() as AddressInfo).port}`;
}, 90_000);

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
  readonly jobs: Readonly<Record<string, { readonly steps: readonly { readonly run?: string }[] }>>;
}

it('GitHub Actions: a plan becomes a comment, and what was reviewed is applied', async () => {
  comments = [];
  const file = join(ROOT, 'config-examples/ci/github/.github/workflows/rolecall.yml');
  const { jobs } = parse(readFileSync(file, 'utf8')) as Workflow;
  const lines = (name: string) => (jobs[name]?.steps ?? []).map(({ run: text = '' }) => text).join('\n');
  const cwd = repository('hub', 'Hub');
  const summary = join(directory, 'summary.md');
  const actions = { GITHUB_ACTIONS: 'true', GITHUB_API_URL: api, GITHUB_REPOSITORY: 'a/b', GITHUB_TOKEN: 't' };
  const env = { ...actions, ROLECALL_TOKEN: system.token, GITHUB_STEP_SUMMARY: summary };
  await job(lines('check'), cwd, env);
  await job(lines('plan'), cwd, { ...env, GITHUB_REF: 'refs/pull/7/merge' });
  expect(comments).toEqual([expect.stringContaining('create <code>hub</code>')]);
  expect(readFileSync(summary, 'utf8')).toBe(comments[0]);
  expect(await job(lines('apply'), cwd, { ...env, GITHUB_SHA: 'c0ffee' })).toContain('Applied: hub (revision 1)');
  // something else was merged than what the comment shows
  repository('hub', 'Another');
  await expect(job(lines('apply'), cwd, { ...env, GITHUB_SHA: 'c0ffee' })).rejects.toMatchObject({ code: 4 });
}, 60_000);

it('GitLab CI: the same, with its report', async () => {
  comments = [];
  const jobs = parse(readFileSync(join(ROOT, 'config-examples/ci/gitlab/.gitlab-ci.yml'), 'utf8')) as Readonly<
    Record<string, { readonly script: readonly string[] }>
  >;
  const lines = (name: string) => (jobs[name]?.script ?? []).join('\n');
  const cwd = repository('lab', 'Lab');
  const tokens = { ROLECALL_PLAN_TOKEN: system.token, ROLECALL_APPLY_TOKEN: system.token, GITLAB_TOKEN: 't' };
  const env = { ...tokens, GITLAB_CI: 'true', CI_API_V4_URL: api, CI_PROJECT_ID: '1' };
  await job(lines('check'), cwd, env);
  expect(JSON.parse(readFileSync(join(cwd, 'code-quality.json'), 'utf8'))).toEqual([]);
  await job(lines('plan'), cwd, { ...env, CI_MERGE_REQUEST_IID: '7' });
  expect(await job(lines('apply'), cwd, { ...env, CI_COMMIT_SHA: 'c0ffee' })).toContain('Applied: lab (revision 1)');
}, 60_000);

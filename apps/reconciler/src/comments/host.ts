import { readFileSync } from 'node:fs';
import { CommandError, EXIT } from '../exit.ts';
import type { Io } from '../io.ts';

/** Where the comments of one pull or merge request are. */
export interface Conversation {
  /** For people: `pull request 7 of acme/organizations`. */
  readonly name: string;
  /** The comments that begin with the marker, the oldest first. UNTRUSTED: whoever may comment can write one. */
  find(marker: string): Promise<readonly Comment[]>;
  /** False when it is somebody else's or gone: then it cannot be replaced. */
  replace(id: string, text: string): Promise<boolean>;
  add(text: string): Promise<void>;
}

export interface Comment {
  readonly id: string;
  readonly text: string;
}

interface Remote {
  readonly base: string;
  readonly headers: Readonly<Record<string, string>>;
}

const PAGE = 100;
/** 10,000 comments: more has no pull request that people still read. */
const MOST_PAGES = 100;
const TIMEOUT_MS = 30_000;

/** The request that the pipeline runs for, from what GitHub Actions or GitLab CI put into the environment. @throws CommandError */
export function conversationOf({ env }: Pick<Io, 'env'>): Conversation {
  if (env['GITHUB_ACTIONS'] === 'true') return pullRequest(env, pullRequestOf(env));
  if (env['GITLAB_CI'] === 'true') return mergeRequest(env, needed(env, 'CI_MERGE_REQUEST_IID', MERGE_REQUESTS_ONLY));
  throw noPipeline();
}

/** The request whose merge made the commit that the pipeline runs for; undefined when none did. @throws CommandError */
export async function mergedConversation({ env }: Pick<Io, 'env'>): Promise<Conversation | undefined> {
  if (env['GITHUB_ACTIONS'] === 'true') {
    const path = `repos/${needed(env, 'GITHUB_REPOSITORY')}/commits/${needed(env, 'GITHUB_SHA')}/pulls`;
    const number = numberIn(await call(githubOf(env), 'GET', path), 'number');
    return number === undefined ? undefined : pullRequest(env, number);
  }
  if (env['GITLAB_CI'] === 'true') {
    const project = encodeURIComponent(needed(env, 'CI_PROJECT_ID'));
    const path = `projects/${project}/repository/commits/${needed(env, 'CI_COMMIT_SHA')}/merge_requests`;
    const number = numberIn(await call(gitlabOf(env), 'GET', path), 'iid');
    return number === undefined ? undefined : mergeRequest(env, String(number));
  }
  throw noPipeline();
}

function numberIn(answer: unknown, name: string): number | undefined {
  const [first] = Array.isArray(answer) ? (answer as readonly Record<string, unknown>[]) : [];
  const number = first?.[name];
  return typeof number === 'number' && Number.isSafeInteger(number) ? number : undefined;
}

const MERGE_REQUESTS_ONLY = 'run the job for merge requests: `if: $CI_PIPELINE_SOURCE == "merge_request_event"`';

function noPipeline(): CommandError {
  const message = 'this is no job of GitHub Actions or GitLab CI, so there is no request to comment on';
  return new CommandError(EXIT.usage, 'no_pipeline', message);
}

function githubOf(env: Io['env']): Remote {
  const hint = 'give the step `GITHUB_TOKEN: ${{ github.token }}` and the permission `pull-requests: write`';
  const token = needed(env, 'GITHUB_TOKEN', hint);
  const headers = { authorization: `Bearer ${token}`, accept: 'application/vnd.github+json' };
  return { base: env['GITHUB_API_URL'] ?? 'https://api.github.com', headers };
}

function pullRequest(env: Io['env'], number: number): Conversation {
  const repository = needed(env, 'GITHUB_REPOSITORY');
  const remote = githubOf(env);
  const issues = `repos/${repository}/issues`;
  return {
    name: `pull request ${number} of ${repository}`,
    find: (marker) => findComments(remote, `${issues}/${number}/comments`, marker),
    replace: (id, body) => replaced(remote, 'PATCH', `${issues}/comments/${id}`, body),
    add: async (body) => void (await call(remote, 'POST', `${issues}/${number}/comments`, { body })),
  };
}

function gitlabOf(env: Io['env']): Remote {
  const hint = 'a job token may not comment: give the project an access token with the scope `api`';
  return { base: needed(env, 'CI_API_V4_URL'), headers: { 'private-token': needed(env, 'GITLAB_TOKEN', hint) } };
}

function mergeRequest(env: Io['env'], number: string): Conversation {
  const remote = gitlabOf(env);
  const project = encodeURIComponent(needed(env, 'CI_PROJECT_ID'));
  const notes = `projects/${project}/merge_requests/${encodeURIComponent(number)}/notes`;
  return {
    name: `merge request ${number}`,
    find: (marker) => findComments(remote, notes, marker),
    replace: (id, body) => replaced(remote, 'PUT', `${notes}/${id}`, body),
    add: async (body) => void (await call(remote, 'POST', notes, { body })),
  };
}

function pullRequestOf(env: Io['env']): number {
  const [, fromRef] = /^refs\/pull\/(\d+)\//.exec(env['GITHUB_REF'] ?? '') ?? [];
  const number = fromRef === undefined ? numberOfEvent(env['GITHUB_EVENT_PATH']) : Number(fromRef);
  if (number !== undefined) return number;
  const message = 'this job runs for no pull request; run it `on: pull_request`';
  throw new CommandError(EXIT.usage, 'no_pull_request', message);
}

function numberOfEvent(path: string | undefined): number | undefined {
  if (path === undefined || path === '') return undefined;
  const event = JSON.parse(readFileSync(path, 'utf8')) as { pull_request?: { number?: unknown } };
  const number = event.pull_request?.number;
  return typeof number === 'number' && Number.isSafeInteger(number) ? number : undefined;
}

function needed(env: Io['env'], name: string, hint = 'the pipeline sets it'): string {
  const value = env[name];
  if (value !== undefined && value !== '') return value;
  throw new CommandError(EXIT.usage, 'missing_variable', `${name} is not set; ${hint}`);
}

async function findComments(remote: Remote, path: string, marker: string): Promise<readonly Comment[]> {
  const found: Comment[] = [];
  for (let page = 1; page <= MOST_PAGES; page++) {
    const comments = await call(remote, 'GET', `${path}?per_page=${PAGE}&page=${page}`);
    if (!Array.isArray(comments)) break;
    for (const { id, body } of comments as readonly { id?: unknown; body?: unknown }[]) {
      const isOurs = typeof body === 'string' && body.startsWith(marker);
      if (isOurs && typeof id === 'number') found.push({ id: String(id), text: body });
    }
    if (comments.length < PAGE) break;
  }
  return found;
}

/** Somebody else may have written a comment with our marker: it is not ours to change. */
async function replaced(remote: Remote, method: 'PATCH' | 'PUT', path: string, body: string): Promise<boolean> {
  try {
    await call(remote, method, path, { body });
    return true;
  } catch (error) {
    if (error instanceof HostRefusal && (error.status === 403 || error.status === 404)) return false;
    throw error;
  }
}

/** What the host answered instead of doing it. */
class HostRefusal extends CommandError {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(EXIT.failed, 'comment_refused', message);
  }
}

async function call(remote: Remote, method: string, path: string, body?: object): Promise<unknown> {
  const url = new URL(path, remote.base.endsWith('/') ? remote.base : `${remote.base}/`);
  const response = await fetch(url, {
    method,
    redirect: 'error', // a redirect would carry the token elsewhere
    signal: AbortSignal.timeout(TIMEOUT_MS),
    headers: { ...remote.headers, 'content-type': 'application/json', 'user-agent': 'rolecall' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  }).catch((error: unknown) => {
    const why = (error as { cause?: { code?: string } }).cause?.code ?? String(error);
    throw new CommandError(EXIT.failed, 'host_unreachable', `cannot reach ${url.origin} (${why})`);
  });
  if (!response.ok) {
    const hint = response.status === 403 ? '; may the token of the job write comments?' : '';
    throw new HostRefusal(
      response.status,
      `${url.origin} answered ${response.status} to ${method} ${url.pathname}${hint}`,
    );
  }
  return response.json();
}

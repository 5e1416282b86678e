import { createHash } from 'node:crypto';
import { CommandError, EXIT } from '../exit.ts';
import type { Io } from '../io.ts';
import { credentialsPath, keepToken, keptToken, serverKey } from './credentials.ts';

const GRANT = {
  grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
  subject_token_type: 'urn:ietf:params:oauth:token-type:id_token',
};
const TIMEOUT_MS = 30_000;
/** An API token is replaced after this share of its time. */
const USED_SHARE = 0.8;

type Env = Io['env'];

/** Where a job's own token comes from; undefined outside of a job that has one. */
export function workloadSource(env: Env): 'ROLECALL_ID_TOKEN' | 'GitHub Actions' | undefined {
  if (env['ROLECALL_ID_TOKEN']) return 'ROLECALL_ID_TOKEN';
  const { ACTIONS_ID_TOKEN_REQUEST_URL: url, ACTIONS_ID_TOKEN_REQUEST_TOKEN: token } = env;
  return url && token ? 'GitHub Actions' : undefined;
}

/**
 * API tokens in exchange for the token of the job that this runs in (`POST /v1/token`), a new one shortly before the former ends.
 * @param named whether a flag or the environment names the server: only then ROLECALL_AUDIENCE counts. A rolecall.yaml of a pull
 * request could name another server, and must not get a token that is good for ours
 */
export function workloadToken(server: string, named: boolean, io: Pick<Io, 'env'>): () => Promise<string> {
  const audience = (named && io.env['ROLECALL_AUDIENCE']) || serverKey(server);
  let current: { readonly token: string; readonly until: number } | undefined;
  return async () => {
    if (current && Date.now() < current.until) return current.token;
    const subject = await jobToken(audience, io.env);
    current = keptFor(subject, server, io) ?? (await exchange(server, subject));
    if (io.env['ROLECALL_ID_TOKEN']) keepFor(subject, server, current, io);
    return current.token;
  };
}

/** GitHub makes a token whenever it is asked; what another host gave the job must be for our server alone. */
async function jobToken(audience: string, env: Env): Promise<string> {
  const given = env['ROLECALL_ID_TOKEN'];
  if (!given) return askGitHub(audience, env);
  const got = audienceOf(given);
  if (got === audience) return given;
  const message = `ROLECALL_ID_TOKEN is for ${JSON.stringify(got ?? 'nobody')}, and this server is ${audience}: it is not sent there; give the job a token with \`aud: ${audience}\``;
  throw new CommandError(EXIT.usage, 'audience_differs', message);
}

async function askGitHub(audience: string, env: Env): Promise<string> {
  const url = new URL(env['ACTIONS_ID_TOKEN_REQUEST_URL'] ?? '');
  url.searchParams.set('audience', audience);
  const headers = { authorization: `Bearer ${env['ACTIONS_ID_TOKEN_REQUEST_TOKEN']}`, accept: 'application/json' };
  const response = await send(url, { headers });
  const { value } = ((await response.json().catch(() => undefined)) ?? {}) as { value?: unknown };
  if (response.ok && typeof value === 'string') return value;
  const message = `GitHub Actions gave the job no token (status ${response.status}); give it the permission "id-token: write"`;
  throw new CommandError(EXIT.failed, 'no_job_token', message);
}

async function exchange(server: string, subject: string): Promise<{ token: string; until: number }> {
  const url = new URL('v1/token', server.endsWith('/') ? server : `${server}/`);
  const response = await send(url, { method: 'POST', body: new URLSearchParams({ ...GRANT, subject_token: subject }) });
  const answer = ((await response.json().catch(() => undefined)) ?? {}) as {
    readonly access_token?: unknown;
    readonly expires_in?: unknown;
    readonly error?: { readonly code?: string; readonly message?: string; readonly traceId?: string };
  };
  const { access_token: token, expires_in: seconds, error } = answer;
  if (response.ok && typeof token === 'string' && typeof seconds === 'number') {
    return { token, until: Date.now() + seconds * 1_000 * USED_SHARE };
  }
  const why = error?.message ?? `the server answered with status ${response.status}`;
  const trace = error?.traceId === undefined ? '' : ` (trace id ${error.traceId})`;
  const message = `this job got no API token: ${why}${trace}; look at \`trustedIssuers\` of the platform document`;
  throw new CommandError(EXIT.failed, error?.code ?? 'token_refused', message);
}

/** A redirect would carry a token elsewhere. */
function send(url: URL, init: RequestInit): Promise<Response> {
  return fetch(url, { ...init, redirect: 'error', signal: AbortSignal.timeout(TIMEOUT_MS) }).catch((error: unknown) => {
    const { cause } = (error ?? {}) as { cause?: { code?: string } };
    throw new CommandError(
      EXIT.failed,
      'server_unreachable',
      `cannot reach ${url.origin} (${cause?.code ?? String(error)})`,
    );
  });
}

/** UNVERIFIED: the server verifies it. Here it says for whom it was made. */
function audienceOf(token: string): string | undefined {
  try {
    const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as { aud?: unknown };
    const [audience, another]: readonly unknown[] = Array.isArray(claims.aud) ? claims.aud : [claims.aud];
    return typeof audience === 'string' && another === undefined ? audience : undefined;
  } catch {
    return undefined;
  }
}

/** A job has one such token and may run several commands, while each is exchanged once: the next one takes over. */
function keptFor(subject: string, server: string, io: Pick<Io, 'env'>) {
  if (!io.env['ROLECALL_ID_TOKEN']) return undefined;
  const { token, exchangedFor, until } = keptToken('job', server, io) ?? {};
  const ends = until === undefined ? 0 : Date.parse(until);
  return token !== undefined && exchangedFor === hashOf(subject) && Date.now() < ends
    ? { token, until: ends }
    : undefined;
}

function keepFor(
  subject: string,
  server: string,
  { token, until }: { readonly token: string; readonly until: number },
  io: Pick<Io, 'env'>,
): void {
  if (credentialsPath(io) === undefined) return;
  keepToken('job', server, { token, exchangedFor: hashOf(subject), until: new Date(until).toISOString() }, io);
}

const hashOf = (text: string) => createHash('sha256').update(text).digest('hex');

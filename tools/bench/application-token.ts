// (d) The OpenID provider for applications: a code and its tokens, a refresh, userinfo and introspection, against node:http with one SELECT.
import { createHash, randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import type { Pool } from 'undici';
import { freePort } from '../system/ports.ts';
import { OIDC_CALLBACK, OIDC_CLIENT, startGateway } from './gateway.ts';
import { httpPool, type Load, load, median, ms, perSecond, pin, ratio, startServer, table } from './measure.ts';
import { get, signIn } from './session-check.ts';

const CONNECTIONS = 16;
const SIGN_INS = 800;
const USES = 6_000;
const ROUNDS = 3;

interface Tokens {
  readonly access_token: string;
  readonly refresh_token: string;
}

async function post<T>(pool: Pool, path: string, fields: Readonly<Record<string, string>>): Promise<T> {
  const body = new URLSearchParams({ client_id: OIDC_CLIENT, ...fields }).toString();
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  const response = await pool.request({ method: 'POST', path, headers, body });
  const answer: unknown = await response.body.json();
  if (response.statusCode !== 200) throw new Error(`${path} answered ${response.statusCode} ${JSON.stringify(answer)}`);
  return answer as T;
}

/** What an application does when its user comes: the browser fetches a code, the application its tokens. */
async function tokensFor(pool: Pool, cookie: string): Promise<Tokens> {
  const verifier = randomBytes(32).toString('base64url');
  const asked = new URLSearchParams({
    client_id: OIDC_CLIENT,
    redirect_uri: OIDC_CALLBACK,
    response_type: 'code',
    scope: 'openid profile email roles',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  });
  const answer = await pool.request({ method: 'GET', path: `/op/auth?${asked}`, headers: { cookie } });
  const page = await answer.body.text();
  const location = String(answer.headers['location'] ?? 'about:blank');
  const code = new URL(location).searchParams.get('code');
  if (code === null) throw new Error(`no code: ${answer.statusCode} ${location} ${page}`);
  const grant = { grant_type: 'authorization_code', code, code_verifier: verifier, redirect_uri: OIDC_CALLBACK };
  return post<Tokens>(pool, '/op/token', grant);
}

export async function run(): Promise<string> {
  const gateway = await startGateway();
  const port = await freePort();
  const floorUrl = `http://127.0.0.1:${port}`;
  const floor = await startServer({
    script: fileURLToPath(new URL('floor-server.mjs', import.meta.url)),
    env: { DATABASE_URL: gateway.ownerUrl, PORT: String(port) },
    readyUrl: `${floorUrl}/json`,
  });
  pin(process.pid, 1);
  const pool = httpPool(gateway.url, CONNECTIONS);
  const rounds: Record<'floor' | 'signIn' | 'refresh' | 'userinfo' | 'introspection', Load>[] = [];
  try {
    const cookie = await signIn(gateway);
    const chains = await Promise.all(Array.from({ length: CONNECTIONS }, () => tokensFor(pool, cookie)));
    const { access_token: token } = await tokensFor(pool, cookie);
    for (let round = 0; round < ROUNDS; round++) {
      rounds.push({
        floor: await get(floor.pid, floorUrl, '/select'),
        signIn: await load(gateway.pid, SIGN_INS, CONNECTIONS, async () => void (await tokensFor(pool, cookie))),
        refresh: await load(gateway.pid, SIGN_INS, CONNECTIONS, async () => {
          const chain = chains.pop();
          if (!chain) throw new Error('more at once than there are sign-ins');
          chains.push(
            await post(pool, '/op/token', { grant_type: 'refresh_token', refresh_token: chain.refresh_token }),
          );
        }),
        userinfo: await load(gateway.pid, USES, CONNECTIONS, async () => {
          const headers = { authorization: `Bearer ${token}` };
          const response = await pool.request({ method: 'GET', path: '/op/me', headers });
          await response.body.dump();
          if (response.statusCode !== 200) throw new Error(`userinfo answered ${response.statusCode}`);
        }),
        introspection: await load(
          gateway.pid,
          USES,
          CONNECTIONS,
          async () => void (await post(pool, '/op/token/introspection', { token })),
        ),
      });
    }
  } finally {
    await pool.close();
    await floor.stop();
    await gateway.stop();
  }
  const least = median(rounds.map(({ floor: { cpuMs } }) => cpuMs));
  const row = (name: string, of: keyof (typeof rounds)[number]): string[] => {
    const loads = rounds.map((round) => round[of]);
    const cpu = median(loads.map(({ cpuMs }) => cpuMs));
    const times = [median(loads.map(({ p50 }) => p50)), median(loads.map(({ p99 }) => p99))];
    return [name, ms(cpu), perSecond(1000 / cpu), ratio(cpu / least), times.map(ms).join(' / ')];
  };
  return `## The OpenID provider for applications

What an application asks of \`/op\`: ${SIGN_INS} sign-ins and refreshes, ${USES.toLocaleString('en')} uses of an access token a round, over ${CONNECTIONS} connections, ${ROUNDS} rounds, medians. A
sign-in and a refresh sign an ID token by RS256. Every use looks the token up together with its session; nothing is cached.

${table(
  ['CPU of the server process', 'ms', 'per core-second', 'against the floor', 'p50 / p99 ms'],
  [
    row('floor: node:http, one primary-key SELECT', 'floor'),
    row('sign-in: `GET /op/auth` and `POST /op/token`', 'signIn'),
    row('refresh', 'refresh'),
    row('userinfo', 'userinfo'),
    row('introspection', 'introspection'),
  ],
)}`;
}

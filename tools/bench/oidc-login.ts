// (a2) A whole login at an OpenID provider through the gateway, against node:http that verifies the ID token with jose and makes
// one INSERT. The provider runs in this process, so its CPU is not the gateway's.
import { fileURLToPath } from 'node:url';
import { compactJws, jwkOf, testKey } from '@rolecall/oidc/testing';
import type { Pool } from 'undici';
import { freePort } from '../system/ports.ts';
import {
  attributes,
  type BenchGateway,
  cookiesOf,
  header,
  OPENID_PROVIDER,
  ORGANIZATION,
  startGateway,
} from './gateway.ts';
import { httpPool, type Load, load, median, ms, perSecond, pin, ratio, startServer, table } from './measure.ts';
import { type HttpOpenIdProvider, startOpenIdProvider } from './openid-provider.ts';

const LOGINS = 300;
const CONCURRENCY = 16;
const ROUNDS = 3;

interface Round {
  readonly insert: Load;
  readonly verify: Load;
  readonly start: Load;
  readonly finish: Load;
}

interface Started {
  readonly location: string;
  readonly cookie: string;
}

async function startLogin(pool: Pool): Promise<Started> {
  const response = await pool.request({ method: 'GET', path: `/oidc/${ORGANIZATION}/${OPENID_PROVIDER}/login` });
  await response.body.dump();
  return { location: header(response.headers['location']), cookie: cookiesOf(response.headers['set-cookie']) };
}

async function finishLogin(pool: Pool, callback: URL, cookie: string): Promise<void> {
  const path = callback.pathname + callback.search;
  const response = await pool.request({ method: 'GET', path, headers: { cookie } });
  await response.body.dump();
  const session = cookiesOf(response.headers['set-cookie']);
  if (!session.includes('session')) throw new Error(`the callback answered ${response.statusCode} without a session`);
}

async function logins(gateway: BenchGateway, { provider }: HttpOpenIdProvider, round: number) {
  const pool = httpPool(gateway.url, CONCURRENCY);
  const started: Started[] = [];
  const start = await load(gateway.pid, LOGINS, CONCURRENCY, async (index) => {
    started[index] = await startLogin(pool);
  });
  const returning = started.map(({ location, cookie }, index) => {
    // half of them new people, half coming back
    const person = round * 1000 + (index % (LOGINS / 2));
    const claims = { sub: `person${person}`, email_verified: true, ...attributes(person) };
    return { cookie, callback: provider.authorize(location, claims) };
  });
  const finish = await load(gateway.pid, LOGINS, CONCURRENCY, async (index) => {
    const login = returning[index];
    if (login) await finishLogin(pool, login.callback, login.cookie);
  });
  await pool.close();
  return { start, finish };
}

/** An ID token such as the gateway gets. */
function idToken(): string {
  const iat = Math.floor(Date.now() / 1000);
  const claims = {
    iss: 'https://idp.example',
    aud: 'rolecall',
    sub: 'person1',
    iat,
    exp: iat + 3600,
    ...attributes(1),
  };
  return compactJws({ alg: 'RS256', kid: 'rsa', typ: 'JWT' }, claims, testKey('rsa').privateKey);
}

export async function run(): Promise<string> {
  const openId = await startOpenIdProvider();
  const { issuer, clientId, clientSecret } = openId.provider;
  const gateway = await startGateway({ openId: { issuer, clientId, clientSecret } });
  const port = await freePort();
  const keySet = JSON.stringify({ keys: [jwkOf(testKey('rsa'))] });
  const floor = await startServer({
    script: fileURLToPath(new URL('floor-server.mjs', import.meta.url)),
    env: { DATABASE_URL: gateway.ownerUrl, PORT: String(port), BENCH_JWKS: keySet },
    readyUrl: `http://127.0.0.1:${port}/json`,
  });
  const rounds: Round[] = [];
  try {
    pin(process.pid, 1);
    await logins(gateway, openId, 0); // warm
    const body = idToken();
    for (let round = 1; round <= ROUNDS; round++) {
      const pool = httpPool(`http://127.0.0.1:${port}`, CONCURRENCY);
      const post = (path: string) =>
        load(floor.pid, 2_000, CONCURRENCY, async () => {
          const response = await pool.request({ method: 'POST', path, body });
          await response.body.dump();
        });
      const [insert, verify] = [await post('/insert'), await post('/verify')];
      await pool.close();
      rounds.push({ insert, verify, ...(await logins(gateway, openId, round)) });
    }
  } finally {
    await floor.stop();
    await gateway.stop();
    openId.stop();
  }
  return report(rounds);
}

function report(rounds: readonly Round[]): string {
  const of = (pick: (round: Round) => number): number => median(rounds.map(pick));
  const verify = of((r) => r.verify.cpuMs);
  const start = of((r) => r.start.cpuMs);
  const finish = of((r) => r.finish.cpuMs);
  const row = (name: string, cpu: number): string[] => [name, ms(cpu), perSecond(1000 / cpu), ratio(cpu / verify)];
  return `## A login at an OpenID provider

One ID token (RS256) with the same 10 attributes and rules; ${LOGINS} logins a round, ${CONCURRENCY} at once, ${ROUNDS} rounds, medians. The provider
runs in another process; its token endpoint is asked over HTTP at each login, on a connection of its own.

${table(
  ['CPU of the server process', 'ms', 'per core-second', 'of the floor'],
  [
    row(
      'node:http + one INSERT',
      of((r) => r.insert.cpuMs),
    ),
    row('floor: node:http + jose.jwtVerify + one INSERT', verify),
    row('GET …/login: authorization request, transaction stored', start),
    row('GET /oidc/callback: code exchanged, ID token verified; user, grants, session, audit committed', finish),
    row('**whole login**', start + finish),
  ],
)}

Latency of the callback at ${CONCURRENCY} at once: p50 ${ms(of((r) => r.finish.p50))} ms, p99 ${ms(of((r) => r.finish.p99))} ms.`;
}

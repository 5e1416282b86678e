// One login at better-auth: its sign-in address, then its ACS, which ends in its session. Same people, response shape, PostgreSQL.
import { fileURLToPath } from 'node:url';
import type { TestIdp } from '@rolecall/saml/testing';
import type { Pool } from 'undici';
import { freePort } from '../../system/ports.ts';
import { cookiesOf } from '../gateway.ts';
import { httpPool, type Load, load, startServer } from '../measure.ts';
import { installPeer } from './install-peer.ts';
import type { SamlPeer } from './polis.ts';
import { answersTo, form, redirected } from './saml-peer.ts';

const SESSION_COOKIE = 'better-auth.session_token=';

interface About {
  readonly acs: string;
  readonly audience: string;
}

export async function startBetterAuth(databaseUrl: string, idp: TestIdp): Promise<SamlPeer> {
  // the packages disagree about a version of a third one
  const packages = ['@better-auth/sso@1.7.5', 'better-auth@1.7.5'];
  const peersDirectory = installPeer(packages, 'better-auth-sso', ['--legacy-peer-deps']);
  const port = await freePort();
  const url = `http://localhost:${port}`;
  const server = await startServer({
    script: fileURLToPath(new URL('better-auth-sso-server.mjs', import.meta.url)),
    env: {
      PEERS_DIR: peersDirectory,
      DATABASE_URL: databaseUrl,
      PORT: String(port),
      IDP_METADATA: idp.metadata(),
      IDP_SSO_URL: idp.ssoUrl,
    },
    readyUrl: `${url}/ready`,
  });
  const about = (await (await fetch(`${url}/ready`)).json()) as About;
  return {
    round: (count, concurrency, people) => round({ pid: server.pid, url, idp, ...about }, count, concurrency, people),
    stop: () => server.stop(),
  };
}

async function round(
  at: About & { readonly pid: number; readonly url: string; readonly idp: TestIdp },
  count: number,
  concurrency: number,
  people: number,
): Promise<Load[]> {
  const { pid, url, idp, acs, audience } = at;
  const pool = httpPool(url, concurrency);
  const asked: URL[] = [];
  const body = JSON.stringify({ providerId: 'bench', callbackURL: `${url}/home` });
  const headers = { 'content-type': 'application/json', origin: url };
  const authorize = await load(pid, count, concurrency, async (index) => {
    const response = await pool.request({ method: 'POST', path: '/api/auth/sign-in/sso', headers, body });
    asked[index] = new URL(((await response.body.json()) as { readonly url: string }).url);
  });
  const answers = await answersTo(idp, { spEntityId: audience, acsUrl: `${url}${acs}` }, asked, people);
  const sessions: string[] = [];
  const signIn = await load(pid, count, concurrency, async (index) => {
    const { location, headers: got } = await redirected(pool, form(acs, { ...answers[index] }));
    sessions[index] = cookiesOf(got['set-cookie']);
    if (!sessions[index]?.includes(SESSION_COOKIE))
      throw new Error(`no session: ${location.pathname}${location.search}`);
  });
  await requireUser(pool, sessions.at(-1) ?? '', `person${people + count / 2 - 1}@bench.example`);
  await pool.close();
  return [authorize, signIn];
}

/** That the session is one, and its user is stored. */
async function requireUser(pool: Pool, cookie: string, email: string): Promise<void> {
  const response = await pool.request({ method: 'GET', path: '/api/auth/get-session', headers: { cookie } });
  const body = await response.body.text();
  if (!body.includes(`"email":"${email}"`)) throw new Error(`get-session answered ${body.slice(0, 200)}`);
}

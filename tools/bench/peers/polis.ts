// One login at Polis: authorize, ACS, token. Same response shape, same PostgreSQL server, same client as ours.
import { fileURLToPath } from 'node:url';
import type { TestIdp } from '@rolecall/saml/testing';
import { freePort } from '../../system/ports.ts';
import { httpPool, type Load, load, startServer } from '../measure.ts';
import { installPeer } from './install-peer.ts';
import { answersTo, form, redirected } from './saml-peer.ts';

export const POLIS = '@boxyhq/saml-jackson@26.2.0';

/** A peer of the SAML login. */
export interface SamlPeer {
  /** One round of `count` logins; CPU of the whole login, all of its requests. */
  round(count: number, concurrency: number, people: number): Promise<Load[]>;
  stop(): Promise<void>;
}

export async function startPolis(databaseUrl: string, idp: TestIdp): Promise<SamlPeer> {
  const peersDirectory = installPeer([POLIS]);
  const port = await freePort();
  const url = `http://localhost:${port}`;
  const server = await startServer({
    script: fileURLToPath(new URL('polis-server.mjs', import.meta.url)),
    env: { PEERS_DIR: peersDirectory, DATABASE_URL: databaseUrl, PORT: String(port), IDP_METADATA: idp.metadata() },
    readyUrl: `${url}/ready`,
  });
  return {
    round: (count, concurrency, people) => round(server.pid, url, idp, count, concurrency, people),
    stop: () => server.stop(),
  };
}

async function round(
  pid: number,
  url: string,
  idp: TestIdp,
  count: number,
  concurrency: number,
  people: number,
): Promise<Load[]> {
  const pool = httpPool(url, concurrency);
  const asked: URL[] = [];
  const authorize = await load(pid, count, concurrency, async (index) => {
    asked[index] = (await redirected(pool, { method: 'GET', path: '/authorize' })).location;
  });
  const answers = await answersTo(idp, { spEntityId: `${url}/audience`, acsUrl: `${url}/acs` }, asked, people);
  const codes: string[] = [];
  const acs = await load(pid, count, concurrency, async (index) => {
    const { location } = await redirected(pool, form('/acs', { ...answers[index] }));
    codes[index] = location.searchParams.get('code') ?? '';
  });
  const token = await load(pid, count, concurrency, async (index) => {
    const response = await pool.request(form('/token', { code: codes[index] ?? '' }));
    const body = await response.body.text();
    if (!body.includes('access_token')) throw new Error(`/token answered ${response.statusCode} ${body.slice(0, 200)}`);
  });
  await pool.close();
  return [authorize, acs, token];
}

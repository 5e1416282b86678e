// One login at Polis: authorize, ACS, token. Same response shape, same PostgreSQL server, same client as ours.
import { fileURLToPath } from 'node:url';
import { inflateRawSync } from 'node:zlib';
import type { TestIdp } from '@rolecall/saml/testing';
import { freePort } from '../../postgres.mjs';
import { attributes } from '../gateway.ts';
import { httpPool, type Load, load, startServer } from '../measure.ts';
import { installPeer } from './install-peer.ts';

export const POLIS = '@boxyhq/saml-jackson@26.2.0';

export interface Polis {
  /** One round of `count` logins; CPU of the whole login, all three requests. */
  round(count: number, concurrency: number, people: number): Promise<Load[]>;
  stop(): Promise<void>;
}

export async function startPolis(databaseUrl: string, idp: TestIdp): Promise<Polis> {
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
  const locationOf = async (request: Parameters<typeof pool.request>[0]): Promise<URL> => {
    const response = await pool.request(request);
    const body = await response.body.text();
    const location = response.headers['location'];
    if (typeof location !== 'string')
      throw new Error(`${request.path} answered ${response.statusCode} ${body.slice(0, 200)}`);
    return new URL(location);
  };
  const post = (path: string, form: Record<string, string>) => ({
    method: 'POST' as const,
    path,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams(form).toString(),
  });
  const asked: URL[] = [];
  const authorize = await load(pid, count, concurrency, async (index) => {
    asked[index] = await locationOf({ method: 'GET', path: '/authorize' });
  });
  const forms = asked.map((location, index) => {
    const request = inflateRawSync(Buffer.from(location.searchParams.get('SAMLRequest') ?? '', 'base64')).toString(
      'utf8',
    );
    const person = people + (index % (count / 2));
    return {
      RelayState: location.searchParams.get('RelayState') ?? '',
      SAMLResponse: idp.respond({
        connection: { spEntityId: `${url}/audience`, acsUrl: `${url}/acs` },
        inResponseTo: /\bID="([^"]+)"/.exec(request)?.[1] ?? '',
        nameId: `person${person}@bench.example`,
        attributes: attributes(person),
        now: new Date(),
        sign: 'assertion',
      }),
    };
  });
  const codes: string[] = [];
  const acs = await load(pid, count, concurrency, async (index) => {
    const form = forms[index];
    if (form) codes[index] = (await locationOf(post('/acs', form))).searchParams.get('code') ?? '';
  });
  const token = await load(pid, count, concurrency, async (index) => {
    const response = await pool.request(post('/token', { code: codes[index] ?? '' }));
    const body = await response.body.text();
    if (!body.includes('access_token')) throw new Error(`/token answered ${response.statusCode} ${body.slice(0, 200)}`);
  });
  await pool.close();
  return [authorize, acs, token];
}

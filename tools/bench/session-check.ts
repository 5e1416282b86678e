// (b) GET /session of a signed-in browser, against bare node:http and node:http with one primary-key SELECT.
import { fileURLToPath } from 'node:url';
import { freePort } from '../system/ports.ts';
import {
  attributes,
  type BenchGateway,
  finishLogin,
  IDENTITY_PROVIDER,
  ORGANIZATION,
  startGateway,
  startLogin,
} from './gateway.ts';
import { httpPool, type Load, load, median, ms, perSecond, pin, ratio, startServer, table } from './measure.ts';
import { connectionOf } from './saml-connection.ts';

const REQUESTS = 10_000;
const CONNECTIONS = 32;
const ROUNDS = 3;

/** Rounds of the same request, each answered by 200. */
export async function get(
  pid: number,
  origin: string,
  path: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<Load> {
  const pool = httpPool(origin, CONNECTIONS);
  const result = await load(pid, REQUESTS, CONNECTIONS, async () => {
    const response = await pool.request({ method: 'GET', path, headers });
    await response.body.dump();
    if (response.statusCode !== 200) throw new Error(`${path} answered ${response.statusCode}`);
  });
  await pool.close();
  return result;
}

/** Signs somebody in; gives the browser's cookies. */
export async function signIn(gateway: BenchGateway): Promise<string> {
  const pool = httpPool(gateway.url, 1);
  const { requestId, relayState, cookie } = await startLogin(pool);
  const samlResponse = gateway.idp.respond({
    connection: connectionOf(gateway.idp, gateway.url, ORGANIZATION, IDENTITY_PROVIDER),
    inResponseTo: requestId,
    nameId: 'person1@bench.example',
    attributes: attributes(1),
    now: new Date(),
    sign: 'assertion',
  });
  const session = await finishLogin(pool, { samlResponse, relayState, cookie });
  await pool.close();
  return session;
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
  const rounds: { json: Load; select: Load; session: Load }[] = [];
  try {
    const session = { cookie: await signIn(gateway) };
    await get(gateway.pid, gateway.url, '/session', session); // warm
    for (let round = 0; round < ROUNDS; round++) {
      rounds.push({
        json: await get(floor.pid, floorUrl, '/json'),
        select: await get(floor.pid, floorUrl, '/select'),
        session: await get(gateway.pid, gateway.url, '/session', session),
      });
    }
  } finally {
    await floor.stop();
    await gateway.stop();
  }
  const of = (pick: (round: (typeof rounds)[number]) => Load): { cpu: number; p50: number; p99: number } => ({
    cpu: median(rounds.map((round) => pick(round).cpuMs)),
    p50: median(rounds.map((round) => pick(round).p50)),
    p99: median(rounds.map((round) => pick(round).p99)),
  });
  const json = of((r) => r.json);
  const select = of((r) => r.select);
  const own = of((r) => r.session);
  const row = (name: string, value: typeof json): string[] => [
    name,
    ms(value.cpu * 1000),
    perSecond(1000 / value.cpu),
    `${Math.round((100 * select.cpu) / value.cpu)} %`,
    `${ms(value.p50)} / ${ms(value.p99)}`,
  ];
  return `## The session check

\`GET /session\`: user, organization, grants and groups of a signed-in browser in one statement, nothing cached.
${REQUESTS.toLocaleString('en')} requests a round over ${CONNECTIONS} connections, ${ROUNDS} rounds, medians. It costs ${ratio(own.cpu / select.cpu)} the floor with one SELECT.

${table(['CPU of the server process', 'µs', 'per core-second', 'speed of the SELECT floor', 'p50 / p99 ms'], [row('floor: node:http', json), row('floor: node:http + one primary-key SELECT', select), row('gateway `GET /session`', own)])}`;
}

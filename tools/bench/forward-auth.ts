// (c) GET /auth/verify of a signed-in browser, against bare node:http that checks the MAC of a cookie and does one primary-key SELECT.
import { fileURLToPath } from 'node:url';
import { freePort } from '../system/ports.ts';
import { FORWARD_ORIGIN, startGateway } from './gateway.ts';
import { httpPool, type Load, median, ms, perSecond, pin, ratio, startServer, table } from './measure.ts';
import { get, signIn } from './session-check.ts';

const ROUNDS = 5;
const FORWARDED = { 'x-forwarded-proto': 'https', 'x-forwarded-host': new URL(FORWARD_ORIGIN).host };

/** Opens the application as a browser and its proxy do; gives the cookie that it keeps there. */
async function openApplication(gatewayUrl: string, session: string): Promise<string> {
  const pool = httpPool(gatewayUrl, 1);
  const step = async (path: string, headers: Readonly<Record<string, string>>) => {
    const { statusCode, headers: came, body } = await pool.request({ method: 'GET', path, headers });
    await body.dump();
    const { pathname, search } = new URL(String(came.location));
    const cookies = [came['set-cookie'] ?? []].flat().map((each) => each.split(';')[0] ?? '');
    if (statusCode !== 303) throw new Error(`${path} answered ${statusCode}`);
    return { to: pathname + search, cookie: cookies.join('; ') };
  };
  const started = await step('/.rolecall/start?rd=%2F', FORWARDED);
  const handed = await step(started.to, { cookie: session });
  const opened = await step(handed.to, { ...FORWARDED, cookie: started.cookie });
  await pool.close();
  return opened.cookie;
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
  const rounds: { floor: Load; session: Load; verify: Load }[] = [];
  try {
    const session = await signIn(gateway);
    const proxied = { ...FORWARDED, 'x-forwarded-uri': '/a', cookie: await openApplication(gateway.url, session) };
    const floorCookie = { cookie: await (await fetch(`${floorUrl}/cookie`)).text() };
    await get(gateway.pid, gateway.url, '/auth/verify', proxied); // warm
    for (let round = 0; round < ROUNDS; round++) {
      rounds.push({
        floor: await get(floor.pid, floorUrl, '/forward', floorCookie),
        session: await get(gateway.pid, gateway.url, '/session', { cookie: session }),
        verify: await get(gateway.pid, gateway.url, '/auth/verify', proxied),
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
  const least = of((r) => r.floor);
  const own = of((r) => r.verify);
  const row = (name: string, value: typeof own): string[] => [
    name,
    ms(value.cpu * 1000),
    perSecond(1000 / value.cpu),
    `${Math.round((100 * least.cpu) / value.cpu)} %`,
    `${ms(value.p50)} / ${ms(value.p99)}`,
  ];
  return `## The forward-auth check

\`GET /auth/verify\` as a proxy asks it at each request of a signed-in browser: user, organization, grants and groups as headers, in one statement,
nothing cached. 10,000 requests a round over 32 connections, ${ROUNDS} rounds, medians. It costs ${ratio(own.cpu / least.cpu)} the floor, which checks the MAC of a
cookie, reads one row and sends headers.

${table(
  ['CPU of the server process', 'µs', 'per core-second', 'speed of the floor', 'p50 / p99 ms'],
  [
    row('floor: node:http, MAC of a cookie, one primary-key SELECT', least),
    row(
      'gateway `GET /session`',
      of((r) => r.session),
    ),
    row('gateway `GET /auth/verify`', own),
  ],
)}`;
}

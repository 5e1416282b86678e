// (a) A whole SAML login through the gateway, against node-saml's bare validation of the same response and against
// one INSERT behind node:http.
import { fileURLToPath } from 'node:url';
import { SAML, ValidateInResponseTo } from '@node-saml/node-saml';
import { verifyResponse } from '@rolecall/saml';
import { freePort } from '../postgres.mjs';
import {
  attributes,
  type BenchGateway,
  finishLogin,
  IDENTITY_PROVIDER,
  ORGANIZATION,
  startGateway,
  startLogin,
} from './gateway.ts';
import {
  httpPool,
  inProcess,
  type Load,
  load,
  median,
  ms,
  perSecond,
  pin,
  ratio,
  startServer,
  table,
} from './measure.ts';
import { type Polis, startPolis } from './peers/polis.ts';
import { connectionOf } from './saml-connection.ts';

const LOGINS = 300;
const CONCURRENCY = 16;
const ROUNDS = 5;
const WARM_ROUNDS = 2; // what is compared is servers that have been running for a while

interface Round {
  readonly bare: number;
  readonly verify: number;
  readonly insert: Load;
  readonly start: Load;
  readonly finish: Load;
  /** authorize, ACS, token; only with --peers. */
  readonly polis: readonly Load[] | undefined;
}

async function floors(gateway: BenchGateway): Promise<{ bare: number; verify: number }> {
  const connection = connectionOf(gateway.idp, gateway.url, ORGANIZATION, IDENTITY_PROVIDER);
  const now = new Date();
  const response = gateway.idp.respond({
    connection,
    inResponseTo: `_${'a'.repeat(40)}`,
    nameId: 'person1@bench.example',
    attributes: attributes(1),
    now,
    sign: 'assertion',
  });
  const saml = new SAML({
    callbackUrl: connection.acsUrl,
    issuer: connection.spEntityId,
    audience: connection.spEntityId,
    idpCert: [...connection.idp.signingCertificates],
    wantAuthnResponseSigned: false,
    validateInResponseTo: ValidateInResponseTo.never,
  });
  const bare = await inProcess(1.5, () => saml.validatePostResponseAsync({ SAMLResponse: response }));
  const verify = await inProcess(1.5, () => verifyResponse({ unverifiedResponse: response, connection, now }));
  return { bare, verify };
}

async function logins(gateway: BenchGateway, round: number): Promise<{ start: Load; finish: Load }> {
  const pool = httpPool(gateway.url, CONCURRENCY);
  const connection = connectionOf(gateway.idp, gateway.url, ORGANIZATION, IDENTITY_PROVIDER);
  const started: Awaited<ReturnType<typeof startLogin>>[] = [];
  const start = await load(gateway.pid, LOGINS, CONCURRENCY, async (index) => {
    started[index] = await startLogin(pool);
  });
  const responses = started.map(({ requestId, relayState, cookie }, index) => ({
    relayState,
    cookie,
    // half of them new people, half coming back
    samlResponse: gateway.idp.respond({
      connection,
      inResponseTo: requestId,
      nameId: `person${round * 1000 + (index % (LOGINS / 2))}@bench.example`,
      attributes: attributes(round * 1000 + (index % (LOGINS / 2))),
      now: new Date(),
      sign: 'assertion',
    }),
  }));
  const finish = await load(gateway.pid, LOGINS, CONCURRENCY, async (index) => {
    const login = responses[index];
    if (login) await finishLogin(pool, login);
  });
  await pool.close();
  return { start, finish };
}

export async function run(): Promise<string> {
  const gateway = await startGateway();
  const port = await freePort();
  const floor = await startServer({
    script: fileURLToPath(new URL('floor-server.mjs', import.meta.url)),
    env: { DATABASE_URL: gateway.ownerUrl, PORT: String(port) },
    readyUrl: `http://127.0.0.1:${port}/json`,
  });
  let polis: Polis | undefined;
  const rounds: Round[] = [];
  try {
    if (process.argv.includes('--peers')) polis = await startPolis(gateway.ownerUrl, gateway.idp);
    pin(process.pid, 1);
    for (let round = 1; round <= WARM_ROUNDS; round++) {
      await logins(gateway, -round);
      await polis?.round(LOGINS, CONCURRENCY, -round * 1000);
    }
    for (let round = 1; round <= ROUNDS; round++) {
      const pool = httpPool(`http://127.0.0.1:${port}`, CONCURRENCY);
      const body = 'x'.repeat(15_000);
      const insert = await load(floor.pid, 2_000, CONCURRENCY, async () => {
        const response = await pool.request({ method: 'POST', path: '/insert', body });
        await response.body.dump();
      });
      await pool.close();
      const peer = await polis?.round(LOGINS, CONCURRENCY, round * 1000);
      rounds.push({ ...(await floors(gateway)), insert, ...(await logins(gateway, round)), polis: peer });
    }
  } finally {
    await polis?.stop();
    await floor.stop();
    await gateway.stop();
  }
  return report(rounds);
}

function report(rounds: readonly Round[]): string {
  const of = (pick: (round: Round) => number): number => median(rounds.map(pick));
  const bare = of((r) => r.bare);
  const verify = of((r) => r.verify);
  const insert = of((r) => r.insert.cpuMs);
  const start = of((r) => r.start.cpuMs);
  const finish = of((r) => r.finish.cpuMs);
  const login = start + finish;
  const polis = of((r) => (r.polis ?? []).reduce((sum, { cpuMs }) => sum + cpuMs, 0));
  const row = (name: string, cpu: number): string[] => [
    name,
    ms(cpu),
    perSecond(1000 / cpu),
    ratio(cpu / bare),
    ratio(cpu / insert),
  ];
  return `## A SAML login

One signed assertion, 10 attributes with 29 values, 20 rules; ${LOGINS} logins a round, ${CONCURRENCY} at once, ${ROUNDS} rounds, medians. Half of the
people are new (created just in time), half come back.

${table(
  ['CPU of the server process', 'ms', 'per core-second', 'of bare node-saml', 'of the INSERT floor'],
  [
    row('floor: node:http + one INSERT', insert),
    row('floor: node-saml validates, nothing else', bare),
    row('verifyResponse: strict parse, signatures, profile checks', verify),
    row('GET …/login: AuthnRequest, transaction stored', start),
    row('POST …/acs + GET /saml/continue: user, grants, session, audit committed', finish),
    row('**whole login**', login),
    ...(polis > 0 ? [row('peer: Polis 26.2 as a library: authorize, ACS, token', polis)] : []),
  ],
)}
${polis > 0 ? `\nAgainst Polis in the same run: **${ratio(polis / login)}** (targets: 3x must, 6x ambitious; it keeps no users: no JIT, grants, session or audit).\n` : ''}
The verification alone is ${ratio(bare / verify)} as fast as node-saml's bare one (target 9x); the whole login, committed, costs ${ratio(login / bare)} of it. Latency of ACS + continue at ${CONCURRENCY} at once: p50 ${ms(of((r) => r.finish.p50))} ms, p99 ${ms(of((r) => r.finish.p99))} ms.`;
}

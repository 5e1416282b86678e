// (a) A whole SAML login through the gateway, against node-saml's bare validation of the same response and against
// one INSERT behind node:http.
import { setImmediate as turn } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { SAML, ValidateInResponseTo } from '@node-saml/node-saml';
import { verifyResponse } from '@rolecall/saml';
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
import { httpPool, inProcess, type Load, load, pin, startServer } from './measure.ts';
import { startBetterAuth } from './peers/better-auth-sso.ts';
import { type SamlPeer, startPolis } from './peers/polis.ts';
import { connectionOf } from './saml-connection.ts';
import { report, type Round } from './saml-login-report.ts';

const LOGINS = 300;
const CONCURRENCY = 16;
const ROUNDS = 5;
const WARM_ROUNDS = 4; // what is compared is servers that have been running for a while

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
  const responses: Parameters<typeof finishLogin>[1][] = [];
  for (const [index, { requestId, relayState, cookie }] of started.entries()) {
    await turn(); // so that the client sees which idle connections end
    const person = round * 1000 + (index % (LOGINS / 2)); // half of them new people, half coming back
    const samlResponse = gateway.idp.respond({
      connection,
      inResponseTo: requestId,
      nameId: `person${person}@bench.example`,
      attributes: attributes(person),
      now: new Date(),
      sign: 'assertion',
    });
    responses.push({ relayState, cookie, samlResponse });
  }
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
  let polis: SamlPeer | undefined;
  let betterAuth: SamlPeer | undefined;
  const rounds: Round[] = [];
  try {
    if (process.argv.includes('--peers')) {
      polis = await startPolis(gateway.ownerUrl, gateway.idp);
      betterAuth = await startBetterAuth(gateway.ownerUrl, gateway.idp);
    }
    pin(process.pid, 1);
    for (let round = 1; round <= WARM_ROUNDS; round++) {
      await logins(gateway, -round);
      for (const peer of [polis, betterAuth]) await peer?.round(LOGINS, CONCURRENCY, -round * 1000);
    }
    for (let round = 1; round <= ROUNDS; round++) {
      const pool = httpPool(`http://127.0.0.1:${port}`, CONCURRENCY);
      const body = 'x'.repeat(15_000);
      const insert = await load(floor.pid, 2_000, CONCURRENCY, async () => {
        const response = await pool.request({ method: 'POST', path: '/insert', body });
        await response.body.dump();
      });
      await pool.close();
      rounds.push({
        ...(await floors(gateway)),
        insert,
        ...(await logins(gateway, round)),
        polis: await polis?.round(LOGINS, CONCURRENCY, round * 1000),
        betterAuth: await betterAuth?.round(LOGINS, CONCURRENCY, round * 1000),
      });
    }
  } finally {
    await polis?.stop();
    await betterAuth?.stop();
    await floor.stop();
    await gateway.stop();
  }
  return report(rounds, { logins: LOGINS, concurrency: CONCURRENCY });
}

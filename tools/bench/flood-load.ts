// A flood of hostile posts at one ACS beside honest logins, at fixed rates.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Pool } from 'undici';
import { attributes, type BenchGateway, finishLogin, IDENTITY_PROVIDER, ORGANIZATION, startLogin } from './gateway.ts';
import { hostileBodies } from './hostile-bodies.ts';
import { cpuSecondsOf, residentMemoryOf } from './measure.ts';
import { connectionOf } from './saml-connection.ts';

export interface FloodOptions {
  readonly seconds: number;
  readonly hostilePerSecond: number;
  readonly loginsPerSecond: number;
}

export interface Delay {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

export interface Flood {
  /** Hostile posts by the status that they got. */
  readonly hostile: ReadonlyMap<number, number>;
  /** Bodies that were answered by anything else than a refusal. */
  readonly notRefused: readonly string[];
  readonly logins: number;
  /** Why an honest login did not end with a session. */
  readonly failures: readonly string[];
  /** Of whole logins, the identity provider's signing not counted. */
  readonly loginMs: readonly number[];
  readonly seconds: number;
  /** Event-loop delay of the gateway's process while it lasted (perf_hooks, resolution 10 ms). */
  readonly delayMs: Delay;
  /** The same of an idle process meanwhile: what the machine adds. */
  readonly idleDelayMs: Delay;
  /** CPU of the gateway's process, in cores. */
  readonly cores: number;
  /** Heap in use before and after. */
  readonly heapMiB: readonly [before: number, after: number];
  /** Resident memory, each second. */
  readonly residentMiB: readonly number[];
}

const ACS = `/saml/${ORGANIZATION}/${IDENTITY_PROVIDER}/acs`;
const SAMPLE_MS = 1_000;
/** At once, each with a connection of its own: enough for the rates when an answer takes 150 ms and a login 400 ms. */
const ATTACKERS = 32;
const USERS = 8;

export async function flood(gateway: BenchGateway, options: FloodOptions): Promise<Flood> {
  const connection = connectionOf(gateway.idp, gateway.url, ORGANIZATION, IDENTITY_PROVIDER);
  const bodies = [...hostileBodies(gateway.idp, connection)];
  const hostilePool = new Pool(gateway.url, { connections: ATTACKERS, pipelining: 1 });
  const honestPool = new Pool(gateway.url, { connections: USERS, pipelining: 1 });
  const hostile = new Map<number, number>();
  const notRefused: string[] = [];
  const failures: string[] = [];
  const loginMs: number[] = [];
  const attack = async (index: number): Promise<void> => {
    const [name, body] = bodies[index % bodies.length] ?? ['', ''];
    const status = await postHostile(hostilePool, body, strangerAt(index));
    hostile.set(status, (hostile.get(status) ?? 0) + 1);
    if (status < 400 || status >= 500) notRefused.push(`${name}: ${status}`);
  };
  const login = async (index: number): Promise<void> => {
    try {
      loginMs.push(await wholeLogin(honestPool, gateway, connection, index));
    } catch (error) {
      failures.push(String(error));
    }
  };
  await warm(login, attack, bodies.length);
  for (const list of [notRefused, failures, loginMs]) list.length = 0;
  hostile.clear();

  const before = await measured(gateway.url); // the gateway's histogram begins anew
  const idle = await idleProcess();
  const cpu = cpuSecondsOf(gateway.pid);
  const residentMiB: number[] = [];
  const sampler = setInterval(() => residentMiB.push(residentMemoryOf(gateway.pid)), SAMPLE_MS);
  const began = performance.now();
  await Promise.all([
    atRate({ perSecond: options.hostilePerSecond, seconds: options.seconds, most: ATTACKERS }, attack),
    atRate({ perSecond: options.loginsPerSecond, seconds: options.seconds, most: USERS }, (index) =>
      login(1_000 + index),
    ),
  ]);
  const seconds = (performance.now() - began) / 1000;
  const cores = (cpuSecondsOf(gateway.pid) - cpu) / seconds;
  clearInterval(sampler);
  const idleDelayMs = await idle();
  const { delayMs, heap } = await measured(gateway.url);
  const heapMiB = [before.heap, heap] as const;
  await Promise.all([hostilePool.close(), honestPool.close()]);
  const logins = loginMs.length + failures.length;
  loginMs.sort((a, b) => a - b);
  return { hostile, notRefused, logins, failures, loginMs, seconds, cores, delayMs, idleDelayMs, heapMiB, residentMiB };
}

/** Everybody has an address of their own, so that limits per client do not end the flood at once. */
function strangerAt(index: number): string {
  return `198.18.${Math.floor(index / 250) % 250}.${index % 250}`;
}

/** @returns the status of the answer */
export async function postHostile(pool: Pool, body: string, from: string): Promise<number> {
  const headers = { 'content-type': 'application/x-www-form-urlencoded', 'x-forwarded-for': from };
  const answer = await pool.request({ method: 'POST', path: ACS, headers, body });
  await answer.body.dump();
  return answer.statusCode;
}

/** @returns how long the gateway took for it, in milliseconds */
async function wholeLogin(
  pool: Pool,
  { idp }: BenchGateway,
  connection: { spEntityId: string; acsUrl: string },
  person: number,
): Promise<number> {
  const began = performance.now();
  const { requestId, relayState, cookie } = await startLogin(pool);
  const asked = performance.now();
  const nameId = `person${person}@bench.example`;
  const answer = { connection, inResponseTo: requestId, nameId, attributes: attributes(person), now: new Date() };
  const samlResponse = idp.respond(answer);
  const answered = performance.now();
  await finishLogin(pool, { samlResponse, relayState, cookie });
  return asked - began + (performance.now() - answered);
}

async function warm(
  login: (index: number) => Promise<void>,
  attack: (index: number) => Promise<void>,
  bodies: number,
): Promise<void> {
  for (let index = 0; index < 20; index++) await login(index);
  for (let index = 0; index < bodies * 2; index++) await attack(index);
}

/**
 * Begins one after the other at the rate asked for, whatever becomes of the others; but not more than `most` at once, since
 * a machine that is busy with other things would only be given a queue.
 */
async function atRate(
  { perSecond, seconds, most }: { perSecond: number; seconds: number; most: number },
  act: (index: number) => Promise<void>,
): Promise<void> {
  const running = new Set<Promise<void>>();
  const began = performance.now();
  for (let index = 0; index < perSecond * seconds; index++) {
    const wait = began + (index * 1000) / perSecond - performance.now();
    if (wait > 1) await new Promise((resolve) => setTimeout(resolve, wait));
    if (running.size >= most) {
      await Promise.race(running);
      if (performance.now() - began > seconds * 1000) break;
    }
    const one = act(index).finally(() => running.delete(one));
    running.add(one);
  }
  await Promise.all(running);
}

/** What the process says of itself; its histogram of delays begins anew at each call (prom-client). */
async function measured(url: string): Promise<{ readonly delayMs: Delay; readonly heap: number }> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const read = (name: string) => Number(new RegExp(`^${name}\\{[^}]*\\} (\\S+)$`, 'm').exec(text)?.[1] ?? Number.NaN);
  const delay = (which: string) => read(`nodejs_eventloop_lag_${which}_seconds`) * 1000;
  return {
    delayMs: { p50: delay('p50'), p99: delay('p99'), max: delay('max') },
    heap: read('nodejs_heap_size_used_bytes') / 2 ** 20,
  };
}

/** @returns ends it and says how late its event loop was */
async function idleProcess(): Promise<() => Promise<Delay>> {
  const child = fork(fileURLToPath(new URL('idle-process.mjs', import.meta.url)));
  await once(child, 'message');
  return async () => {
    child.send('stop');
    const [delay] = (await once(child, 'message')) as [Delay];
    return delay;
  };
}

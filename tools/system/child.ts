import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { setTimeout as delay } from 'node:timers/promises';

const LINES_KEPT = 15;
const READY_WITHIN_MS = 60_000;
const POLL_MS = 50;
const END_WITH_PARENT = pathToFileURL(join(import.meta.dirname, 'end-with-parent.mjs')).href;
/** pino's number of the level `error`. */
const ERROR = 50;

export interface ChildOptions {
  readonly name: string;
  /** Script and arguments for this Node. */
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly logFile: string;
  /** Gets one line for each error that the child logs. */
  readonly onError: (line: string) => void;
}

/** A Node process of the system, with its log in a file. It has an IPC channel and ends when this process is gone. */
export class Child {
  readonly name: string;
  /** Resolves when the process ends, with how it ended and its last lines; never rejects. */
  readonly ended: Promise<string>;
  readonly #process: ChildProcess;

  constructor(options: ChildOptions) {
    const { name, args, cwd, env, logFile, onError } = options;
    this.name = name;
    mkdirSync(dirname(logFile), { recursive: true });
    const log = createWriteStream(logFile, { flags: 'a' });
    const lastLines: string[] = [];
    // A session of its own: Ctrl-C in the terminal reaches only the process that stops everything in order.
    this.#process = spawn(process.execPath, ['--enable-source-maps', '--import', END_WITH_PARENT, ...args], {
      cwd,
      env,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    for (const stream of [this.#process.stdout, this.#process.stderr]) {
      if (!stream) continue;
      createInterface({ input: stream }).on('line', (line) => {
        log.write(`${line}\n`);
        lastLines.push(line);
        if (lastLines.length > LINES_KEPT) lastLines.shift();
        const said = errorIn(line);
        if (said) onError(`${name}: ${said}`);
      });
    }
    this.ended = new Promise((resolve) => {
      this.#process.once('error', (error) => resolve(`${name} could not be started: ${error.message}`));
      this.#process.once('close', (code, signal) => {
        log.end();
        resolve(`${name} ended with ${signal ?? `exit code ${code}`}. The end of ${logFile}:\n${lastLines.join('\n')}`);
      });
    });
  }

  /** Waits until `url` answers 2xx; rejects when the process ends before, or after a minute. */
  async ready(url: string, signal: AbortSignal): Promise<void> {
    let end: string | undefined;
    void this.ended.then((text) => (end = text));
    for (const started = performance.now(); performance.now() - started < READY_WITHIN_MS; await delay(POLL_MS)) {
      signal.throwIfAborted();
      if (end !== undefined) throw new Error(end);
      const answer = await fetch(url, { signal: AbortSignal.timeout(5_000) }).catch(() => undefined);
      await answer?.body?.cancel();
      if (answer?.ok) return;
    }
    throw new Error(`${this.name} did not answer at ${url} within ${READY_WITHIN_MS / 1000} s`);
  }

  /** Asks the process to end cleanly and waits until it has. */
  async stop(): Promise<void> {
    if (this.#process.exitCode === null && this.#process.signalCode === null) this.#process.kill('SIGTERM');
    await this.ended;
  }
}

/** The message of a JSON log line of level error or worse. */
function errorIn(line: string): string | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    const entry = JSON.parse(line) as { level?: unknown; msg?: unknown };
    const failed =
      typeof entry.level === 'number' ? entry.level >= ERROR : entry.level === 'error' || entry.level === 'fatal';
    return failed ? String(entry.msg) : undefined;
  } catch {
    return undefined;
  }
}

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { TestClient } from './test-api.ts';

export interface AppProcess {
  readonly pid: number;
  /** Without a token. */
  readonly client: TestClient;
  readonly output: () => string;
  kill(signal: 'SIGTERM' | 'SIGKILL'): void;
  /** Closes the pipes that its output goes to, as the death of a log collector does. */
  closeLog(): void;
  /** Ends the IPC channel, as the death of the parent does. */
  disconnect(): void;
  /** What it ended with: the exit code, or the signal. */
  readonly ended: Promise<number | string>;
}

/** Starts the built app as an own process, and resolves when it listens or has ended. */
export async function startProcess(environment: Readonly<Record<string, string>>): Promise<AppProcess> {
  const child = spawn(process.execPath, ['--enable-source-maps', join(import.meta.dirname, '../../dist/main.js')], {
    env: { PATH: process.env['PATH'], ...environment },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  const { stdout, stderr } = child;
  if (!stdout || !stderr) throw new Error('the process was started without pipes');
  const output: string[] = [];
  for (const stream of [stdout, stderr]) stream.on('data', (chunk: Buffer) => output.push(chunk.toString()));
  // not the child's 'close', which does not come after a disconnect
  const exited = once(child, 'exit') as Promise<[code: number | null, signal: string | null]>;
  const ended = Promise.all([exited, once(stdout, 'close'), once(stderr, 'close')]).then(
    ([[code, signal]]) => code ?? signal ?? 'unknown',
  );
  const listening = once(child, 'message').then(([message]: { port: number }[]) => message?.port ?? 0);
  const port = await Promise.race([listening, ended.then(() => 0)]);
  return {
    pid: child.pid ?? 0,
    client: new TestClient(`http://127.0.0.1:${port}`, undefined),
    output: () => output.join(''),
    kill: (signal) => child.kill(signal),
    closeLog: () => {
      stdout.destroy();
      stderr.destroy();
    },
    disconnect: () => child.disconnect(),
    ended,
  };
}

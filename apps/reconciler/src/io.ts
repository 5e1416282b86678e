import { createInterface } from 'node:readline/promises';
import { onInterrupt } from './interrupts.ts';
import { Writable } from 'node:stream';
import { buffer } from 'node:stream/consumers';

/** What a command has of the world around it; a test gives it another one. */
export interface Io {
  /** Data. */
  out(text: string): void;
  /** Everything else: errors, progress, questions. */
  err(text: string): void;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly now: Date;
  /** True where a person reads, so that colour and progress are welcome. */
  readonly outIsTerminal: boolean;
  readonly errIsTerminal: boolean;
  /** What is on standard input; undefined where a person would have to type it, and in tests that give none. */
  readonly input?: () => Promise<Buffer | undefined>;
  /** Lets time pass; the clock when absent. */
  readonly pause?: (milliseconds: number) => Promise<void>;
  /** Has something done when the command is interrupted, until the returned function is called; never when absent. */
  readonly onInterrupt?: (work: () => Promise<unknown>) => () => void;
  /** Asks a person; undefined where there is none to ask. */
  readonly ask: ((question: string) => Promise<string>) | undefined;
  /** The same, and what is typed is not shown. */
  readonly askHidden?: ((question: string) => Promise<string>) | undefined;
}

/** The process's own streams. */
export function processIo(): Io {
  const interactive = process.stdin.isTTY && process.stderr.isTTY;
  return {
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    env: process.env,
    cwd: process.cwd(),
    now: new Date(),
    outIsTerminal: process.stdout.isTTY,
    errIsTerminal: process.stderr.isTTY,
    onInterrupt,
    input: async () => (process.stdin.isTTY ? undefined : buffer(process.stdin)),
    ask: interactive ? askOnTerminal : undefined,
    askHidden: interactive ? askHidden : undefined,
  };
}

async function askOnTerminal(question: string): Promise<string> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const interrupted = new Promise<string>((resolve) => terminal.once('close', () => resolve('')));
  try {
    return await Promise.race([terminal.question(question), interrupted]);
  } finally {
    terminal.close();
  }
}

/** Nothing of what is typed is echoed, and none of it is kept in a history. */
async function askHidden(question: string): Promise<string> {
  process.stderr.write(question);
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const terminal = createInterface({ input: process.stdin, output: silent, terminal: true, historySize: 0 });
  const interrupted = new Promise<string>((resolve) => terminal.once('close', () => resolve('')));
  try {
    return await Promise.race([terminal.question(''), interrupted]);
  } finally {
    terminal.close();
    process.stderr.write('\n');
  }
}

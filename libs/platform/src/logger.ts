import type { LoggerService, LogLevel } from '@nestjs/common';
import { pino, stdSerializers, stdTimeFunctions } from 'pino';
import type { DestinationStream, Logger } from 'pino';

export type { Logger } from 'pino';

/** Levels of `ROLECALL_LOG_LEVEL`. */
export const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const;

/**
 * Names under which a secret or personal data could reach the log by accident. Code never logs such things; this is the
 * second wall, one level deep and below one key.
 */
const SECRETS = [
  'authorization',
  'cookie',
  'cookies',
  'token',
  'secret',
  'password',
  'privateKey',
  'masterKey',
  'previousMasterKey',
  'databaseUrl',
  'SAMLResponse',
  'RelayState',
  'assertion',
  'body',
  'facts',
  'email',
  'nameId',
];

/**
 * What may be said of an error. Drivers hang whole rows and statements on theirs (PostgreSQL: `detail`, `where`), libraries
 * their input: everything else is left out.
 */
const ABOUT_ERRORS = ['type', 'message', 'stack', 'code', 'severity', 'schema', 'table', 'column', 'constraint'];

function aboutError(error: unknown): unknown {
  // no `instanceof`: what is thrown may come from another realm, or be no Error at all
  if (typeof error !== 'object' || error === null) return error;
  const said = new Map<string, unknown>(Object.entries(stdSerializers.err(error as Error)));
  const errors: unknown = 'errors' in error && Array.isArray(error.errors) ? error.errors.map(aboutError) : undefined;
  return Object.fromEntries([...ABOUT_ERRORS.map((name) => [name, said.get(name)]), ['errors', errors]]);
}

/**
 * The log of one app: a JSON object per line on stdout with `time` (ISO 8601), `level` (a word), `app` and `msg`.
 * @param destination for tests; stdout otherwise.
 */
export function createLogger(
  options: { readonly app: string; readonly level: (typeof LOG_LEVELS)[number] },
  destination?: DestinationStream,
): Logger {
  const settings = {
    level: options.level,
    base: { app: options.app },
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    serializers: { err: aboutError },
    redact: { paths: SECRETS.flatMap((name) => [name, `*.${name}`]), censor: '(redacted)' },
  };
  return pino(settings, destination ?? standardOutput());
}

/**
 * Standard output through Node's own stream. Pino's default writes to the descriptor itself, and when the reader of the pipe
 * is gone its last flush tries again for ever: the process then neither serves nor ends.
 */
function standardOutput(): DestinationStream {
  // nobody reads any more; a service goes on without its log, and ends when it is told to
  process.stdout.on('error', () => undefined);
  return { write: (line) => void process.stdout.write(line) };
}

/** What Nest itself has to say, written to our log. Its start-up chatter goes to debug. */
export class PinoNestLogger implements LoggerService {
  readonly #log: Logger;
  constructor(log: Logger) {
    this.#log = log;
  }

  log(message: unknown, ...rest: unknown[]): void {
    this.#write('debug', message, rest);
  }
  debug(message: unknown, ...rest: unknown[]): void {
    this.#write('debug', message, rest);
  }
  verbose(message: unknown, ...rest: unknown[]): void {
    this.#write('debug', message, rest);
  }
  warn(message: unknown, ...rest: unknown[]): void {
    this.#write('warn', message, rest);
  }
  error(message: unknown, ...rest: unknown[]): void {
    this.#write('error', message, rest);
  }
  fatal(message: unknown, ...rest: unknown[]): void {
    this.#write('fatal', message, rest);
  }
  setLogLevels(_levels: LogLevel[]): void {
    // The level is the app's configuration; Nest doesn't change it.
  }

  #write(level: 'debug' | 'warn' | 'error' | 'fatal', message: unknown, rest: readonly unknown[]): void {
    const context = rest.findLast((value) => typeof value === 'string');
    if (message instanceof Error) this.#log[level]({ context, err: message }, message.message);
    else this.#log[level]({ context }, typeof message === 'string' ? message : 'structured message of the framework');
  }
}

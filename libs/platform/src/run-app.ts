import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { INestApplication } from '@nestjs/common';
import { errorCode } from './error-code.ts';
import type { Logger } from './logger.ts';

const DRAIN_MS = 10_000;

/** Started with an IPC channel, read before the channel can close. */
const HAS_PARENT = process.send !== undefined;

/** The app can't start; the message says what to do. */
class StartError extends Error {
  override readonly name = 'StartError';
}

export interface RunOptions {
  readonly logger: Logger;
  readonly host: string;
  readonly port: number;
  /** The configuration as text with secrets replaced (`readEnvironment().redacted`); logged once. */
  readonly configuration: Readonly<Record<string, string>>;
}

/**
 * Listens, and ends the process cleanly on SIGTERM, SIGINT or when the parent that started it with an IPC channel goes
 * away: no new connections, requests in flight finish, then the database closes; after 10 s it ends anyway. A parent
 * with an IPC channel is told `{ type: 'listening', port }`.
 * @throws StartError when the port is taken.
 */
export async function runApp(app: INestApplication, options: RunOptions): Promise<void> {
  const { logger, host } = options;
  await listen(app, host, options.port);
  const server = app.getHttpServer() as Server;
  const { port } = server.address() as AddressInfo;
  logger.info({ host, port, configuration: options.configuration }, 'listening');
  if (process.connected) process.send?.({ type: 'listening', port });

  let stopping = false;
  const stop = (reason: string) => {
    if (stopping) return;
    stopping = true;
    logger.info({ reason }, 'stopping');
    setTimeout(() => {
      logger.error({ afterMs: DRAIN_MS }, 'stopped before every request was finished');
      process.exit(1);
    }, DRAIN_MS).unref();
    // a connection whose last request was in flight just now would be kept alive, and keep the server from closing
    setInterval(() => server.closeIdleConnections(), 50).unref();
    app.close().then(
      () => {
        logger.info('stopped');
        process.exit(0);
      },
      (error: unknown) => {
        logger.error({ err: error }, 'stopping failed');
        process.exit(1);
      },
    );
  };
  process.once('SIGTERM', () => stop('SIGTERM'));
  process.once('SIGINT', () => stop('SIGINT'));
  process.once('disconnect', () => stop('parent gone'));
  // it may have gone while this app was starting, before anybody listened
  if (HAS_PARENT && !process.connected) stop('parent gone');
}

async function listen(app: INestApplication, host: string, port: number): Promise<void> {
  try {
    await app.listen(port, host);
  } catch (error) {
    await app.close();
    const code = errorCode(error);
    if (code === 'EADDRINUSE') {
      throw new StartError(`port ${port} is taken; stop what listens there, or set PORT to another one`, {
        cause: error,
      });
    }
    if (code === 'EACCES')
      throw new StartError(`port ${port} needs more rights; set PORT to one above 1023`, { cause: error });
    if (code === 'EADDRNOTAVAIL') {
      throw new StartError(`${host} is not an address of this machine; set ROLECALL_HOST to one that is`, {
        cause: error,
      });
    }
    throw error;
  }
}

/**
 * The whole of an app's `main.ts`: runs `start`, and when that fails writes the reason to stderr (one readable text; the
 * stack only of what nobody foresaw) and exits with 1.
 */
export async function main(start: () => Promise<void>): Promise<void> {
  try {
    await start();
  } catch (error) {
    // codes of ours are snake_case; those of Node and PostgreSQL say too little without the stack
    const foreseen = error instanceof StartError || /^[a-z_]+$/.test(errorCode(error) ?? '');
    const text = error instanceof Error ? (foreseen ? error.message : error.stack) : error;
    process.stderr.write(`${String(text)}\n`);
    process.exit(1);
  }
}

import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { CommandError, EXIT } from '../exit.ts';
import type { ServerDiagnostic } from '../output/positions.ts';
import type { Connection } from './connection.ts';

/** The server refused; `code` is its own. */
export class ServerRefusal extends Error {
  override readonly name = 'ServerRefusal';
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly diagnostics: readonly ServerDiagnostic[],
    readonly traceId: string | undefined,
  ) {
    super(message);
  }
}

/** A plan over 10,000 organizations with many users takes time; a server that is silent longer than this is broken. */
const TIMEOUT_MS = 300_000;

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** How many users the server looked at by now. */
export type Told = (users: number) => void;

const LINES = 'application/x-ndjson';

/**
 * One request of any operation.
 * @param told asks the server to say how far it is, where it can
 * @throws ServerRefusal, CommandError
 */
export async function request<T>(
  connection: Connection,
  method: Method,
  path: string,
  body?: unknown,
  told?: Told,
): Promise<T> {
  const { server, token } = connection;
  const url = new URL(path, server.endsWith('/') ? server : `${server}/`);
  const bearer = typeof token === 'string' ? token : await token();
  const headers = {
    authorization: `Bearer ${bearer}`,
    accept: told ? `application/json, ${LINES}` : 'application/json',
  };
  const response = await fetch(url, {
    method,
    redirect: 'error', // a redirect would carry the token elsewhere
    signal: AbortSignal.timeout(TIMEOUT_MS),
    ...(body === undefined
      ? { headers }
      : { headers: { ...headers, 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  }).catch((error: unknown) => {
    throw unreachable(server, error);
  });
  if (told && response.body && response.headers.get('content-type')?.startsWith(LINES) === true) {
    return lastOf(response.body, told, server);
  }
  const answer: unknown = await response.json().catch(() => undefined);
  if (!response.ok) throw refusalOf(response.status, answer);
  if (answer === undefined)
    throw new CommandError(EXIT.failed, 'not_rolecall', `${server} does not answer as Rolecall does`);
  return answer as T;
}

/** The answer behind lines that say how far the server is. */
async function lastOf<T>(body: ReadableStream<Uint8Array>, told: Told, server: string): Promise<T> {
  const lines = createInterface({ input: Readable.fromWeb(body as never), crlfDelay: Number.POSITIVE_INFINITY });
  try {
    for await (const text of lines) {
      const line = JSON.parse(text) as {
        readonly progress?: { readonly users: number };
        readonly result?: T;
        readonly status?: number;
      };
      if (line.result !== undefined) return line.result;
      if (line.progress === undefined) throw refusalOf(line.status ?? 500, line);
      told(line.progress.users);
    }
  } catch (error) {
    throw error instanceof ServerRefusal ? error : unreachable(server, error);
  }
  throw unreachable(server, new Error('the answer ended too early'));
}

function unreachable(server: string, error: unknown): CommandError {
  const { name, cause } = (error ?? {}) as { name?: string; cause?: { code?: string; message?: string } };
  if (name === 'TimeoutError') {
    return new CommandError(EXIT.failed, 'server_timeout', `${server} did not answer in time; look at its log`);
  }
  const why = cause?.code ?? cause?.message ?? String(error);
  const message = `cannot reach ${server} (${why}); is it running? "npm start" starts one here`;
  return new CommandError(EXIT.failed, 'server_unreachable', message);
}

function refusalOf(status: number, answer: unknown): ServerRefusal {
  const error = (answer as { error?: Partial<ServerRefusal> } | undefined)?.error;
  const code = typeof error?.code === 'string' ? error.code : `http_${status}`;
  const message = typeof error?.message === 'string' ? error.message : `the server answered with status ${status}`;
  return new ServerRefusal(status, code, message, error?.diagnostics ?? [], error?.traceId);
}

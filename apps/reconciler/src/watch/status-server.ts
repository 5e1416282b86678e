import { createServer } from 'node:http';
import type { ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CommandError, EXIT } from '../exit.ts';
import type { Status } from './status.ts';

const HEADERS = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' };

export interface StatusServer {
  readonly url: string;
  close(): Promise<void>;
}

/**
 * `/healthz`, `/status` and `/metrics`, which show no secret and change nothing. Whoever listens beyond loopback lets everybody
 * who reaches the port read them.
 * @throws CommandError `cannot_listen`
 */
export async function serveStatus(
  status: Status,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<StatusServer> {
  const server = createServer({ requestTimeout: 10_000 }, (request, response) => {
    request.resume();
    answer(status, request.method ?? '', request.url ?? '', response);
  });
  server.maxConnections = 50;
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const message = `cannot listen on ${host}:${port} (${error.code}); give another --listen, or "off"`;
      reject(new CommandError(EXIT.failed, 'cannot_listen', message));
    });
    server.listen(port, host, resolve);
  });
  const { address, port: bound, family } = server.address() as AddressInfo;
  return {
    url: `http://${family === 'IPv6' ? `[${address}]` : address}:${bound}`,
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => void server.close(() => resolve()));
    },
  };
}

function answer(status: Status, method: string, path: string, response: ServerResponse): void {
  const send = (code: number, type: string, body: string) =>
    void response.writeHead(code, { ...HEADERS, 'content-type': type }).end(body);
  if (method !== 'GET') send(405, 'text/plain', 'GET only\n');
  else if (path === '/status') send(200, 'application/json', `${JSON.stringify(status, null, 2)}\n`);
  else if (path === '/metrics') send(200, 'text/plain; version=0.0.4', status.metrics());
  else if (path !== '/healthz') send(404, 'text/plain', '/healthz, /status, /metrics\n');
  else if (status.isAlive(new Date())) send(200, 'text/plain', 'ok\n');
  else send(503, 'text/plain', 'no look has ended for a long time\n');
}

import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';
import { createServer as createTcpServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { createServer as createTlsServer } from 'node:tls';

/** TEST ONLY: what a webhook or a syslog receiver of a customer is, on loopback. */
export interface Receiver<T> {
  readonly port: number;
  readonly got: T[];
  close(): Promise<void>;
}

export interface Posted {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** Answers each request with what `status` says then; 0 = hangs up. */
export async function webhookReceiver(status: () => number): Promise<Receiver<Posted>> {
  const got: Posted[] = [];
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      got.push({ headers: request.headers, body });
      const answer = status();
      if (answer === 0) request.socket.destroy();
      else response.writeHead(answer, answer === 302 ? { location: 'http://127.0.0.1:9/' } : {}).end();
    });
  });
  return listening(server, got);
}

/** Takes what each connection sends, once it has ended. */
export async function syslogReceiver(tls?: { readonly key: string; readonly cert: string }): Promise<Receiver<string>> {
  const got: string[] = [];
  const take = (socket: Socket) => {
    text(socket).then(
      (sent) => {
        got.push(sent);
        socket.end();
      },
      () => undefined, // the other side went away
    );
  };
  const options = { allowHalfOpen: true };
  return listening(tls ? createTlsServer({ ...options, ...tls }, take) : createTcpServer(options, take), got);
}

async function listening<T>(server: Server, got: T[]): Promise<Receiver<T>> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => void sockets.add(socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const close = async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => {
      server.close(resolve);
    });
  };
  return { port: (server.address() as AddressInfo).port, got, close };
}

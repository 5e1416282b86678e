import { createServer, request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';

/** TEST ONLY. A load balancer without any memory: each request goes to the next of the addresses. */
export interface RoundRobin {
  readonly address: string;
  /** Which address served each request, in order: `1 GET /login`. */
  readonly served: readonly string[];
  close(): Promise<void>;
}

/** @param addresses `http://127.0.0.1:<port>` */
export async function startRoundRobin(addresses: readonly string[]): Promise<RoundRobin> {
  const served: string[] = [];
  const server = createServer((incoming, answer) => {
    const index = served.length % addresses.length;
    const { method = 'GET', url = '/', headers } = incoming;
    served.push(`${index} ${method} ${new URL(url, 'http://localhost').pathname}`);
    const outgoing = httpRequest(new URL(url, addresses[index]), { method, headers }, (received) => {
      answer.writeHead(received.statusCode ?? 502, received.rawHeaders);
      received.pipe(answer);
    });
    outgoing.on('error', () => answer.destroy());
    incoming.pipe(outgoing);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { address: `http://127.0.0.1:${port}`, served, close };
}

import { once } from 'node:events';
import { createServer } from 'node:http';
import type { RequestListener, Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** TEST ONLY. The host of an IdP's metadata, on loopback: serves one document, or behaves as a test wants. */
export class TestMetadataHost {
  /** Paths asked for, in order. */
  readonly asked: string[] = [];
  /** What is served; a test may change it at any time. */
  serves: string | RequestListener = '';
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((request, response) => {
      this.asked.push(request.url ?? '');
      if (typeof this.serves !== 'string') this.serves(request, response);
      else response.setHeader('content-type', 'application/samlmetadata+xml').end(this.serves);
    });
  }

  static async start(): Promise<TestMetadataHost> {
    const host = new TestMetadataHost();
    await once(host.#server.listen(0, '127.0.0.1'), 'listening');
    return host;
  }

  get origin(): string {
    return `http://localhost:${(this.#server.address() as AddressInfo).port}`;
  }

  stop(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}

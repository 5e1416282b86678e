import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';

/** What was asked of it. */
export interface Asked {
  readonly method: string | undefined;
  readonly path: string | undefined;
  readonly authorization: string | undefined;
  readonly body: unknown;
}

/** TEST ONLY. Stands where the admin API is, which is another app: notes what it is asked, and answers as it is told to. */
export class StubAdminApi {
  readonly asked: Asked[] = [];
  /** What a PATCH is answered. */
  answer: { readonly status: number; readonly json: unknown } = { status: 200, json: {} };

  private constructor(
    private readonly server: Server,
    readonly url: string,
  ) {}

  static async start(): Promise<StubAdminApi> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const stub = new StubAdminApi(server, `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    server.on('request', (request: IncomingMessage, response) => {
      void stub.take(request).then(({ status, json: body }) => {
        response.writeHead(status, { 'content-type': 'application/json', connection: 'close' });
        response.end(JSON.stringify(body));
      });
    });
    return stub;
  }

  /** The body of the last PATCH. */
  get patch(): unknown {
    return this.asked.findLast(({ method }) => method === 'PATCH')?.body;
  }

  async close(): Promise<void> {
    this.server.close();
    await once(this.server, 'close');
  }

  private async take(request: IncomingMessage): Promise<StubAdminApi['answer']> {
    const { method, url: path, headers } = request;
    const body = method === 'PATCH' ? await json(request) : undefined;
    this.asked.push({ method, path, authorization: headers.authorization, body });
    return method === 'GET' ? { status: 200, json: { revision: 7 } } : this.answer;
  }
}

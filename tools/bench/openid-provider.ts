// An OpenID provider over HTTP in the benchmark's own process, so that its work is not the gateway's.
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { TestOpenIdProvider } from '@rolecall/oidc/testing';
import { freePort } from '../system/ports.ts';

export interface HttpOpenIdProvider {
  readonly provider: TestOpenIdProvider;
  stop(): void;
}

export async function startOpenIdProvider(): Promise<HttpOpenIdProvider> {
  const port = await freePort();
  const issuer = `http://localhost:${port}`;
  const provider = new TestOpenIdProvider({ issuer, clock: () => new Date() });
  const server = createServer((request, response) => {
    answer(provider, request, response).catch((error: Error) => response.destroy(error));
  });
  await new Promise<void>((resolve) => server.listen(port, 'localhost', resolve));
  return {
    provider,
    stop: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

async function answer(provider: TestOpenIdProvider, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = `${provider.issuer}${request.url ?? ''}`;
  const { authorization = '' } = request.headers;
  const headers: Record<string, string> = authorization === '' ? {} : { authorization };
  const { status, body } =
    request.method === 'POST'
      ? await provider.transport.postForm(url, new URLSearchParams(await read(request)), headers)
      : await provider.transport.get(url, headers);
  response.writeHead(status, { 'content-type': 'application/json' }).end(body);
}

async function read(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

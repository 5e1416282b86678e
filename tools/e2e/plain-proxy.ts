import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { html, page } from '../html.ts';

/** A proxy in front of an application that shows the headers it was handed. */
export interface PlainProxy {
  readonly origin: string;
  close(): Promise<void>;
}

/** Asks the gateway as Traefik's ForwardAuth does: docs/guides/forward-auth.md. */
export async function startPlainProxy(gateway: string, port: number): Promise<PlainProxy> {
  const host = `127.0.0.1:${port}`;
  const serve = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { method = 'GET', url = '/', headers } = incoming;
    const isOwn = url.startsWith('/.rolecall/');
    const forwarded = { 'x-forwarded-host': host, 'x-forwarded-proto': 'http', 'x-forwarded-uri': url };
    const asked = { ...headers, ...forwarded, 'x-forwarded-method': method };
    delete asked['content-length'];
    delete asked['transfer-encoding'];
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      const options = isOwn ? { path: url, method } : { path: '/auth/verify' };
      const outgoing = request(gateway, { ...options, headers: asked }, resolve).on('error', reject);
      if (isOwn) incoming.pipe(outgoing);
      else outgoing.end();
    });
    if (isOwn || answer.statusCode !== 200) {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
      return;
    }
    answer.resume();
    const shown = Object.entries(answer.headers).filter(([name]) => name.startsWith('x-auth-request-'));
    const rows = shown.map(
      ([name, value]) =>
        html`<dt>${name}</dt>
          <dd>${String(value)}</dd>`,
    );
    const body = html`<h1>An application at ${url}</h1>
      <dl>${rows}</dl>`;
    const text = page({ title: 'An application', brand: 'Behind a proxy', accent: '#345', body });
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(text);
  };
  const server = createServer((incoming, response) => {
    serve(incoming, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { origin: `http://${host}`, close };
}

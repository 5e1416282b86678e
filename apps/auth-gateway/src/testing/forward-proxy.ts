import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  request as httpRequest,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';

export type ProxyKind = 'traefik' | 'caddy' | 'caddy-2.10' | 'nginx';

export const PROXIES: readonly ProxyKind[] = ['traefik', 'caddy', 'caddy-2.10', 'nginx'];

type Headers = Readonly<Record<string, string | undefined>>;

/** What passed between the proxy and the gateway, and what the application was handed. */
export interface Exchange {
  /** The headers of the request to `/auth/verify`. */
  readonly asked: Headers;
  readonly answer: { readonly status: number; readonly headers: IncomingHttpHeaders; readonly body: string };
  /** The headers that reached the application; absent = the request did not. */
  readonly upstream?: Headers;
}

/** TEST ONLY. A proxy in front of an application that answers 200 with the headers it was handed, as JSON. */
export interface ForwardProxy {
  readonly address: string;
  readonly exchanges: Exchange[];
  close(): Promise<void>;
}

/** RFC 9110, section 7.6.1, as Go's proxies remove them. */
const HOP_BY_HOP = ['connection', 'keep-alive', 'proxy-authorization', 'te', 'trailer', 'transfer-encoding', 'upgrade'];

/** As in the guide. */
const OUR_COOKIES = /(?:^|; *)__Host-rolecall_forward(?:_flow)?=[^;]*/g;

const IDENTITY = ['user', 'email', 'org', 'roles', 'groups', 'incomplete'].map((name) => `x-auth-request-${name}`);

/**
 * A proxy that does what the three do with the configuration of docs/guides/forward-auth.md:
 * - Traefik 3 (pkg/middlewares/auth/forward.go): GET with the client's headers but the hop-by-hop ones; sets X-Forwarded-Method,
 *   -Proto, -Host, -Uri and does not believe the client's; answers other than 2xx go to the client whole; of `authResponseHeaders` the
 *   client's are deleted, and those that came are set.
 * - Caddy 2 (forwardauth/caddyfile.go): the same, but keeps Host and the headers of an upgrade, and sets no empty header. Before 2.11.2 it
 *   deletes none either (GHSA-7r4p-vjf4-gxv4); that one is without the line of the guide that does.
 * - nginx (ngx_http_auth_request_module.c): GET with the client's headers and what `proxy_set_header` says; 401 and 403 count, and of
 *   their answers no body, no header but WWW-Authenticate; everything else that is not 2xx becomes 500.
 * @param origin of the application, as browsers see it
 * @param gateway `http://127.0.0.1:<port>`
 */
export async function startForwardProxy(kind: ProxyKind, origin: string, gateway: string): Promise<ForwardProxy> {
  const exchanges: Exchange[] = [];
  const serve = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { method = 'GET', url = '/' } = incoming;
    const sent = { method, uri: url, headers: incoming.headers as Headers };
    if (url.startsWith('/.rolecall/')) {
      const body = await bodyOf(incoming);
      const answer = await exchange(
        gateway + url,
        method,
        { ...without(sent.headers, ['transfer-encoding']), ...ownPaths(kind, origin, sent) },
        body,
      );
      pass(response, answer);
      return;
    }
    const asked = askedBy(kind, origin, sent);
    const answer = await exchange(`${gateway}/auth/verify`, 'GET', asked);
    if (answer.status >= 200 && answer.status < 300) {
      const upstream = handedOn(kind, sent.headers, answer.headers);
      exchanges.push({ asked, answer, upstream });
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(upstream));
      return;
    }
    exchanges.push({ asked, answer });
    if (kind === 'nginx') asNginx(response, answer.status, sent);
    else pass(response, answer);
  };
  const server = createServer((incoming, response) => {
    serve(incoming, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { address: `http://127.0.0.1:${port}`, exchanges, close };
}

interface Sent {
  readonly method: string;
  readonly uri: string;
  readonly headers: Headers;
}

/** The headers of the request to `/auth/verify`. */
function askedBy(kind: ProxyKind, origin: string, { method, uri, headers }: Sent): Headers {
  const { protocol, host } = new URL(origin);
  const forwarded = {
    'x-forwarded-for': '203.0.113.9',
    'x-forwarded-host': host,
    'x-forwarded-method': method,
    'x-forwarded-proto': protocol.slice(0, -1),
    'x-forwarded-uri': uri,
  };
  const body = ['content-length', 'transfer-encoding'];
  if (kind === 'traefik') return { ...without(headers, [...HOP_BY_HOP, ...body, 'host']), ...forwarded };
  if (kind === 'caddy' || kind === 'caddy-2.10') {
    const upgrade = headers['upgrade'] === undefined ? {} : { connection: 'Upgrade', upgrade: headers['upgrade'] };
    return { ...without(headers, [...HOP_BY_HOP, ...body]), ...upgrade, ...forwarded, host };
  }
  const original = { 'x-original-url': origin + uri, 'x-original-method': method, 'x-forwarded-for': '203.0.113.9' };
  const cleared = ['x-forwarded-host', 'x-forwarded-proto', 'host', 'connection', 'upgrade', ...body];
  return { ...without(headers, cleared), ...original };
}

/** What is set for `/.rolecall/`, which goes to the gateway as it is. */
function ownPaths(kind: ProxyKind, origin: string, { uri }: Sent): Headers {
  const { protocol, host } = new URL(origin);
  if (kind === 'nginx')
    return { 'x-original-url': origin + uri, 'x-forwarded-host': undefined, 'x-forwarded-proto': undefined };
  return { host, 'x-forwarded-host': host, 'x-forwarded-proto': protocol.slice(0, -1) };
}

/** Caddy and nginx set no empty header; these two take our cookies out of what goes on. */
function handedOn(kind: ProxyKind, headers: Headers, answer: IncomingHttpHeaders): Headers {
  const set = IDENTITY.flatMap((name) => {
    const value = answer[name];
    return typeof value === 'string' && (kind === 'traefik' || value !== '') ? [[name, value] as const] : [];
  });
  const kept = kind === 'caddy-2.10' ? headers : without(headers, IDENTITY);
  const cookie = kind === 'traefik' ? headers['cookie'] : headers['cookie']?.replace(OUR_COOKIES, '');
  return { ...kept, ...Object.fromEntries(set), cookie };
}

/** `error_page 401 = @rolecall_sign_in`, which leads a page away and lets a script see the 401; the map of the guide says which is which. */
function asNginx(response: ServerResponse, status: number, { method, uri, headers }: Sent): void {
  const isPage = method === 'GET' && ['document', ''].includes(headers['sec-fetch-dest'] ?? '');
  if (status === 401 && isPage) response.writeHead(302, { location: `/.rolecall/start?rd=${uri}` }).end();
  else response.writeHead(status === 401 || status === 403 ? status : 500).end(`<h1>${status}</h1>`);
}

function without(headers: Headers, names: readonly string[]): Headers {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !names.includes(name)));
}

/** One request on a connection of its own, with exactly these headers. */
export async function exchange(url: string, method: string, headers: Headers, body = ''): Promise<Exchange['answer']> {
  const given = Object.entries(headers).filter((entry): entry is [string, string] => entry[1] !== undefined);
  const incoming = await new Promise<IncomingMessage>((resolve, reject) => {
    const { origin } = new URL(url);
    const options = { path: url.slice(origin.length), method, headers: Object.fromEntries(given), agent: false };
    const outgoing = httpRequest(origin, options, resolve);
    outgoing.on('upgrade', () => reject(new Error('the protocol was changed')));
    outgoing.on('error', reject);
    outgoing.end(body);
  });
  return { status: incoming.statusCode ?? 0, headers: incoming.headers, body: await bodyOf(incoming) };
}

async function bodyOf(message: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

function pass(response: ServerResponse, { status, headers, body }: Exchange['answer']): void {
  const kept = Object.fromEntries(Object.entries(headers).filter(([name]) => !HOP_BY_HOP.includes(name)));
  response.writeHead(status, kept).end(body);
}

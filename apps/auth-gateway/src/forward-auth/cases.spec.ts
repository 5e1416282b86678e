import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { exchange, type Exchange, PROXIES, type ProxyKind } from '../testing/forward-proxy.ts';
import { ForwardWorld, GRAFANA, WIKI } from '../testing/forward-world.ts';

const ROOT = join(import.meta.dirname, '../../cases/forward-auth');

/** What a client sends. */
interface Case {
  readonly what: string;
  readonly method?: string;
  /** Default: of the application that `acme` has. */
  readonly origin?: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Of this application, of another one of another organization, the first one twice, or the gateway's own. */
  readonly cookie?: 'own' | 'other' | 'twice' | 'gateway';
  readonly body?: string;
}

/** Headers that say something here; others are Node's, or the same at all of the gateway's answers. */
const SHOWN = /^(?:x-auth-request-|x-forwarded-|x-original-|upgrade$|location$|cache-control$|content-type$|www-)/;

let forward: ForwardWorld;
let cookies: Readonly<Record<NonNullable<Case['cookie']>, string>>;
let userId: string;

beforeAll(async () => {
  forward = await ForwardWorld.open();
  const own = await cookieAt(GRAFANA, 'acme');
  const other = await cookieAt(WIKI, 'beta');
  cookies = { own: own.cookie, other: other.cookie, twice: `${own.cookie}; ${own.cookie}`, gateway: own.gateway };
  const [user] = await forward.world.sql("select user_id::text as id from users where email = 'eve@acme.com'");
  userId = String(user?.['id']);
});
afterAll(() => forward?.close());

async function cookieAt(origin: string, organization: 'acme' | 'beta') {
  const browser = forward.browser(await forward.proxy('caddy', origin), origin);
  await forward.signIn(browser.sso, organization, organization === 'acme' ? 'eve@acme.com' : 'bo@beta.example');
  await browser.open('/');
  const name = '__Host-rolecall_forward';
  const session = `__Host-rolecall_session=${browser.sso.cookies.get('__Host-rolecall_session')}`;
  return { cookie: `${name}=${browser.app.cookies.get(name)}`, gateway: session };
}

async function run(kind: ProxyKind, { method = 'GET', origin = GRAFANA, path, headers, cookie, body }: Case) {
  const proxy = await forward.proxy(kind, origin);
  const sent = cookie ? { ...headers, cookie: cookies[cookie] } : headers;
  const browser = await exchange(proxy.address + path, method, sent, body);
  const { asked = {}, answer, upstream } = proxy.exchanges[0] ?? {};
  return {
    asked: shown(asked),
    answer: answer && { status: answer.status, ...shown(answer.headers), code: codeOf(answer) },
    browser: { status: browser.status, location: browser.headers.location },
    ...(upstream && { application: shown(upstream) }),
  };
}

function shown(headers: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(headers)

      .filter(([name]) => SHOWN.test(name))
      .sort(([one], [other]) => one.localeCompare(other)),
  );
}

function codeOf({ body }: Exchange['answer']): string | undefined {
  return body === '' ? undefined : (JSON.parse(body) as { error: { code: string } }).error.code;
}

/** UPDATE_CASES=1 writes what came, for a person to review the difference. */
function expected(name: string, actual: string): string {
  const file = join(ROOT, name, 'expected.json');
  if (process.env['UPDATE_CASES'] === '1') {
    mkdirSync(join(ROOT, name), { recursive: true });
    writeFileSync(file, actual);
  }
  return readFileSync(file, 'utf8');
}

it.each(readdirSync(ROOT))('%s', async (name) => {
  const request = JSON.parse(readFileSync(join(ROOT, name, 'request.json'), 'utf8')) as Case;
  const came = Object.fromEntries(await Promise.all(PROXIES.map(async (kind) => [kind, await run(kind, request)])));
  const actual = `${JSON.stringify(came, null, 2).replaceAll(userId, '<user>')}\n`;
  expect(actual).toBe(expected(name, actual));
});

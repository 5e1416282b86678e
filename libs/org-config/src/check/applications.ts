import type { Json } from '../document.ts';
import { listOf, mapOf, own, pointerTo, type JsonMap } from '../json.ts';
import { httpUrl } from '../schema/names.ts';
import { placeName, quoted, type Finding, type Findings } from './finding.ts';

/** The lists of addresses that an answer or a browser is sent to. */
const REDIRECTS = ['redirectUris', 'postLogoutRedirectUris'] as const;

/** How an application proves who it is by a secret. */
const BY_SECRET: ReadonlySet<Json> = new Set(['client_secret_basic', 'client_secret_post']);

const HTTP_URL = new RegExp(String(httpUrl.pattern));

/** RFC 8252, section 8.3: what listens there is on the user's own machine. */
const LOOPBACK: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]']);

/** Each application is where it says, and proves who it is by what it says. */
export function checkApplications(document: Json, findings: Findings): void {
  const origins = new Map<string, string>();
  for (const [name, entry] of Object.entries(mapOf(own(mapOf(own(mapOf(document), 'spec')), 'applications')))) {
    if (findings.full) return;
    const application = mapOf(entry);
    const pointer = pointerTo('/spec/applications', name);
    if (own(application, 'type') === 'oidc') {
      for (const key of REDIRECTS) eachText(application, key, pointer, (uri, at) => checkRedirect(uri, at, findings));
      checkSecret(application, pointer, findings);
    }
    if (own(application, 'type') === 'forward-auth') {
      eachText(application, 'origins', pointer, (origin, at) => {
        checkOrigin(origin, at, findings);
        checkOnce(origin, name, at, origins, findings);
      });
    }
  }
}

function eachText(
  application: JsonMap,
  key: string,
  pointer: string,
  check: (text: string, pointer: string) => void,
): void {
  for (const [index, entry] of listOf(own(application, key)).entries()) {
    if (typeof entry === 'string') check(entry, pointerTo(pointer, key, index));
  }
}

/** RFC 6749, section 3.1.2, and RFC 9700, section 2.1: absolute, without a fragment, compared exactly. */
function checkRedirect(uri: string, pointer: string, findings: Findings): void {
  const wrong = wrongAddress(uri, ({ href }) => href);
  if (wrong) findings.add({ code: 'invalid_redirect_uri', ...wrong, pointer, at: 'value' });
}

/** RFC 6454, section 6.1. */
function checkOrigin(text: string, pointer: string, findings: Findings): void {
  const wrong = wrongAddress(text, ({ origin }) => origin);
  if (wrong) findings.add({ code: 'invalid_origin', ...wrong, pointer, at: 'value' });
}

/**
 * Why a text is no address of an application; undefined also for what the schema refuses.
 * @param canonical its one spelling, which is that of a browser: another one is never what is compared with it
 */
function wrongAddress(
  text: string,
  canonical: (url: URL) => string,
): Pick<Finding, 'message' | 'suggestion'> | undefined {
  if (!HTTP_URL.test(text)) return undefined;
  const url = URL.parse(text);
  const wrong = (what: string, suggestion: string) => ({ message: `${quoted(text)} ${what}`, suggestion });
  if (text.includes('*')) {
    return wrong('has a wildcard, and addresses are compared letter by letter', 'write each address');
  }
  if (url === null) return wrong('is not a URL', 'write it as a browser shows it');
  if (text.includes('#')) {
    return wrong('has a fragment, which no server ever sees', `write ${quoted(withoutHash(url))}`);
  }
  if (url.protocol === 'http:' && !LOOPBACK.has(url.hostname)) {
    const suggestion = 'write https://; http:// is for `localhost`, `127.0.0.1` and `[::1]`';
    return wrong('is not encrypted: whoever is on the way could sign in as its users', suggestion);
  }
  const right = canonical(url);
  if (text === right || `${text}/` === right) return undefined;
  return wrong('is not how a browser spells it', `write ${quoted(right)}`);
}

function withoutHash(url: URL): string {
  return url.href.slice(0, -url.hash.length || undefined);
}

/** A proxy asks by the origin alone: it must say which application that is. */
function checkOnce(
  origin: string,
  name: string,
  pointer: string,
  origins: Map<string, string>,
  findings: Findings,
): void {
  const other = origins.get(origin);
  if (other === undefined || other === name) {
    origins.set(origin, name);
    return;
  }
  const message = `${quoted(origin)} is an origin of ${quoted(other)} and of ${quoted(name)}`;
  findings.add({ code: 'duplicate_origin', message, suggestion: 'keep it in one of them', pointer, at: 'value' });
}

/** A secret is there exactly where the application proves itself by one. */
function checkSecret(application: JsonMap, pointer: string, findings: Findings): void {
  const method = own(application, 'clientAuthentication') ?? 'none';
  const secret = own(application, 'clientSecret');
  if (method === 'none' && secret !== undefined) {
    findings.add({
      code: 'invalid_combination',
      message: `${placeName(pointer)} has a \`clientSecret\`, which nothing would ask for`,
      suggestion: 'write `clientAuthentication: client_secret_basic`, or remove it',
      pointer: pointerTo(pointer, 'clientSecret'),
    });
  }
  if (BY_SECRET.has(method) && secret === undefined) {
    const message = `${placeName(pointer)} has no \`clientSecret\``;
    const suggestion = 'add `clientSecret: { fromEnv: ACME_DASHBOARD_SECRET }`';
    findings.add({ code: 'missing_key', message, suggestion, pointer });
  }
}

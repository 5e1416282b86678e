import type { IncomingHttpHeaders } from 'node:http';

/** What a proxy says of the request that it asks about. UNVERIFIED: whoever reaches the gateway can say it. */
export interface ForwardedRequest {
  /** As `URL.origin` spells it. Names what is asked for, and proves nothing: a cookie counts at its own origin alone. */
  readonly origin: string;
  /** Path and query as they were sent, whatever they are. */
  readonly uri: string;
  /** Whether an answer other than 2xx reaches the browser as it is; nginx turns what is neither 401 nor 403 into an error. */
  readonly passesRedirects: boolean;
  /** Somebody at a browser opens a page, who can be led elsewhere and back. */
  readonly navigates: boolean;
}

/** A proxy that passes a WebSocket's opening on may say its scheme. */
const SCHEMES: ReadonlyMap<string, string> = new Map([
  ['http', 'http:'],
  ['https', 'https:'],
  ['ws', 'http:'],
  ['wss', 'https:'],
]);

/** A host name or address, with or without a port; an array of them (two headers, a list) is none. */
const HOST = /^(?:[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?|\[[0-9a-f:.]{2,45}\])(?::[0-9]{1,5})?$/i;

/**
 * Reads `X-Forwarded-Proto`, `-Host`, `-Uri`, `-Method` (Traefik ForwardAuth, Caddy forward_auth) or `X-Original-URL`,
 * `X-Original-Method` (nginx auth_request). A proxy sets those of its kind and hands on what else the client sent, so both kinds are
 * believed only where they agree: otherwise a user of one application could name it at the proxy of another.
 * @returns undefined where nothing, or not one thing, is said
 */
export function forwardedRequest(headers: IncomingHttpHeaders): ForwardedRequest | undefined {
  const original = headers['x-original-url'];
  const where = original === undefined ? fromForwarded(headers) : fromOriginal(original, headers);
  return where && { ...where, passesRedirects: original === undefined, navigates: navigates(headers) };
}

function fromForwarded(headers: IncomingHttpHeaders): { origin: string; uri: string } | undefined {
  const origin = originOf(headers['x-forwarded-proto'], headers['x-forwarded-host']);
  const uri = headers['x-forwarded-uri'];
  return origin === undefined ? undefined : { origin, uri: typeof uri === 'string' ? uri : '/' };
}

function fromOriginal(original: unknown, headers: IncomingHttpHeaders): { origin: string; uri: string } | undefined {
  const [, scheme, host, uri] = /^([a-z]{2,5}):\/\/([^/?#\\\s]+)(.*)$/s.exec(String(original)) ?? [];
  const origin = originOf(scheme, host);
  const { 'x-forwarded-proto': forwardedScheme = scheme, 'x-forwarded-host': forwardedHost = host } = headers;
  return origin !== undefined && origin === originOf(forwardedScheme, forwardedHost)
    ? { origin, uri: uri || '/' }
    : undefined;
}

function originOf(scheme: unknown, host: unknown): string | undefined {
  const protocol = typeof scheme === 'string' ? SCHEMES.get(scheme) : undefined;
  if (protocol === undefined || typeof host !== 'string' || !HOST.test(host)) return undefined;
  return URL.parse(`${protocol}//${host}`)?.origin;
}

/**
 * By `Sec-Fetch-Mode` and `-Dest` (Fetch Metadata), which pages cannot set; by `Accept` where a browser sends neither. A frame, a
 * script's request, a preflight and a WebSocket could not follow to a sign-in page.
 */
function navigates(headers: IncomingHttpHeaders): boolean {
  const method = headers['x-forwarded-method'] ?? headers['x-original-method'] ?? 'GET';
  if (method !== 'GET' || headers.upgrade !== undefined) return false;
  const { 'sec-fetch-mode': mode, 'sec-fetch-dest': destination } = headers;
  if (mode !== undefined || destination !== undefined) return mode === 'navigate' && destination === 'document';
  return headers['x-requested-with'] === undefined && headers.accept?.includes('text/html') === true;
}

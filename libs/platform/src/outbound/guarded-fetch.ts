import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import type { LookupFunction } from 'node:net';
import { Agent, fetch } from 'undici';
import type { Response } from 'undici';
import { errorCode } from '../error-code.ts';
import { OutboundError } from './outbound-error.ts';
import { isPublicAddress } from './public-address.ts';

export { OutboundError } from './outbound-error.ts';

export interface Address {
  readonly address: string;
  readonly family: number;
}

export interface GuardedFetchOptions {
  /** Exact origins (`http://localhost:4010`) that may be http, on any port, and at private addresses. */
  readonly allowedOrigins: readonly string[];
  /** All addresses of a name; the system's resolver unless a test gives another. */
  readonly resolve?: (host: string) => Promise<readonly Address[]>;
  /** For everything together: resolving, connecting, the whole body. */
  readonly timeoutMs?: number;
  /** After decompression. */
  readonly maxBytes?: number;
}

/** What came back: UNTRUSTED bytes of a server that a customer named. */
export interface Fetched {
  readonly status: number;
  /** Lower case, without parameters; empty when the server said nothing. The caller checks it. */
  readonly contentType: string;
  readonly body: Buffer;
}

interface Outgoing {
  readonly method: 'GET' | 'POST';
  readonly body?: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly statuses: readonly number[];
}

const REFUSED_SUFFIXES = ['.local', '.localhost', '.internal', '.intranet', '.home.arpa'];

/**
 * The one way out for every fetch that a customer's configuration causes: https on
 * 443 or 8443, a public name all of whose addresses are public, the connection made to exactly those addresses (a name
 * that resolves differently a moment later gains nothing), no redirects, 5 s and 1 MB at most.
 */
export class GuardedFetch {
  readonly #allowed: ReadonlySet<string>;
  readonly #resolve: (host: string) => Promise<readonly Address[]>;
  readonly #timeoutMs: number;
  readonly #maxBytes: number;

  constructor(options: GuardedFetchOptions) {
    this.#allowed = new Set(options.allowedOrigins);
    this.#resolve = options.resolve ?? ((host) => lookup(host, { all: true }));
    this.#timeoutMs = options.timeoutMs ?? 5_000;
    this.#maxBytes = options.maxBytes ?? 1_000_000;
  }

  /**
   * @param url UNTRUSTED, from a customer's configuration.
   * @throws OutboundError
   */
  get(url: string, accept: string, headers: Readonly<Record<string, string>> = {}): Promise<Fetched> {
    return this.#send(url, { method: 'GET', headers: { accept, ...headers }, statuses: [200] });
  }

  /**
   * Posts a form to a token endpoint, which says by 400 and 401 what is wrong (RFC 6749 §5.2): those come back as well.
   * @param url UNTRUSTED, from a provider's configuration document.
   * @throws OutboundError
   */
  postForm(url: string, form: URLSearchParams, headers: Readonly<Record<string, string>>): Promise<Fetched> {
    const sent = { accept: 'application/json', 'content-type': 'application/x-www-form-urlencoded', ...headers };
    return this.#send(url, { method: 'POST', body: form.toString(), headers: sent, statuses: [200, 400, 401] });
  }

  async #send(url: string, outgoing: Outgoing): Promise<Fetched> {
    const target = parseUrl(url);
    const allowed = this.#allowed.has(target.origin);
    if (!allowed) refuseUrl(target);
    const deadline = AbortSignal.timeout(this.#timeoutMs);
    try {
      const addresses = await this.#addresses(target, allowed, deadline);
      return await this.#fetchFrom(target, addresses, outgoing, deadline);
    } catch (error) {
      if (error instanceof OutboundError) throw error;
      if (deadline.aborted) {
        throw new OutboundError('outbound_timeout', `${target.host} did not answer within ${this.#timeoutMs / 1000} s`);
      }
      const code = errorCode(error) ?? errorCode(error instanceof Error ? error.cause : undefined);
      const reason = code ? ` (${code})` : '';
      throw new OutboundError('outbound_unreachable', `${target.host} can not be reached${reason}`, { cause: error });
    }
  }

  async #addresses(target: URL, allowed: boolean, deadline: AbortSignal): Promise<readonly Address[]> {
    const host = target.hostname.replace(/^\[|\]$/g, '');
    const addresses = isIP(host)
      ? [{ address: host, family: isIP(host) }]
      : await within(this.#resolve(host), deadline);
    if (addresses.length === 0) throw new OutboundError('outbound_unreachable', `${target.hostname} has no address`);
    if (!allowed && !addresses.every(({ address }) => isPublicAddress(address))) {
      throw new OutboundError(
        'outbound_address_refused',
        `${target.hostname} has an address that is not public; if it is an internal identity provider, add ${target.origin} to ROLECALL_OUTBOUND_ALLOW`,
      );
    }
    return addresses;
  }

  async #fetchFrom(
    target: URL,
    addresses: readonly Address[],
    { method, body, headers, statuses }: Outgoing,
    deadline: AbortSignal,
  ): Promise<Fetched> {
    // TLS still checks the certificate against the name: only the resolution is replaced
    const agent = new Agent({ connect: { lookup: pinnedLookup(addresses) } });
    try {
      const response = await fetch(target, {
        dispatcher: agent,
        redirect: 'manual',
        signal: deadline,
        method,
        body,
        headers: { ...headers, 'user-agent': 'rolecall' },
      });
      refuseStatus(target, response.status, statuses);
      const contentType = response.headers.get('content-type')?.split(';')[0]?.trim().toLowerCase() ?? '';
      return { status: response.status, contentType, body: await this.#read(target, response) };
    } finally {
      await agent.destroy();
    }
  }

  async #read(target: URL, response: Response): Promise<Buffer> {
    const chunks: Uint8Array[] = [];
    let size = 0;
    for await (const chunk of response.body ?? []) {
      size += chunk.byteLength;
      if (size > this.#maxBytes) {
        throw new OutboundError('outbound_too_large', `${target.host} answered with more than ${this.#maxBytes} bytes`);
      }
      chunks.push(chunk);
    }
    return Buffer.concat(chunks);
  }
}

function parseUrl(url: string): URL {
  if (url.length > 2_048 || !URL.canParse(url)) throw new OutboundError('outbound_url_invalid', 'this is not a URL');
  const target = new URL(url);
  if (target.username !== '' || target.password !== '') {
    throw new OutboundError('outbound_url_invalid', 'the URL must not hold a user name or a password');
  }
  return target;
}

function refuseUrl(target: URL): void {
  if (target.protocol !== 'https:') {
    throw new OutboundError('outbound_scheme_refused', `the URL must begin with https://, not ${target.protocol}`);
  }
  if (target.port !== '' && target.port !== '8443') {
    throw new OutboundError('outbound_port_refused', `port ${target.port} is not allowed; use 443 or 8443`);
  }
  // the URL parser has already turned 2130706433, 0x7f.1 and 127.1 into 127.0.0.1
  const host = target.hostname;
  const literal = host.startsWith('[') || isIP(host) !== 0;
  const local = !host.includes('.') || host.endsWith('.') || REFUSED_SUFFIXES.some((suffix) => host.endsWith(suffix));
  if (literal || local) {
    throw new OutboundError('outbound_host_refused', `${host} is not a public host name`);
  }
}

function refuseStatus(target: URL, status: number, expected: readonly number[]): void {
  if (status >= 300 && status < 400) {
    throw new OutboundError(
      'outbound_redirect_refused',
      `${target.host} redirects; write the URL that it redirects to`,
    );
  }
  if (!expected.includes(status)) {
    throw new OutboundError('outbound_status', `${target.host} answered with status ${status}`);
  }
}

/** Answers with the checked addresses, whatever name is asked. */
function pinnedLookup(addresses: readonly Address[]): LookupFunction {
  const [first] = addresses;
  return (_host, options, callback) => {
    if (options.all)
      callback(
        null,
        addresses.map(({ address, family }) => ({ address, family })),
      );
    else callback(null, first?.address ?? '', first?.family);
  };
}

async function within<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  const late = Promise.withResolvers<never>();
  const abort = () => late.reject(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  try {
    return await Promise.race([work, late.promise]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

import { isIP } from 'node:net';

/** The mail server to hand messages to. */
export interface SmtpServer {
  readonly host: string;
  readonly port: number;
  /** TLS from the first byte (RFC 8314). */
  readonly implicitTls: boolean;
  /** STARTTLS before anything else is said (RFC 3207); without it nothing is sent. */
  readonly requireTls: boolean;
  readonly user?: string;
  /** SECRET. */
  readonly password?: string;
}

const PORTS: Readonly<Record<string, number>> = { 'smtps:': 465, 'smtp:': 587 };

/**
 * `smtps://user:password@host[:465]` or `smtp://…[:587]`. The latter needs STARTTLS, except on this machine, or when the URL says
 * `?tls=off` for a relay in a network of one's own. undefined for anything else.
 */
export function parseSmtpUrl(text: string): SmtpServer | undefined {
  if (!URL.canParse(text)) return undefined;
  const { protocol, hostname, port, username, password, pathname, search, hash } = new URL(text);
  const usual = PORTS[protocol];
  const off = search === '?tls=off';
  if (usual === undefined || hostname === '' || hash !== '' || !['', '/'].includes(pathname)) return undefined;
  if (search !== '' && !(off && protocol === 'smtp:')) return undefined;
  const host = decoded(hostname)?.replace(/^\[(.*)\]$/, '$1');
  const [user, pass] = [decoded(username), decoded(password)];
  if (host === undefined || user === undefined || pass === undefined) return undefined;
  const implicitTls = protocol === 'smtps:';
  return {
    host,
    port: port === '' ? usual : Number(port),
    implicitTls,
    requireTls: !implicitTls && !off && !isLoopback(host),
    ...(user !== '' && { user, password: pass }),
  };
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

import { isIP, isIPv4, isIPv6 } from 'node:net';
import { ADDRESS_DAYS, parseSealingKey } from '@rolecall/persistence';
import type { Variable } from './environment.ts';

/** `fallback` present (also as `undefined`) makes the variable optional. */
type Optional<T> = { readonly fallback: T };

function variable<T, F>(
  name: string,
  want: string,
  parse: (text: string) => T | undefined,
  optional: Optional<F> | undefined,
  secret = false,
): Variable<T | F> {
  return { name, want, secret, parse, fallback: optional && { value: optional.fallback } };
}

/** A public base URL such as `https://login.example.com`: an origin, without path, query or user. */
export function baseUrl<F = never>(name: string, optional?: Optional<F>): Variable<string | F> {
  return variable(name, 'a base URL without a path, such as https://login.example.com', parseOrigin, optional);
}

/** Comma separated origins, such as `https://app.example.com,http://localhost:4020`; empty = none. */
export function origins(name: string): Variable<readonly string[]> {
  return variable(name, 'origins separated by commas, such as http://localhost:4010', parseOrigins, {
    fallback: [] as readonly string[],
  });
}

/** Networks in CIDR notation or single addresses, such as `10.0.0.0/8,fd00::/8`; empty = none. */
export function networks(name: string): Variable<readonly string[]> {
  const parse = (text: string) => {
    const parts = text.split(',').map((part) => part.trim());
    return parts.every(isNetwork) ? parts : undefined;
  };
  return variable(name, 'networks separated by commas, such as 10.0.0.0/8,fd00::/8', parse, {
    fallback: [] as readonly string[],
  });
}

/** Comma separated addresses of DNS servers, as `node:dns` takes them: `10.0.0.53`, `[2001:db8::53]:5353`; empty = the system's. */
export function dnsServers(name: string): Variable<readonly string[]> {
  return variable(
    name,
    'addresses of DNS servers separated by commas, such as 10.0.0.53 or 127.0.0.1:5353',
    parseDnsServers,
    {
      fallback: [] as readonly string[],
    },
  );
}

/** A text that another library can check; absent when nothing is given. @param want what to write, for people */
export function checked<T extends string>(
  name: string,
  want: string,
  is: (text: string) => text is T,
): Variable<T | undefined> {
  return variable(name, want, (text) => (is(text) ? text : undefined), { fallback: undefined });
}

/** A TCP port, 0 (any free one) to 65535. */
export function port<F = never>(name: string, optional?: Optional<F>): Variable<number | F> {
  const parse = (text: string) => (/^\d{1,5}$/.test(text) && Number(text) < 65_536 ? Number(text) : undefined);
  return variable(name, 'a port from 0 to 65535', parse, optional);
}

/** An address to listen on. */
export function host<F = never>(name: string, optional?: Optional<F>): Variable<string | F> {
  const parse = (text: string) => (/^[A-Za-z0-9.:_-]{1,253}$/.test(text) ? text : undefined);
  return variable(name, 'the address to listen on, such as 127.0.0.1 or 0.0.0.0', parse, optional);
}

/** One of a few words. */
export function choice<const T extends string>(name: string, words: readonly T[], fallback: T): Variable<T> {
  const parse = (text: string) => words.find((word) => word === text);
  return variable(name, `one of ${words.join(', ')}`, parse, { fallback });
}

/** A PostgreSQL connection URL; secret, since it usually holds a password. */
export function postgresUrl(name: string): Variable<string> {
  const want = 'a PostgreSQL URL, such as postgresql://rolecall_runtime:password@localhost:5432/rolecall';
  return variable(name, want, parsePostgresUrl, undefined, true);
}

/** 32 random bytes in base64, the key that seals other secrets. */
export function sealingKey<F = never>(name: string, optional?: Optional<F>): Variable<Buffer | F> {
  const want = '32 random bytes in base64; make them with: openssl rand -base64 32';
  return variable(name, want, parseSealingKey, optional, true);
}

/** A secret that somebody shows in `Authorization: Bearer …` (RFC 6750 §2.1); absent when nothing is given. */
export function bearerToken(name: string): Variable<string | undefined> {
  const want = '20 to 256 letters, digits or -._~+/=; make it with: openssl rand -hex 32';
  const parse = (text: string) => (/^[\w\-.~+/]{16,252}={0,4}$/.test(text) && text.length >= 20 ? text : undefined);
  return variable(name, want, parse, { fallback: undefined }, true);
}

/** How many days the address of a client stands beside what it did in the audit log; 0 = it is never kept. The same for all apps. */
export function addressDays(name: string): Variable<number> {
  const parse = (text: string) => (/^\d{1,4}$/.test(text) && Number(text) <= 3650 ? Number(text) : undefined);
  return variable(name, 'days, from 0 (no address is kept) to 3650', parse, { fallback: ADDRESS_DAYS });
}

function isNetwork(text: string): boolean {
  const [address = '', bits, ...rest] = text.split('/');
  const family = address.includes('%') ? 0 : isIP(address);
  const most = family === 4 ? 32 : 128;
  return family !== 0 && rest.length === 0 && (bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= most));
}

function parseOrigin(text: string): string | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  const plain = (url.protocol === 'https:' || url.protocol === 'http:') && `${url.origin}/` === url.href;
  return plain ? url.origin : undefined;
}

function parseOrigins(text: string): readonly string[] | undefined {
  const parsed = text.split(',').map((origin) => parseOrigin(origin.trim()));
  const good = parsed.filter((origin) => origin !== undefined);
  return good.length === parsed.length ? good : undefined;
}

function parseDnsServers(text: string): readonly string[] | undefined {
  const servers = text.split(',').map((server) => server.trim());
  const isServer = (server: string) => {
    const [, v6, v4, portText = '53'] = /^(?:\[([^\]]+)\]|([^:]+))(?::(\d{1,5}))?$/.exec(server) ?? [];
    const isAddress = isIPv6(server) || (v6 !== undefined && isIPv6(v6)) || (v4 !== undefined && isIPv4(v4));
    return isAddress && Number(portText) > 0 && Number(portText) < 65_536;
  };
  return servers.every(isServer) ? servers : undefined;
}

function parsePostgresUrl(text: string): string | undefined {
  if (!URL.canParse(text)) return undefined;
  const { protocol, hostname, pathname } = new URL(text);
  const known = protocol === 'postgresql:' || protocol === 'postgres:';
  return known && hostname !== '' && pathname.length > 1 ? text : undefined;
}

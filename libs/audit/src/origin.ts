import { createHash } from 'node:crypto';
import { isIPv4, isIPv6 } from 'node:net';

/** Fixed, so that a prefix of a salt is never part of an address: with salts of any length two clients could have one commitment. */
export const SALT_BYTES = 16;

/** Keeps these hashes apart from all others: ASCII, ended by a zero byte. */
const DOMAIN = 'rolecall audit origin v1\0';

/** What an event's origin commits to. It stands beside the chain and may be erased; the commitment then says nothing any more. */
export interface Client {
  /** As `canonicalAddress` writes it. PERSONAL DATA */
  readonly address: string;
  /** 16 random bytes as 32 lower-case hexadecimal digits. Without it an address is found by trying all of them. */
  readonly salt: string;
}

/**
 * An address in its one form: IPv4 in four decimals, also when it came mapped into IPv6; IPv6 in lower case, compressed (RFC 5952
 * section 4), without a zone. undefined for what is no address.
 */
export function canonicalAddress(text: string | undefined): string | undefined {
  const address = text?.split('%', 1)[0] ?? '';
  if (isIPv4(address)) return address;
  if (!isIPv6(address)) return undefined;
  const compressed = new URL(`http://[${address}]`).hostname.slice(1, -1);
  const [, high, low] = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(compressed) ?? [];
  if (high === undefined || low === undefined) return compressed;
  return [high, low].flatMap((group) => bytesOf(Number.parseInt(group, 16))).join('.');
}

const bytesOf = (group: number): readonly number[] => [group >> 8, group & 0xff];

/**
 * The commitment to a client: SHA-256 over the domain text, the salt's 16 bytes and the address in ASCII. Hides the address from
 * whoever has no salt, and fits no other one.
 *
 * @returns 64 lower-case hexadecimal digits, for `AuditEvent.origin`
 */
export function originOf({ address, salt }: Client): string {
  return createHash('sha256').update(DOMAIN).update(Buffer.from(salt, 'hex')).update(address).digest('hex');
}

/** Whether it is the client that the commitment was made of. @param client UNVERIFIED */
export function isOrigin(origin: string | undefined, client: Client): boolean {
  const { address, salt } = client;
  if (typeof salt !== 'string' || !/^[0-9a-f]{32}$/.test(salt)) return false;
  return typeof address === 'string' && canonicalAddress(address) === address && originOf(client) === origin;
}

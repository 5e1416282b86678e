import { isIPv4, isIPv6 } from 'node:net';

/**
 * Whom a limit counts: an IPv4 address, or the /64 network of an IPv6 address, since one host has all of that to choose from.
 * `ip` is the framework's, which reads X-Forwarded-For from trusted proxies alone; undefined when the client has gone.
 */
export function clientOf(ip: string | undefined): string {
  const address = (ip ?? '').split('%')[0] ?? ''; // without the zone of a link-local address
  const mapped = /^::ffff:([\d.]+)$/i.exec(address)?.[1] ?? address;
  if (isIPv4(mapped)) return mapped;
  return isIPv6(address) ? `${firstGroups(address)}::/64` : 'unknown';
}

/**
 * `X-Forwarded-For` without the ports that some proxies write (`192.0.2.7:51234`, `[2001:db8::7]:443`): what reads it takes addresses alone.
 * @param header UNVERIFIED; whom it is believed of is asked later
 */
export function withoutPorts(header: string): string {
  return header
    .split(',')
    .map((one) => one.trim().replace(WITH_PORT, '$1$2'))
    .join(', ');
}

const WITH_PORT = /^(?:(\d{1,3}(?:\.\d{1,3}){3}):\d{1,5}|\[([\da-f:.]{2,45})\](?::\d{1,5})?)$/i;

/** The network around that client: a /24 of IPv4, a /56 of IPv6, which is about what one household or office gets. */
export function networkOf(ip: string | undefined): string {
  const client = clientOf(ip);
  if (isIPv4(client)) return `${client.split('.').slice(0, 3).join('.')}.0/24`;
  if (client === 'unknown') return client;
  const [first = '', second = '', third = '', fourth = ''] = client.split('::')[0]?.split(':') ?? [];
  const most = (Number.parseInt(fourth, 16) & 0xff00).toString(16);
  return `${[first, second, third, most].join(':')}::/56`;
}

/** The first four groups, zeros written out. */
function firstGroups(address: string): string {
  const [head = '', tail] = address.split('::');
  const before = groupsOf(head);
  const after = groupsOf(tail ?? '');
  const zeros = tail === undefined ? 0 : 8 - before.length - after.length;
  const groups = [...before, ...Array<string>(zeros).fill('0'), ...after];
  return groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':');
}

/** An IPv4 address at the end takes the room of two groups. */
function groupsOf(text: string): readonly string[] {
  return text === '' ? [] : text.split(':').flatMap((group) => (group.includes('.') ? ['0', '0'] : [group]));
}

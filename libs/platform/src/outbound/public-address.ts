import { BlockList, isIP } from 'node:net';

/** IPv4 that is not on the public internet: IANA special-purpose registry, multicast, reserved. */
const refusedV4 = new BlockList();
for (const [network, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.31.196.0', 24],
  ['192.52.193.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['192.175.48.0', 24],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
] as const) {
  refusedV4.addSubnet(network, prefix, 'ipv4');
}

/** Only global unicast is public; mapped, translated (64:ff9b::), unique local, link-local and multicast are outside it. */
const globalV6 = new BlockList();
globalV6.addSubnet('2000::', 3, 'ipv6');

/** Inside it: protocol assignments and Teredo, documentation, 6to4. */
const refusedV6 = new BlockList();
refusedV6.addSubnet('2001::', 23, 'ipv6');
refusedV6.addSubnet('2001:db8::', 32, 'ipv6');
refusedV6.addSubnet('2002::', 16, 'ipv6');
refusedV6.addSubnet('2620:4f:8000::', 48, 'ipv6');
refusedV6.addSubnet('3fff::', 20, 'ipv6');

/** Whether an address is on the public internet. Anything that is not an address is not. */
export function isPublicAddress(address: string): boolean {
  if (isIP(address) === 4) return !refusedV4.check(address, 'ipv4');
  if (isIP(address) === 6) return globalV6.check(address, 'ipv6') && !refusedV6.check(address, 'ipv6');
  return false;
}

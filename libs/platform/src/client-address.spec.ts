import { clientOf, networkOf, withoutPorts } from './client-address.ts';

it.each([
  ['192.0.2.7', '192.0.2.7'],
  ['::ffff:192.0.2.7', '192.0.2.7'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:0DB8:1:2::1', '2001:db8:1:2::/64'],
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['64:ff9b::192.0.2.7', '64:ff9b:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
  ['unheard of', 'unknown'],
  [undefined, 'unknown'],
])('%s is counted as %s', (ip, client) => {
  expect(clientOf(ip)).toBe(client);
});

it.each([
  ['192.0.2.7', '192.0.2.0/24'],
  ['::ffff:192.0.2.255', '192.0.2.0/24'],
  ['2001:db8:1:22ff::1', '2001:db8:1:2200::/56'],
  ['2001:db8::1', '2001:db8:0:0::/56'],
  [undefined, 'unknown'],
])('%s is in the network %s', (ip, network) => {
  expect(networkOf(ip)).toBe(network);
});

it.each([
  ['192.0.2.7:51234', '192.0.2.7'],
  ['203.0.113.66:1,10.0.0.1:443 , 192.0.2.7', '203.0.113.66, 10.0.0.1, 192.0.2.7'],
  ['[2001:db8::7]:443, [2001:db8::8]', '2001:db8::7, 2001:db8::8'],
  ['2001:db8::7:443', '2001:db8::7:443'],
  ['192.0.2.7:', '192.0.2.7:'],
  ['192.0.2.7:1:2', '192.0.2.7:1:2'],
  ['unknown, _hidden:80, [x]:1', 'unknown, _hidden:80, [x]:1'],
  ['', ''],
])('%j tells the addresses %j', (header, addresses) => {
  expect(withoutPorts(header)).toBe(addresses);
});

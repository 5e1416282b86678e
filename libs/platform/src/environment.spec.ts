import { Resolver } from 'node:dns';
import { EnvironmentError, readEnvironment } from './environment.ts';
import { baseUrl, choice, dnsServers, host, networks, origins, port, postgresUrl, sealingKey } from './variables.ts';

const KEY = Buffer.alloc(32, 7).toString('base64');
const spec = {
  url: baseUrl('APP_URL', { fallback: 'http://localhost:4000' }),
  port: port('PORT', { fallback: undefined }),
  host: host('APP_HOST', { fallback: '127.0.0.1' }),
  database: postgresUrl('DATABASE_URL'),
  key: sealingKey('APP_KEY'),
  level: choice('APP_LEVEL', ['info', 'warn'], 'info'),
  allow: origins('APP_ALLOW'),
};
const good = { DATABASE_URL: 'postgresql://u:hunter2@db/rolecall', APP_KEY: KEY };

it('reads values, and defaults where nothing or an empty text is given', () => {
  const { values } = readEnvironment('app', spec, { ...good, APP_URL: 'https://login.example.com/', PORT: '' });
  expect(values).toEqual({
    url: 'https://login.example.com',
    port: undefined,
    host: '127.0.0.1',
    database: good.DATABASE_URL,
    key: Buffer.alloc(32, 7),
    level: 'info',
    allow: [],
  });
});

it('names every wrong or missing variable at once, with what was got and what to write, and no secret', () => {
  const wrong = { APP_URL: 'localhost:4000/x', PORT: '70000', DATABASE_URL: 'hunter2', APP_LEVEL: 'loud' };
  const read = () => readEnvironment('admin-api', spec, wrong);
  expect(read).toThrow(EnvironmentError);
  expect(read).toThrow(
    [
      "admin-api can't start: 5 variables of its environment must be mended",
      '  APP_URL is "localhost:4000/x"; write a base URL without a path, such as https://login.example.com',
      '  PORT is "70000"; write a port from 0 to 65535',
      '  DATABASE_URL has a wrong value (not shown); write a PostgreSQL URL, such as postgresql://rolecall_runtime:password@localhost:5432/rolecall',
      '  APP_KEY is missing; write 32 random bytes in base64; make them with: openssl rand -base64 32',
      '  APP_LEVEL is "loud"; write one of info, warn',
      '',
    ].join('\n'),
  );
});

it('reads networks in both families, and single addresses', () => {
  expect(networks('X').parse('10.0.0.0/8, fd00::/8,127.0.0.1')).toEqual(['10.0.0.0/8', 'fd00::/8', '127.0.0.1']);
});

it('prints a configuration without its secrets', () => {
  const { redacted } = readEnvironment('app', spec, { ...good, APP_ALLOW: 'http://localhost:4010, https://a.example' });
  expect(redacted).toEqual({
    APP_URL: 'http://localhost:4000 (default)',
    PORT: '(none) (default)',
    APP_HOST: '127.0.0.1 (default)',
    DATABASE_URL: '(secret)',
    APP_KEY: '(secret)',
    APP_LEVEL: 'info (default)',
    APP_ALLOW: 'http://localhost:4010, https://a.example',
  });
});

it.each([
  [baseUrl('X'), 'https://a.example/login'],
  [baseUrl('X'), 'https://user@a.example'],
  [baseUrl('X'), 'ftp://a.example'],
  [baseUrl('X'), 'a.example'],
  [origins('X'), 'https://a.example,'],
  [origins('X'), 'https://a.example/*'],
  [dnsServers('X'), 'dns.example'],
  [dnsServers('X'), '10.0.0.53,'],
  [dnsServers('X'), '10.0.0.256'],
  [dnsServers('X'), '10.0.0.53:0'],
  [dnsServers('X'), '10.0.0.53:65536'],
  [dnsServers('X'), '[::1'],
  [port('X'), '-1'],
  [port('X'), '80a'],
  [host('X'), 'not a host'],
  [postgresUrl('X'), 'mysql://db/rolecall'],
  [postgresUrl('X'), 'postgresql://db'],
  [networks('X'), '10.0.0.0/33'],
  [networks('X'), 'fd00::/129'],
  [networks('X'), '10.0.0.0/8,proxy.example'],
  [networks('X'), 'fe80::1%eth0'],
  [networks('X'), '10.0.0.0/8/8'],
  [sealingKey('X'), Buffer.alloc(31).toString('base64')],
  [sealingKey('X'), `${KEY} and more`],
])('%# refuses %s', (variable, text) => {
  expect(variable.parse(text)).toBeUndefined();
});

it('takes addresses of DNS servers as node:dns does', () => {
  const text = '10.0.0.53, 127.0.0.1:5353,::1,[2001:db8::53]:53';
  const servers = dnsServers('X').parse(text);
  expect(servers).toEqual(['10.0.0.53', '127.0.0.1:5353', '::1', '[2001:db8::53]:53']);
  expect(() => new Resolver().setServers(servers ?? [])).not.toThrow();
});

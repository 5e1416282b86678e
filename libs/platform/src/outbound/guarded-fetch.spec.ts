import { once } from 'node:events';
import { createServer } from 'node:http';
import type { RequestListener, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { GuardedFetch } from './guarded-fetch.ts';
import { isPublicAddress } from './public-address.ts';

const PUBLIC = [{ address: '93.184.215.14', family: 4 }];

describe('what is refused before anything is resolved', () => {
  const resolve = jest.fn(async () => PUBLIC);
  const guard = new GuardedFetch({ allowedOrigins: ['http://localhost:4010'], resolve });

  it.each([
    ['outbound_url_invalid', 'metadata.xml'],
    ['outbound_url_invalid', `https://idp.example/${'a'.repeat(3_000)}`],
    ['outbound_url_invalid', 'https://idp.example@10.0.0.1/'],
    ['outbound_url_invalid', 'https://user:pass@idp.example/'],
    ['outbound_url_invalid', 'http://user@localhost:4010/'],
    ['outbound_scheme_refused', 'http://idp.example/metadata'],
    ['outbound_scheme_refused', 'http://localhost:4011/metadata'],
    ['outbound_scheme_refused', 'file:///etc/passwd'],
    ['outbound_scheme_refused', 'gopher://idp.example:443/_x'],
    ['outbound_scheme_refused', 'data:text/xml,<a/>'],
    ['outbound_port_refused', 'https://idp.example:22/'],
    ['outbound_port_refused', 'https://idp.example:6379/'],
    ['outbound_host_refused', 'https://127.0.0.1/'],
    ['outbound_host_refused', 'https://2130706433/'],
    ['outbound_host_refused', 'https://0x7f.1/'],
    ['outbound_host_refused', 'https://0177.0.0.1/'],
    ['outbound_host_refused', 'https://127.1/'],
    ['outbound_host_refused', 'https://①②⑦.⓪.⓪.①/'],
    ['outbound_host_refused', 'https://[::1]/'],
    ['outbound_host_refused', 'https://[::ffff:169.254.169.254]/'],
    ['outbound_host_refused', 'https://[fe80::1]/'],
    ['outbound_host_refused', 'https://93.184.215.14/'],
    ['outbound_host_refused', 'https://localhost/'],
    ['outbound_host_refused', 'https://LOCALHOST:8443/'],
    ['outbound_host_refused', 'https://localhost./'],
    ['outbound_host_refused', 'https://idp.example./'],
    ['outbound_host_refused', 'https://postgres/'],
    ['outbound_host_refused', 'https://printer.local/'],
    ['outbound_host_refused', 'https://metadata.google.internal/'],
    ['outbound_host_refused', 'https://x.localhost/'],
  ])('%s: %s', async (code, url) => {
    await expect(guard.get(url, '*/*')).rejects.toMatchObject({ code });
    expect(resolve).not.toHaveBeenCalled();
  });

  it.each(['https://idp.example/metadata', 'https://idp.example:8443/', 'http://localhost:4010/metadata'])(
    'asks for the address of %s',
    async (url) => {
      const asked = new GuardedFetch({
        allowedOrigins: ['http://localhost:4010'],
        resolve: () => Promise.reject(Object.assign(new Error('asked'), { code: 'ENOTFOUND' })),
      });
      await expect(asked.get(url, '*/*')).rejects.toMatchObject({
        code: 'outbound_unreachable',
        message: expect.stringContaining('ENOTFOUND'),
      });
    },
  );
});

describe('addresses', () => {
  it.each([
    '0.0.0.0',
    '10.1.2.3',
    '100.64.0.1',
    '127.0.0.2',
    '169.254.169.254',
    '172.31.255.255',
    '192.0.0.8',
    '192.168.1.1',
    '198.19.0.1',
    '203.0.113.9',
    '224.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    '::ffff:127.0.0.1',
    '::ffff:7f00:1',
    '64:ff9b::7f00:1',
    '100::1',
    '2001::1',
    '2001:db8::1',
    '2002:7f00:1::',
    'fc00::1',
    'fd12::1',
    'fe80::1',
    'fe80::1%eth0',
    'ff02::1',
    'not an address',
  ])('%s is not public', async (address) => {
    expect(isPublicAddress(address)).toBe(false);
    const resolve = async () => [...PUBLIC, { address, family: address.includes(':') ? 6 : 4 }];
    const guard = new GuardedFetch({ allowedOrigins: [], resolve });
    await expect(guard.get('https://idp.example/', '*/*')).rejects.toMatchObject({ code: 'outbound_address_refused' });
  });

  it.each(['1.1.1.1', '93.184.215.14', '172.32.0.1', '100.128.0.1', '2606:4700::1111', '2a00:1450:4001::1'])(
    '%s is public',
    (address) => {
      expect(isPublicAddress(address)).toBe(true);
    },
  );
});

describe('against a server', () => {
  let server: Server;
  let answer: RequestListener;
  let origin: string;
  beforeAll(async () => {
    server = createServer((request, response) => answer(request, response));
    await once(server.listen(0, '127.0.0.1'), 'listening');
    // a name that exists nowhere: only the resolved address can lead to the server
    origin = `http://idp.test:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  const resolve = jest.fn(async () => [{ address: '127.0.0.1', family: 4 }]);
  const guarded = (options = {}) => new GuardedFetch({ allowedOrigins: [origin], resolve, ...options });

  it('fetches from the address that was checked, resolving once, with the name as Host', async () => {
    answer = (request, response) => {
      response.setHeader('Content-Type', 'application/samlmetadata+xml; charset=utf-8');
      response.end(`${request.headers.host} ${request.headers.accept}`);
    };
    resolve.mockClear();
    const { body, contentType } = await guarded().get(`${origin}/metadata`, 'application/samlmetadata+xml');
    expect(body.toString()).toBe(`${new URL(origin).host} application/samlmetadata+xml`);
    expect(contentType).toBe('application/samlmetadata+xml');
    expect(resolve).toHaveBeenCalledTimes(1);
  });

  it('allows only the exact origin to be private', async () => {
    const guard = guarded({ allowedOrigins: [`${origin}0`] });
    await expect(guard.get(origin, '*/*')).rejects.toMatchObject({ code: 'outbound_scheme_refused' });
  });

  it('does not follow a redirect', async () => {
    answer = (_request, response) => response.writeHead(302, { location: 'http://169.254.169.254/' }).end();
    await expect(guarded().get(origin, '*/*')).rejects.toMatchObject({ code: 'outbound_redirect_refused' });
  });

  it('refuses every status but 200, and does not repeat the body', async () => {
    answer = (_request, response) => response.writeHead(500).end('secret of an internal service');
    const error: unknown = await guarded()
      .get(origin, '*/*')
      .catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'outbound_status' });
    expect((error as Error).message).not.toContain('secret');
  });

  it('posts a form, and gives back what a token endpoint refuses with', async () => {
    answer = (request, response) => {
      const { authorization, 'content-type': type } = request.headers;
      response.writeHead(400);
      response.write(`${request.method} ${type} ${authorization} `);
      request.pipe(response);
    };
    const form = new URLSearchParams({ code: 'a b&c' });
    const { status, body } = await guarded().postForm(`${origin}/token`, form, { authorization: 'Basic x' });
    expect([status, body.toString()]).toEqual([400, 'POST application/x-www-form-urlencoded Basic x code=a+b%26c']);
  });

  it.each([
    [302, 'outbound_redirect_refused'],
    [307, 'outbound_redirect_refused'],
    [403, 'outbound_status'],
    [500, 'outbound_status'],
  ])('sends a form nowhere else: %s', async (status, code) => {
    answer = (_request, response) => response.writeHead(status, { location: `${origin}/elsewhere` }).end();
    await expect(guarded().postForm(origin, new URLSearchParams(), {})).rejects.toMatchObject({ code });
  });

  it('posts nothing to an address that is not public', async () => {
    const guard = new GuardedFetch({ allowedOrigins: [], resolve });
    const posted = guard.postForm('https://idp.example/token', new URLSearchParams(), {});
    await expect(posted).rejects.toMatchObject({ code: 'outbound_address_refused' });
  });

  it('ends after its time, also in the middle of a body that drips', async () => {
    answer = (_request, response) => {
      response.write('a');
      const drip = setInterval(() => response.write('a'), 20);
      response.once('close', () => clearInterval(drip));
    };
    await expect(guarded({ timeoutMs: 200 }).get(origin, '*/*')).rejects.toMatchObject({ code: 'outbound_timeout' });
  });

  it('ends after its time when the resolver does not answer', async () => {
    const guard = guarded({ timeoutMs: 50, resolve: () => new Promise<never>(() => {}) });
    await expect(guard.get(origin, '*/*')).rejects.toMatchObject({ code: 'outbound_timeout' });
  });

  it('accepts a body of exactly the limit and refuses one byte more', async () => {
    answer = (request, response) => response.end(Buffer.alloc(Number(request.url?.slice(1))));
    const guard = guarded({ maxBytes: 10_000 });
    expect((await guard.get(`${origin}/10000`, '*/*')).body).toHaveLength(10_000);
    await expect(guard.get(`${origin}/10001`, '*/*')).rejects.toMatchObject({ code: 'outbound_too_large' });
  });

  it('counts after decompression', async () => {
    const bomb = gzipSync(Buffer.alloc(50_000_000));
    expect(bomb.byteLength).toBeLessThan(100_000);
    answer = (_request, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb);
    await expect(guarded().get(origin, '*/*')).rejects.toMatchObject({ code: 'outbound_too_large' });
  });

  it('says that nothing listens', async () => {
    const closed = createServer().listen(0, '127.0.0.1');
    await once(closed, 'listening');
    const nobody = `http://idp.test:${(closed.address() as AddressInfo).port}`;
    closed.close();
    await expect(guarded({ allowedOrigins: [nobody] }).get(nobody, '*/*')).rejects.toMatchObject({
      code: 'outbound_unreachable',
      message: expect.stringContaining('ECONNREFUSED'),
    });
  });
});

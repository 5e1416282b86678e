import { forwardedRequest } from './forwarded-request.ts';

const FORWARDED = { 'x-forwarded-proto': 'https', 'x-forwarded-host': 'app.example.com' };
const ORIGINAL = { 'x-original-url': 'https://app.example.com/a?b=c' };

describe('which request a proxy asks about', () => {
  it.each([
    ['Traefik, Caddy', { ...FORWARDED, 'x-forwarded-uri': '/a?b=c' }, 'https://app.example.com', '/a?b=c'],
    ['nginx', ORIGINAL, 'https://app.example.com', '/a?b=c'],
    [
      'nginx, with what another proxy before it says',
      { ...ORIGINAL, ...FORWARDED },
      'https://app.example.com',
      '/a?b=c',
    ],
    ['the default port', { ...FORWARDED, 'x-forwarded-host': 'app.example.com:443' }, 'https://app.example.com', '/'],
    ['another port', { ...FORWARDED, 'x-forwarded-host': 'app.example.com:8443' }, 'https://app.example.com:8443', '/'],
    ['upper case', { ...FORWARDED, 'x-forwarded-host': 'APP.example.com' }, 'https://app.example.com', '/'],
    ['a WebSocket', { ...FORWARDED, 'x-forwarded-proto': 'wss' }, 'https://app.example.com', '/'],
    ['loopback', { 'x-forwarded-proto': 'http', 'x-forwarded-host': '[::1]:3000' }, 'http://[::1]:3000', '/'],
    ['no path', { 'x-original-url': 'https://app.example.com' }, 'https://app.example.com', '/'],
  ])('%s', (_who, headers, origin, uri) => {
    expect(forwardedRequest(headers)).toMatchObject({ origin, uri });
  });

  it.each<[string, Record<string, string>]>([
    ['nothing', {}],
    ['no host', { 'x-forwarded-proto': 'https' }],
    ['no scheme', { 'x-forwarded-host': 'app.example.com' }],
    ['Host alone', { host: 'app.example.com' }],
    ['two hosts', { ...FORWARDED, 'x-forwarded-host': 'app.example.com, evil.example' }],
    ['two schemes', { ...FORWARDED, 'x-forwarded-proto': 'https,http' }],
    ['another scheme', { ...FORWARDED, 'x-forwarded-proto': 'ftp' }],
    ['userinfo', { ...FORWARDED, 'x-forwarded-host': 'app.example.com@evil.example' }],
    ['a path in the host', { ...FORWARDED, 'x-forwarded-host': 'app.example.com/x' }],
    ['a backslash', { ...FORWARDED, 'x-forwarded-host': 'app.example.com\\x' }],
    ['a host that is not ASCII', { ...FORWARDED, 'x-forwarded-host': 'äpp.example.com' }],
    ['a port that is none', { ...FORWARDED, 'x-forwarded-host': 'app.example.com:99999' }],
    ['userinfo in the URL', { 'x-original-url': 'https://app.example.com@evil.example/' }],
    ['a URL without a host', { 'x-original-url': 'https:///a' }],
    ['two URLs', { 'x-original-url': 'https://app.example.com, https://evil.example/' }],
    ['a host beside a URL that has another', { ...ORIGINAL, 'x-forwarded-host': 'evil.example' }],
    ['a URL beside headers that have another', { ...FORWARDED, 'x-original-url': 'https://evil.example/' }],
    ['a scheme beside a URL that has another', { ...ORIGINAL, 'x-forwarded-proto': 'http' }],
  ])('none is known of %s', (_what, headers) => {
    expect(forwardedRequest(headers)).toBeUndefined();
  });
});

describe('who can be led to a sign-in page', () => {
  const PAGE = { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };

  it.each<[string, Record<string, string>, boolean]>([
    ['a page', PAGE, true],
    ['a browser that says nothing of it', { accept: 'text/html,*/*;q=0.8' }, true],
    ['a program', { accept: '*/*' }, false],
    ['nobody in particular', {}, false],
    ['a frame', { ...PAGE, 'sec-fetch-dest': 'iframe', accept: 'text/html' }, false],
    ['an image', { 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'image', accept: 'text/html' }, false],
    ['a script', { 'sec-fetch-mode': 'cors', 'sec-fetch-dest': 'empty', accept: 'text/html' }, false],
    ['an old script', { 'x-requested-with': 'XMLHttpRequest', accept: 'text/html' }, false],
    ['a form', { ...PAGE, 'x-forwarded-method': 'POST' }, false],
    ['HEAD', { ...PAGE, 'x-forwarded-method': 'HEAD' }, false],
    ['a preflight', { 'x-forwarded-method': 'OPTIONS', 'sec-fetch-mode': 'cors' }, false],
    ['a WebSocket', { upgrade: 'websocket', accept: 'text/html' }, false],
    ['a method in words of nginx', { ...PAGE, 'x-original-method': 'DELETE' }, false],
  ])('%s', (_who, headers, navigates) => {
    expect(forwardedRequest({ ...FORWARDED, ...headers })).toMatchObject({ navigates, passesRedirects: true });
  });

  it('nginx passes no redirect on', () => {
    expect(forwardedRequest({ ...ORIGINAL, ...PAGE })).toMatchObject({ navigates: true, passesRedirects: false });
  });
});

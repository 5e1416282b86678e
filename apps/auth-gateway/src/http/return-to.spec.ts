import fc from 'fast-check';
import { allowedReturnTo, ownDestinations } from './return-to.ts';

const ALLOWED = ['https://app.example.com', 'http://localhost:4020'];

describe('allowedReturnTo', () => {
  it.each([
    ['https://app.example.com', 'https://app.example.com/'],
    ['https://app.example.com/', 'https://app.example.com/'],
    ['https://app.example.com/a/b?c=d#e', 'https://app.example.com/a/b?c=d#e'],
    ['https://app.example.com?c=d', 'https://app.example.com/?c=d'],
    ['http://localhost:4020/welcome', 'http://localhost:4020/welcome'],
  ])('keeps %s', (raw, kept) => {
    expect(allowedReturnTo(raw, ALLOWED)).toBe(kept);
  });

  it.each([
    ['nothing', undefined],
    ['a repeated parameter', ['https://app.example.com/', 'https://evil.example/']],
    ['an empty string', ''],
    ['another origin', 'https://evil.example/'],
    ['another scheme of the same host', 'http://app.example.com/'],
    ['another port', 'https://app.example.com:8443/'],
    ['a longer host', 'https://app.example.com.evil.example/'],
    ['a scheme-relative URL', '//evil.example/'],
    ['a scheme-relative URL of an allowed host', '//app.example.com/'],
    ['a backslash', '\\evil.example'],
    ['two backslashes', '\\\\evil.example'],
    ['a backslash after the host', 'https://app.example.com\\@evil.example/'],
    ['a scheme without slashes', 'https:evil.example'],
    ['a scheme without slashes, allowed host', 'https:app.example.com'],
    ['three slashes', 'https:///app.example.com/'],
    ['userinfo', 'https://app.example.com@evil.example/'],
    ['userinfo before an allowed host', 'https://evil@app.example.com/'],
    ['userinfo with a password', 'https://app.example.com:443@evil.example/'],
    ['CR LF', 'https://app.example.com/\r\nSet-Cookie: a=b'],
    ['a tab inside the scheme', 'ht\ttps://app.example.com/'],
    ['a leading space', ' https://app.example.com/'],
    ['a non-ASCII letter', 'https://app.example.com/\u202e'],
    ['javascript', 'javascript:alert(1)'],
    ['data', 'data:text/html,x'],
    ['a path', '/announcement'],
    ['upper case, which another parser may read otherwise', 'HTTPS://APP.EXAMPLE.COM/'],
    ['a very long one', `https://app.example.com/${'a'.repeat(2_100)}`],
  ])('drops %s', (_, raw) => {
    expect(allowedReturnTo(raw, ALLOWED)).toBeUndefined();
  });

  describe('to pages of ours', () => {
    const OWN = [...ALLOWED, ...ownDestinations('https://sso.example.com')];

    it('keeps exactly these, with any query, and longer ones', () => {
      const raw = `https://sso.example.com/auth/start?origin=https%3A%2F%2Fa.example&rd=${'a'.repeat(3_000)}`;
      expect(allowedReturnTo(raw, OWN)).toBe(raw);
      expect(allowedReturnTo(raw, ALLOWED)).toBeUndefined();
    });

    it.each([
      'https://sso.example.com/',
      'https://sso.example.com/logout',
      'https://sso.example.com/auth/start',
      'https://sso.example.com/auth/start/../../login?a=b',
      'https://sso.example.com/auth/start#?a=b',
      'https://sso.example.com/auth/start?a=b#c',
      'https://sso.example.com/auth/start\\?a=b',
      'https://sso.example.com/AUTH/start?a=b',
      'https://sso.example.com@evil.example/auth/start?a=b',
      'https://evil.example/auth/start?a=b',
      'http://sso.example.com/auth/start?a=b',
      `https://sso.example.com/auth/start?a=${'b'.repeat(4_100)}`,
    ])('drops %s', (raw) => {
      expect(allowedReturnTo(raw, OWN)).toBeUndefined();
    });
  });

  it('never returns anything outside the allow-list', () => {
    const part = fc.constantFrom(
      'https:',
      'http:',
      '/',
      '\\',
      '@',
      ':',
      'app.example.com',
      'evil.example',
      '?',
      '#',
      '.',
      '\t',
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 9 }), (parts) => {
        const kept = allowedReturnTo(parts.join(''), ALLOWED);
        expect(kept === undefined || ALLOWED.some((origin) => kept.startsWith(`${origin}/`))).toBe(true);
      }),
    );
  });
});

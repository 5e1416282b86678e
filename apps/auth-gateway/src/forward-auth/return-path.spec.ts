import fc from 'fast-check';
import { returnParameter, safePath, withPath } from './return-path.ts';

const ORIGIN = 'https://app.example.com';

describe('safePath', () => {
  it.each([
    ['/', '/'],
    ['/a/b?c=d&e=%2F', '/a/b?c=d&e=%2F'],
    ['/a?next=https://evil.example/', '/a?next=https://evil.example/'],
    ['/a#fragment', '/a'],
    ['/a/../b', '/b'],
    ['/.well-known/x', '/.well-known/x'],
    ['/.rolecall-notes', '/.rolecall-notes'],
  ])('keeps %s', (raw, kept) => {
    expect(safePath(raw, ORIGIN)).toBe(kept);
  });

  it.each([
    ['nothing', undefined],
    ['two of them', ['/a', '/b']],
    ['an empty one', ''],
    ['another host', '//evil.example'],
    ['another host by backslashes', '\\\\evil.example'],
    ['another host by both', '/\\evil.example'],
    ['a backslash', '/a\\b'],
    ['a tab between the slashes', '/\t/evil.example'],
    ['an absolute URL', 'https://evil.example/'],
    ['a script', 'javascript:alert(1)'],
    ['userinfo', '@evil.example'],
    ['a longer host', '.evil.example/'],
    ['CR LF', '/a\r\nSet-Cookie: x=y'],
    ['letters that are not ASCII', '/\u202e'],
    ['our own start, which leads here', '/.rolecall/start?rd=/'],
    ['our own sign-out', '/.rolecall/logout'],
    ['our own sign-out, behind dots', '/a/../.rolecall/logout'],
    ['our own sign-out, in other letters', '/%2erolecall/logout'],
    ['our own sign-out, behind slashes', '/.//.rolecall/logout'],
    ['a very long one', `/${'a'.repeat(2_000)}`],
    ['a long one that grows', `/${'%20'.repeat(500)}`],
  ])('gives the front page for %s', (_what, raw) => {
    expect(safePath(raw, ORIGIN)).toBe('/');
  });

  it('leads nowhere else, whatever it is', () => {
    const part = fc.constantFrom(
      '/',
      '\\',
      '.',
      '..',
      '@',
      ':',
      '//',
      '?',
      '#',
      '%2f',
      'evil.example',
      '\t',
      '\r\n',
      'a',
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 8 }), (parts) => {
        const url = withPath(ORIGIN, safePath(parts.join(''), ORIGIN));
        expect(url).toMatch(/^https:\/\/app\.example\.com\/[!-~]*$/);
        expect(new URL(url).origin).toBe(ORIGIN);
      }),
    );
  });
});

describe('returnParameter', () => {
  it.each([
    ['/.rolecall/start', undefined],
    ['/.rolecall/start?rd=%2Fa%3Fb%3Dc%26d', '/a?b=c&d'],
    ['/.rolecall/start?rd=/a?b=c&d=%20', '/a?b=c&d=%20'],
    ['/.rolecall/callback?h=x&rd=%2Fa', '/a'],
    ['/.rolecall/start?rd=%zz', ''],
    ['/.rolecall/start?rd=', ''],
  ])('of %s', (target, value) => {
    expect(returnParameter(target)).toBe(value);
  });
});

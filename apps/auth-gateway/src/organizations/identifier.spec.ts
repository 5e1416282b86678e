import fc from 'fast-check';
import { readIdentifier } from './identifier.ts';

describe('readIdentifier', () => {
  it.each([
    [' Eve@Sub.Acme.COM ', 'sub.acme.com', 'eve@sub.acme.com'],
    ['eve@bücher.example', 'xn--bcher-kva.example', 'eve@xn--bcher-kva.example'],
    ['a@b@acme.com', 'acme.com', 'a@b@acme.com'],
    ['@acme.com', 'acme.com', '@acme.com'],
  ])('reads %j', (typed, domain, address) => {
    expect(readIdentifier(typed)).toEqual({ is: 'email', domain, address });
  });

  it.each([
    '',
    '@',
    'eve@',
    'eve@acme',
    'eve@acme.com.',
    'eve@acme.com/x',
    'eve@acme%2ecom',
    'eve@bü cher.example',
    'eve@xn--.example\u0000',
    'eve\n@acme.com',
    '..',
    '%00',
    'a/b',
    'Á',
    '-a',
    'a'.repeat(64),
    `${'a'.repeat(320)}@acme.com`,
  ])('reads nothing in %j', (typed) => {
    expect(readIdentifier(typed)).toBeUndefined();
  });

  it('gives a domain that DNS can have, or nothing', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (typed) => {
        const read = readIdentifier(`eve@${typed}`);
        expect(read === undefined || (read.is === 'email' && /^[a-z0-9.-]+$/.test(read.domain))).toBe(true);
      }),
    );
  });
});

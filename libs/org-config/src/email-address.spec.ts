import { emailDomainOf, mayIdentify } from './email-address.ts';

describe('the domain of an address', () => {
  it.each([
    ['eve@Acme.COM', 'acme.com'],
    ['eve.o+x@mail.acme.com', 'mail.acme.com'],
    ['eve@b\u00fccher.example', 'xn--bcher-kva.example'],
    ['eve@XN--bcher-kva.example', 'xn--bcher-kva.example'],
    ['eve@\u0430pple.com', 'xn--pple-43d.com'],
  ])('of %s is %s', (email, domain) => {
    expect(emailDomainOf(email)).toBe(domain);
  });

  it.each([
    'eve@kite.example ',
    ' eve@kite.example',
    'eve@kite.example\u00a0',
    'eve@kite.example.',
    'eve@.kite.example',
    'eve@kite..example',
    'ceo@kite.example,x@own.example',
    'ceo@kite.example;x@own.example',
    'Eve <eve@kite.example>',
    '"ceo@kite.example"@own.example',
    'eve@\u212aite.example',
    'eve@B\u00dcCHER.example',
    'eve@bu\u0308cher.example',
    'eve@kite\u200b.example',
    'eve@\uff4bite.example',
    'eve@kite\u3002example',
    'eve@kite.example\u00ad',
    'eve@a@kite.example',
    'eve@kite%2eexample',
    'eve@[127.0.0.1]',
    'eve@',
    '@kite.example',
    'kite.example',
  ])('of %j is none', (email) => {
    expect(emailDomainOf(email)).toBe('');
    expect(mayIdentify(email)).toBe(false);
  });

  it('tells who somebody is in ASCII alone', () => {
    expect(mayIdentify('eve@kite.example')).toBe(true);
    expect(mayIdentify('ev\u212a@kite.example')).toBe(false);
  });
});

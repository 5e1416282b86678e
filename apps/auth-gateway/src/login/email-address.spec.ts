import { domainOf } from './email-address.ts';

describe('the domain of an address', () => {
  it.each([
    ['eve@Acme.COM', 'acme.com'],
    ['eve@b\u00fccher.example', 'xn--bcher-kva.example'],
    ['eve@XN--bcher-kva.example', 'xn--bcher-kva.example'],
    ['eve@\u0430pple.com', 'xn--pple-43d.com'],
  ])('of %s is %s', (email, domain) => {
    expect(domainOf(email)).toBe(domain);
  });

  it.each([
    'eve@\u212aite.example',
    'eve@B\u00dcCHER.example',
    'eve@bu\u0308cher.example',
    'eve@kite\u200b.example',
    'eve@\uff4bite.example',
    'eve@kite\u3002example',
    'eve@kite.example\u00ad',
    'eve@a@kite.example',
    'eve@kite%2eexample',
    'eve@',
    'kite.example',
  ])('of %j is none', (email) => {
    expect(domainOf(email)).toBe('');
  });
});

import type { ClaimCondition, PlatformDocument, TrustedIssuer } from './platform-document.ts';
import { trustsOf, unmetConditions } from './trust.ts';

const ISSUER = 'https://ci.example';
const trust = (conditions: Record<string, ClaimCondition>, more: Partial<TrustedIssuer> = {}): TrustedIssuer => {
  return { issuer: ISSUER, conditions, rights: ['plan'], organizations: ['*'], ...more };
};

it.each<[condition: ClaimCondition, value: unknown, met: boolean]>([
  ['acme/config', 'acme/config', true],
  ['acme/config', 'acme/config2', false],
  ['acme/config', 'Acme/config', false],
  ['acme/config', ['acme/config'], false],
  ['acme/config', undefined, false],
  ['acme/*', 'acme/config', false],
  [['a', 'b'], 'b', true],
  [['a', 'b'], 'ab', false],
  [['a', 'b'], ['a'], false],
  [{ startsWith: 'repo:acme/config:' }, 'repo:acme/config:ref:refs/heads/main', true],
  [{ startsWith: 'repo:acme/config:' }, 'repo:acme/config', false],
  [{ startsWith: 'repo:acme/config:' }, 'xrepo:acme/config:', false],
  [true, true, true],
  [true, 'true', false],
  [false, undefined, false],
  ['true', true, false],
])('%j and the claim %j: %j', (condition, value, met) => {
  expect(unmetConditions(trust({ claim: condition }), { claim: value })).toEqual(met ? [] : ['claim']);
});

it('looks at own claims only', () => {
  expect(unmetConditions(trust({ constructor: 'x' }), {})).toEqual(['constructor']);
});

describe('the entries that an identity fits', () => {
  const document: PlatformDocument = {
    apiVersion: 'rolecall/v1',
    kind: 'Platform',
    metadata: { name: 'platform' },
    spec: {
      trustedIssuers: {
        any: trust({ repository: 'acme/config' }),
        also: trust({ repository: 'acme/config' }),
        production: trust({ repository: 'acme/config', environment: 'production' }),
        elsewhere: trust({ repository: 'acme/config' }, { audience: 'https://other.example' }),
        another: trust({ repository: 'acme/config' }, { issuer: 'https://ci.example.evil.example' }),
      },
    },
  };
  const own = 'https://rolecall.example';
  const namesOf = (claims: object, audience = own, issuer = ISSUER) =>
    trustsOf(document, { issuer, audience, claims: { ...claims } }, own).map(({ name }) => name);

  it('are in the order of their conditions, then of their names', () => {
    expect(namesOf({ repository: 'acme/config', environment: 'production' })).toEqual(['production', 'also', 'any']);
    expect(namesOf({ repository: 'acme/config' })).toEqual(['also', 'any']);
  });

  it('have its issuer and its audience', () => {
    expect(namesOf({ repository: 'acme/config' }, 'https://other.example')).toEqual(['elsewhere']);
    expect(namesOf({ repository: 'acme/config' }, own, `${ISSUER}/`)).toEqual([]);
    expect(namesOf({ repository: 'acme/other' })).toEqual([]);
  });
});

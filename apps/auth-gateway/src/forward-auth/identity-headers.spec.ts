import { validateHeaderValue } from 'node:http';
import type { SessionView } from '@rolecall/persistence';
import fc from 'fast-check';
import { identityHeaders } from './identity-headers.ts';

const SESSION: SessionView = {
  organizationId: '01900000-0000-7000-8000-000000000001',
  organization: 'acme',
  user: { id: '01900000-0000-7000-8000-000000000002', email: 'eve@acme.com', displayName: 'Eve' },
  identityProvider: 'okta',
  grants: { 'account/main': ['member'], 'project/eu-shop': ['creator', 'member'] },
  groups: ['inbox/vip', 'team/dev'],
  expiresAt: new Date(0),
};

it('says who is there', () => {
  expect(identityHeaders(SESSION)).toEqual({
    'X-Auth-Request-User': SESSION.user.id,
    'X-Auth-Request-Email': 'eve@acme.com',
    'X-Auth-Request-Org': 'acme',
    'X-Auth-Request-Roles': 'account/main:member,project/eu-shop:creator,project/eu-shop:member',
    'X-Auth-Request-Groups': 'inbox/vip,team/dev',
    'X-Auth-Request-Incomplete': '-',
  });
});

it('sends every header, and none empty, so that a proxy replaces what a client made up', () => {
  const nobody = { ...SESSION, user: { id: 'u', email: undefined, displayName: undefined }, grants: {}, groups: [] };
  expect(Object.values(identityHeaders(nobody))).toEqual(['u', '-', 'acme', '-', '-', '-']);
  expect(identityHeaders({ ...nobody, groups: ['-'] })['X-Auth-Request-Groups']).toBe('%2D');
});

it.each([
  ['a comma', 'a,admins', 'a%2Cadmins'],
  ['a colon', 'a:b', 'a%3Ab'],
  ['a percent sign', '100%', '100%25'],
  ['a space', 'a b', 'a%20b'],
  ['CR LF', 'a\r\nX-Auth-Request-Org: other', 'a%0D%0AX-Auth-Request-Org%3A%20other'],
  ['NUL', 'a\0', 'a%00'],
  ['letters', 'Vertrieb Süd', 'Vertrieb%20S%C3%BCd'],
  ['a letter outside the basic plane', '𝒜', '%F0%9D%92%9C'],
  ['half a letter', '\ud800', '%EF%BF%BD'],
  ['quotes', '"a\\"', '%22a%5C%22'],
])('a group with %s is one group', (_what, group, value) => {
  expect(identityHeaders({ ...SESSION, groups: [group] })['X-Auth-Request-Groups']).toBe(value);
});

it('an address of another alphabet, and one that is too long', () => {
  const of = (email: string) =>
    identityHeaders({ ...SESSION, user: { ...SESSION.user, email } })['X-Auth-Request-Email'];
  expect(of('jörg@exämple.com')).toBe('j%C3%B6rg@ex%C3%A4mple.com');
  expect(of(`${'a'.repeat(1_020)}@b.c`)).toHaveLength(1_024);
  expect(of(`${'a'.repeat(1_021)}@b.c`)).toBe('-');
});

it('cuts a list between two entries, and says so', () => {
  const groups = Array.from({ length: 300 }, (_, index) => `team/${String(index).padStart(4, '0')}`);
  const headers = identityHeaders({ ...SESSION, groups });
  const sent = headers['X-Auth-Request-Groups'].split(',');
  expect(headers['X-Auth-Request-Groups'].length).toBeLessThanOrEqual(2_048);
  expect(sent).toEqual(groups.slice(0, sent.length));
  expect(headers['X-Auth-Request-Incomplete']).toBe('groups');
  const roles = identityHeaders({ ...SESSION, grants: { ['a'.repeat(3_000)]: ['member'] }, groups });
  expect([roles['X-Auth-Request-Roles'], roles['X-Auth-Request-Incomplete']]).toEqual(['-', 'roles,groups']);
});

it('whatever names are, each header is one, and no entry becomes two', () => {
  const name = fc.string({ unit: 'binary', maxLength: 20 });
  fc.assert(
    fc.property(
      fc.array(name, { minLength: 1, maxLength: 5 }),
      fc.dictionary(name, fc.array(name, { maxLength: 3 })),
      (groups, grants) => {
        const headers = identityHeaders({ ...SESSION, groups, grants });
        for (const [header, value] of Object.entries(headers))
          expect(() => validateHeaderValue(header, value)).not.toThrow();
        expect(headers['X-Auth-Request-Groups'].split(',')).toHaveLength(groups.length);
        for (const value of Object.values(headers)) expect(value).toMatch(/^[!-~]+$/);
      },
    ),
  );
});

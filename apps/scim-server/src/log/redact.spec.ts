import { redact, redactFilter } from './redact.ts';

it('keeps names, operations, paths and booleans, and no values', () => {
  const body = {
    schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
    Operations: [
      { op: 'Replace', path: 'emails[value eq "eve@acme.com"].type', value: 'work' },
      { op: 'add', value: { active: 'True', age: 7, on: true, none: null, 'name.givenName': 'Eve' } },
      { op: 'add', path: 'members', value: Array.from({ length: 9 }, (_, at) => ({ value: `user-${at}` })) },
    ],
  };
  expect(redact(body)).toEqual({
    schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
    Operations: [
      { op: 'Replace', path: 'emails[value eq "text(12)"].type', value: 'text(4)' },
      { op: 'add', value: { active: 'text(4)', age: 'number', on: true, none: null, 'name.givenName': 'text(3)' } },
      { op: 'add', path: 'members', value: [...Array<object>(5).fill({ value: 'text(6)' }), '… 4 more'] },
    ],
  });
});

it('is bounded in depth and breadth', () => {
  let deep: unknown = 'x';
  for (let level = 0; level < 30; level++) deep = { deep };
  expect(JSON.stringify(redact(deep)).length).toBeLessThan(200);
  const wide = Object.fromEntries(Array.from({ length: 1_000 }, (_, at) => [`name${at}`, at]));
  expect(Object.keys(redact(wide) as object)).toHaveLength(60);
});

it('is bounded in total', () => {
  let wide: unknown = 'x'.repeat(150);
  for (let level = 0; level < 3; level++)
    wide = Object.fromEntries(Array.from({ length: 60 }, (_, at) => [`name${at}`, wide]));
  expect(JSON.stringify(redact(wide)).length).toBeLessThan(16_384);
});

it('keeps no values that stand in names', () => {
  const value = {
    'emails[value eq "eve@acme.com"].type': 'work',
    'emails[value eq eve adams].type': 'work',
    'name "Eve"': 'x',
    "name 'Eve'": 'x',
  };
  const operation = { op: 'add', value, attributes: ['emails[value eq "eve@acme.com"]', 'userName'] };
  expect(redact(operation)).toEqual({
    op: 'add',
    value: {
      'emails[value eq "text(12)"].type': 'text(4)',
      'emails[value eq text(9)].type': 'text(4)',
      'name "text(3)"': 'text(1)',
      "name 'text(3)'": 'text(1)',
    },
    attributes: ['emails[value eq "text(12)"]', 'userName'],
  });
});

it.each([
  ['userName eq "eve@acme.com"', 'userName eq "text(12)"'],
  ['externalId eq jyoung', 'externalId eq text(6)'],
  ['externalId eq John Young and active eq true', 'externalId eq text(10) and active eq true'],
  ['displayName eq Andor or (title eq Lead of all)', 'displayName eq text(5) or (title eq text(11))'],
  ['emails[type eq work and value eq Eve Adams]', 'emails[type eq text(4) and value eq text(9)]'],
  ['name.familyName eq "O"Brien" and title pr', 'name.familyName eq text(22)'],
  ['userName eq   "eve and ann"', 'userName eq "text(11)"'],
  ["userName eq 'eve and ann'", "userName eq 'text(11)'"],
  ['userName = eve@acme.com', 'userName = text(12)'],
  ['eve@acme.com', 'text(12)'],
  ['active eq true and not (title pr)', 'active eq true and not (title pr)'],
  ['a eq "x\\"y" or b sw "z"', 'a eq "text(4)" or b sw "text(1)"'],
  ['a eq "never ended', 'a eq "text(11)"'],
])('of the filter %s stays %s', (filter, kept) => {
  expect(redactFilter(filter)).toBe(kept);
});

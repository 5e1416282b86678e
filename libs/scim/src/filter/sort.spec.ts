import { directorySchemas } from '../schema/registry.ts';
import type { ScimObject } from '../resource.ts';
import { compareSortKeys, readSortBy, sortKeyOf } from './sort.ts';

const { user, group } = directorySchemas({ mode: 'tolerant' });
const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

function keyBy(sortBy: string, resource: ScimObject): unknown {
  return sortKeyOf(resource, readSortBy(sortBy, user));
}

describe('S1 a resource is sorted by', () => {
  it.each<[string, ScimObject, unknown]>([
    ['userName', { userName: 'Bob' }, 'bob'],
    ['externalId', { externalId: 'Bob' }, 'Bob'],
    ['name.givenName', { name: { givenName: 'Bob' } }, 'bob'],
    ['active', { active: true }, true],
    ['meta.created', { meta: { created: '2026-01-01T00:00:00Z' } }, Date.UTC(2026, 0, 1)],
    [`${ENTERPRISE}:manager`, { [ENTERPRISE]: { manager: { value: 'x' } } }, 'x'],
    ['emails', { emails: [{ value: 'A' }, { value: 'B', primary: true }] }, 'b'],
    ['emails.value', { emails: [{ type: 'work' }, { value: 'B' }] }, 'b'],
    ['emails', { emails: [{ value: 'A' }, { primary: true }] }, 'a'],
    ['title', {}, undefined],
    ['emails', {}, undefined],
  ])('%s of %j', (sortBy, resource, key) => {
    expect(keyBy(sortBy, resource)).toBe(key);
  });
});

it.each(['', 'nothing', 'name', 'addresses', 'emails[type eq "work"]', '__proto__', 'userName.x'])(
  'S3 not by %j',
  (sortBy) => {
    expect(() => readSortBy(sortBy, user)).toThrow(expect.objectContaining({ status: 400, scimType: 'invalidPath' }));
  },
);

it('S3 not by a password; not by what another type has', () => {
  expect(() => readSortBy('password', user)).toThrow(expect.objectContaining({ status: 403 }));
  expect(() => readSortBy('userName', group)).toThrow(expect.objectContaining({ status: 400 }));
});

it('S2 absent last, descending first; equal keys by id either way', () => {
  const rows = [
    { id: 'd', key: undefined },
    { id: 'b', key: 'x' },
    { id: 'c', key: 'é' },
    { id: 'a', key: 'x' },
    { id: 'e', key: undefined },
  ];
  const order = (descending: boolean) =>
    rows
      .toSorted((left, right) => compareSortKeys(left, right, descending))
      .map(({ id }) => id)
      .join('');
  expect(order(false)).toBe('abcde');
  expect(order(true)).toBe('decab');
});

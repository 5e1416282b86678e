import fc from 'fast-check';
import { ScimError } from '../errors.ts';
import { directorySchemas } from '../schema/registry.ts';
import { openCursor, sealCursor } from './cursor.ts';
import type { CursorContext } from './cursor.ts';
import { readSearchBody, readSearchQuery, SEARCH_SCHEMA } from './parameters.ts';
import { resolveSearch } from './search.ts';

const { user, group } = directorySchemas({ mode: 'tolerant' });
const limits = { defaultPage: 100, page: 1_000 };
const search = (query: Record<string, string>) =>
  resolveSearch(readSearchQuery(query), user, { mode: 'tolerant', limits });
const refused = (scimType: string) => expect.objectContaining({ name: 'ScimError', status: 400, scimType });

it.each([
  [{}, { by: 'index', startIndex: 1, count: 100 }],
  [
    { startIndex: '0', count: '-3' },
    { by: 'index', startIndex: 1, count: 0 },
  ],
  [
    { startIndex: '-5', count: '5' },
    { by: 'index', startIndex: 1, count: 5 },
  ],
  [
    { STARTINDEX: ' 7 ', count: '100000' },
    { by: 'index', startIndex: 7, count: 1_000 },
  ],
  [{ startIndex: '99999999999' }, { by: 'index', startIndex: 2_147_483_647, count: 100 }],
  [{ cursor: '' }, { by: 'cursor', cursor: '', count: 100 }],
  [
    { cursor: 'abc', count: '0' },
    { by: 'cursor', cursor: 'abc', count: 0 },
  ],
])('G1 G3 G5 G9 the page of %j', (query, page) => expect(search(query as Record<string, string>).page).toEqual(page));

it('G9 refuses a cursor together with a startIndex', () => {
  expect(() => search({ cursor: '', startIndex: '1' })).toThrow(refused('invalidValue'));
});

it.each<[Record<string, string>, string]>([
  [{ startIndex: 'one' }, 'invalidValue'],
  [{ count: '1.5' }, 'invalidValue'],
  [{ count: '' }, 'invalidValue'],
  [{ sortBy: 'userName', sortOrder: 'up' }, 'invalidValue'],
  [{ sortBy: 'shoeSize' }, 'invalidPath'],
  [{ sortBy: 'name' }, 'invalidPath'],
  [{ filter: '' }, 'invalidFilter'],
  [{ Filter: 'shoeSize eq 1' }, 'invalidFilter'],
  [{ attributes: 'id', excludedAttributes: 'meta' }, 'invalidValue'],
  [{ filter: 'id pr', FILTER: 'id pr' }, 'invalidSyntax'],
])('S3 F13 F14 A3 refuses %j as %s', (query, scimType) => expect(() => search(query)).toThrow(refused(scimType)));

it('S1 sorts ascending unless it is told otherwise, and ignores what nobody knows', () => {
  expect(search({ sortBy: 'USERNAME', aadOptscim062020: '' }).sort).toMatchObject({
    path: { attribute: { name: 'userName' } },
    descending: false,
  });
  expect(search({ sortBy: 'name.familyName', sortOrder: 'Descending' }).sort?.descending).toBe(true);
  expect(search({ sortOrder: 'descending' }).sort).toBeUndefined();
  expect(search({ sortBy: '', sortOrder: '' }).sort).toBeUndefined();
});

it('in a search over both types what one lacks is absent there', () => {
  const parameters = readSearchQuery({ filter: 'userName eq "ada"', sortBy: 'userName' });
  const found = resolveSearch(parameters, group, { mode: 'tolerant', limits, unknown: 'absent' });
  expect(found).toMatchObject({ filter: { kind: 'or', terms: [] }, sort: undefined });
});

it('A6 G10 reads a SearchRequest', () => {
  const read = readSearchBody({
    schemas: [SEARCH_SCHEMA],
    attributes: ['userName', 'name.givenName'],
    excludedAttributes: null,
    filter: 'userName sw "a"',
    startIndex: 1,
    count: '10',
    cursor: '',
    more: { x: 1 },
  });
  expect(read).toEqual({
    attributes: 'userName,name.givenName',
    filter: 'userName sw "a"',
    startIndex: 1,
    count: 10,
    cursor: '',
  });
});

it.each<[unknown, string]>([
  [{}, 'invalidSyntax'],
  [{ schemas: ['urn:x'] }, 'invalidSyntax'],
  [[], 'invalidSyntax'],
  ['x', 'invalidSyntax'],
  [{ schemas: [SEARCH_SCHEMA], filter: {} }, 'invalidValue'],
  [{ schemas: [SEARCH_SCHEMA], count: 1.5 }, 'invalidValue'],
  [{ schemas: [SEARCH_SCHEMA], attributes: [1] }, 'invalidValue'],
  [{ schemas: [SEARCH_SCHEMA], attributes: { a: 1 } }, 'invalidValue'],
])('A6 E3 refuses the SearchRequest %j', (body, scimType) => {
  expect(() => readSearchBody(body)).toThrow(refused(scimType));
});

it('reads any JSON as a SearchRequest, or refuses it', () => {
  const read = (filter: unknown, attributes: unknown) => {
    try {
      return readSearchBody({ schemas: [SEARCH_SCHEMA], filter, attributes });
    } catch (error) {
      return error;
    }
  };
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (filter, attributes) => {
      const outcome = read(filter, attributes);
      expect(!(outcome instanceof Error) || outcome instanceof ScimError).toBe(true);
    }),
  );
});

describe('cursor', () => {
  const key = Buffer.alloc(32, 7);
  const now = new Date('2026-01-15T12:00:00Z');
  const context: CursorContext = {
    organizationId: 'o1',
    endpoint: '/Users',
    search: { filter: 'active eq true', sortBy: 'userName', attributes: 'id' },
    count: 100,
  };
  const position = { sortKey: 'äda@acme.com', id: 'u1' };
  const cursor = sealCursor(position, context, key, now);
  const open = (text: string, other: Partial<CursorContext> = {}, at = now, with_ = key) =>
    openCursor(text, { ...context, ...other }, with_, { now: at, timeoutSeconds: 3_600 });

  it.each([null, true, -1.5, '', 'x'.repeat(5_000)])('G5 G6 opens what was sealed, sort key %j', (sortKey) => {
    const sealed = sealCursor({ sortKey, id: 'u1' }, context, key, now);
    expect(sealed).toMatch(/^[\w.~-]+$/);
    expect(open(sealed)).toEqual({ sortKey, id: 'u1' });
  });

  it.each<[string, Partial<CursorContext>]>([
    ['organization', { organizationId: 'o2' }],
    ['endpoint', { endpoint: '/Groups' }],
    ['filter', { search: { ...context.search, filter: 'active eq false' } }],
    ['missing filter', { search: { sortBy: 'userName', attributes: 'id' } }],
    ['sort', { search: { ...context.search, sortBy: 'id' } }],
    ['order', { search: { ...context.search, sortOrder: 'descending' } }],
    ['attributes', { search: { ...context.search, attributes: 'id,userName' } }],
    ['excluded attributes', { search: { ...context.search, excludedAttributes: 'meta' } }],
    ['shifted attributes', { search: { filter: 'active eq true', sortBy: 'userName', excludedAttributes: 'id' } }],
  ])('G6 G7 is none of a search with another %s', (_, other) => {
    expect(() => open(cursor, other)).toThrow(refused('invalidCursor'));
  });

  it('G7 forged, cut, respelled or sealed by another key', () => {
    const other = sealCursor(position, context, Buffer.alloc(32, 8), now);
    for (const text of [
      other,
      cursor.slice(0, -2),
      cursor.slice(0, 20),
      `${cursor}=`,
      `${cursor} `,
      'x',
      '%',
      '🎉'.repeat(40),
    ]) {
      expect(() => open(text)).toThrow(refused('invalidCursor'));
    }
    fc.assert(
      fc.property(fc.nat(cursor.length - 1), fc.constantFrom('A', 'Z', 'a', 'z', '0', '9', '-', '_'), (at, letter) => {
        const changed = cursor.slice(0, at) + letter + cursor.slice(at + 1);
        fc.pre(changed !== cursor);
        expect(() => open(changed)).toThrow(refused('invalidCursor'));
      }),
    );
  });

  it('G7 another count is invalidCount, too late is expiredCursor', () => {
    expect(() => open(cursor, { count: 50 })).toThrow(refused('invalidCount'));
    expect(open(cursor, {}, new Date('2026-01-15T13:00:00Z'))).toEqual(position);
    expect(() => open(cursor, {}, new Date('2026-01-15T13:00:02Z'))).toThrow(refused('expiredCursor'));
  });
});

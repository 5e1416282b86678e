import { matches, searchView } from './evaluate.ts';
import { parseFilter, type FilterOptions } from './resolve.ts';
import { bob, CUSTOM, engineering, ENTERPRISE, eve, FILTER_CASES, group, user } from '../testing/filter-cases.ts';

function users(filter: string, options: FilterOptions = { mode: 'tolerant' }): string {
  const resolved = parseFilter(filter, user, options);
  return [bob, eve]
    .filter((each) => matches(resolved, searchView(each, user.type)))
    .map(({ id }) => id)
    .join(' ');
}

function isEngineering(filter: string): boolean {
  return matches(parseFilter(filter, group, { mode: 'strict' }), searchView(engineering, group.type));
}

describe('what a filter finds', () => {
  it.each(FILTER_CASES)('%s %s', (_, filter, found) => {
    expect(users(filter)).toBe(found);
  });

  it.each([
    'members[value eq "b0b"]',
    'members.value eq "e4e"',
    'id eq "g1" and members eq "b0b"',
    'members[value eq "b0b" and type eq "user"]',
    'displayName eq "ENGINEERING"',
    'not (members.value eq "nobody")',
  ])('F16 a group by %s', (filter) => {
    expect(isEngineering(filter)).toBe(true);
  });

  it('F13 at the root an attribute of another type is absent here', () => {
    const root = { mode: 'strict', unknown: 'absent' } as const;
    expect(users('members pr', root)).toBe('');
    expect(users('members eq "b0b" or userName sw "b"', root)).toBe('b0b');
    expect(users('not (members[value eq "x"]) and members ne "x" and members eq null', root)).toBe('b0b e4e');
  });
});

describe('what a filter must not be', () => {
  it.each([
    ['F4', 'emails[type[value eq "x"]]', 'brackets inside brackets'],
    ['F4', 'emails[type eq "x" and value[type eq "y"]]', 'brackets inside brackets'],
    ['F4', 'name[familyName eq "x"]', 'no list of objects'],
    ['F9', 'active gt true', 'which has no gt'],
    ['F9', `${CUSTOM}:badge lt "QUJD"`, 'which has no lt'],
    ['F9', 'active co "tr"', 'which has no co'],
    ['F13', 'nickname2 eq "x"', 'character 1'],
    ['F13', 'emails[colour eq "x"]', 'character 8'],
    ['F13', 'urn:example:unknown:userName eq "x"', 'have not'],
    ['F13', '__proto__ pr', 'no attribute'],
    ['F13', 'constructor pr', 'have not'],
    ['F14', '', 'an early end'],
    ['F14', 'userName', 'an early end'],
    ['F14', 'userName is "x"', 'character 10: an unknown operator'],
    ['F14', 'userName eq', 'no value'],
    ['F14', 'userName eq "x" and', 'an early end'],
    ['F14', 'and userName eq "x"', 'without a term'],
    ['F14', 'userName eq "x" userName eq "y"', 'something left over'],
    ['F14', '(userName eq "x"', 'an early end'],
    ['F14', 'userName eq "x")', 'something left over'],
    ['F14', 'emails[type eq "x"', 'an early end'],
    ['F14', 'emails type eq "x"]', 'an unknown operator'],
    ['F14', 'userName eq "x', 'closing quote'],
    ['F14', String.raw`userName eq "\x"`, 'not a JSON string'],
    ['F14', 'not userName eq "x"', 'no "("'],
    ['F14', 'name eq "x"', 'several parts'],
    ['F14', 'userName.x.y eq "x"', 'no attribute'],
    ['F14', `${CUSTOM}:level eq "seven"`, 'no integer'],
    ['F14', 'meta.created gt "yesterday"', 'no dateTime'],
    ['F14', 'userName gt null', 'null with gt'],
    ['F14', String.raw`userName eq "\u0000"`, 'no text'],
    ['F14', String.raw`userName eq "\ud800"`, 'no text'],
    ['F14', 'meta.location pr', 'made on reading'],
    ['F14', `${ENTERPRISE}:manager.$ref pr`, 'made on reading'],
    ['F18', `userName eq "${'x'.repeat(8192)}"`, 'longer than 8192 bytes'],
    ['F18', `userName eq "${'é'.repeat(4096)}"`, 'longer than 8192 bytes'],
    ['F18', Array.from({ length: 101 }, () => 'title pr').join(' or '), 'more than 100 terms'],
    ['F18', `${'('.repeat(21)}title pr${')'.repeat(21)}`, 'nesting deeper than 20'],
    ['F18', `${'not ('.repeat(21)}title pr${')'.repeat(21)}`, 'nesting deeper than 20'],
  ])('%s %s', (_, filter, detail) => {
    expect(() => users(filter)).toThrow(
      expect.objectContaining({ status: 400, scimType: 'invalidFilter', detail: expect.stringContaining(detail) }),
    );
  });

  it.each([
    'externalId eq Jyoung',
    'active eq "true"',
    'active eq True',
    'meta.created gt 2026-01-01T00:00:00Z',
    'userName eq 5',
  ])('F12 %s in strict mode', (filter) => {
    expect(() => users(filter, { mode: 'strict' })).toThrow(
      expect.objectContaining({ status: 400, scimType: 'invalidFilter' }),
    );
  });

  it.each([
    'password eq "x"',
    'password pr',
    'userName eq "x" or PASSWORD sw "a"',
    `${user.type.schema.id}:password pr`,
  ])('F20 %s', (filter) => {
    expect(() => users(filter)).toThrow(expect.objectContaining({ status: 403, scimType: 'sensitive' }));
  });

  it('F18 the limits themselves are in', () => {
    const terms = Array.from({ length: 100 }, () => 'title pr').join(' or ');
    expect(users(terms)).toBe('b0b');
    expect(users(`${'('.repeat(20)}title pr${')'.repeat(20)}`)).toBe('b0b');
  });
});

it('F10 no value: null, "", [], {} and what holds nothing else', () => {
  const filter = parseFilter('title pr or name pr or emails pr', user, { mode: 'strict' });
  for (const title of [null, '', [], {}, [''], { formatted: '' }])
    expect(matches(filter, { title, name: { formatted: '' }, emails: [{}] })).toBe(false);
});

import { matches, searchView, type Searchable } from './evaluate.ts';
import { parseFilter, type FilterOptions } from './resolve.ts';
import { directorySchemas } from '../schema/registry.ts';

const CUSTOM = 'urn:ietf:params:scim:schemas:extension:acme:2.0:User';
const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const ACCOUNTS = 'urn:ietf:params:scim:schemas:extension:rolecall:2.0:User';

const { user, group } = directorySchemas({
  mode: 'tolerant',
  extension: {
    urn: CUSTOM,
    attributes: {
      level: { type: 'integer' },
      share: { type: 'decimal' },
      hiredAt: { type: 'dateTime' },
      badge: { type: 'binary' },
      skills: { multiValued: true },
      remote: { type: 'boolean' },
    },
  },
});

const meta = { created: new Date('2026-01-01T00:00:00Z'), lastModified: new Date('2026-03-01T12:00:00.5Z') };
const bob: Searchable = {
  id: 'b0b',
  meta,
  body: {
    userName: 'bob@acme.example',
    externalId: 'Jyoung',
    displayName: 'Bob (and Co) ]',
    title: 'VP and Head',
    name: { familyName: 'O"Neil', givenName: 'Bob' },
    active: true,
    emails: [
      { type: 'work', value: 'bob@acme.example', primary: true },
      { type: 'home', value: 'bob@home.example' },
    ],
    [ENTERPRISE]: { employeeNumber: '701984', department: 'Sales', manager: { value: 'a11ce' } },
    [CUSTOM]: { level: 7, share: 0.5, hiredAt: '2025-06-01T10:00:00+02:00', badge: 'QUJD', skills: ['go', 'SQL'] },
    [ACCOUNTS]: {
      accounts: [
        { value: 'Main', roles: ['admin', 'agent'] },
        { value: 'EU', roles: ['member'] },
      ],
    },
  },
  groups: [{ value: 'g1', display: 'Engineering' }],
};
const eve: Searchable = {
  id: 'e4e',
  meta: { created: new Date('2026-02-01T00:00:00Z'), lastModified: new Date('2026-02-01T00:00:00Z') },
  body: { userName: 'EVE@acme.example', active: false, emails: [{ type: 'home' }] },
};
const engineering: Searchable = {
  id: 'g1',
  meta,
  body: { displayName: 'Engineering' },
  members: [{ value: 'b0b' }, { value: 'e4e' }],
};

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
  it.each([
    ['F1', 'userName eq "bob@acme.example"', 'b0b'],
    ['F1', 'userName NE "bob@acme.example"', 'e4e'],
    ['F1', 'userName Co "ACME"', 'b0b e4e'],
    ['F1', 'userName sw "e"', 'e4e'],
    ['F1', 'name.familyName ew "neil"', 'b0b'],
    ['F1', 'title PR', 'b0b'],
    ['F1', 'userName gt "c" AND userName lt "f"', 'e4e'],
    ['F1', 'userName ge "eve@acme.example" Or userName le "bob@acme.example"', 'b0b e4e'],
    ['F2', 'active eq false or active eq true and userName sw "b"', 'b0b e4e'],
    ['F2', '(active eq false or active eq true) and userName sw "b"', 'b0b'],
    ['F2', 'not (active eq true) or userName sw "b"', 'b0b e4e'],
    ['F2', 'not (active eq true) and userName sw "b"', ''],
    ['F3', 'not(title eq "VP and Head")', 'e4e'],
    ['F3', 'NOT (title eq "VP and Head" and active eq true)', 'e4e'],
    ['F3', 'not (not (title pr))', 'b0b'],
    ['F4', 'emails[type eq "work" and value co "acme"]', 'b0b'],
    ['F4', 'emails[type eq "work" and value co "home"]', ''],
    ['F4', 'emails.type eq "work" and emails.value co "home"', 'b0b'],
    ['F4', 'emails[not (type eq "work") and (value pr or type eq "x")]', 'b0b'],
    ['F4', 'emails[type eq "home" and not (value pr)]', 'e4e'],
    ['F5', 'emails co "home.example"', 'b0b'],
    ['F5', 'emails.type eq "home"', 'b0b e4e'],
    ['F6', 'emails[type eq "work"].value eq "bob@acme.example"', 'b0b'],
    ['F6', 'emails[type eq "home"].value eq "bob@acme.example"', ''],
    ['F6', 'emails[type eq "work" or type eq "home"].value eq "bob@home.example" and active eq true', 'b0b'],
    ['F7', 'userName eq "BOB@ACME.example"', 'b0b'],
    ['F7', 'externalId eq "jyoung"', ''],
    ['F7', 'externalId eq "Jyoung"', 'b0b'],
    ['F7', 'id eq "B0B"', ''],
    ['F7', 'emails[type eq "WORK"]', 'b0b'],
    ['F8', 'meta.lastModified eq "2026-03-01T13:00:00.500+01:00"', 'b0b'],
    ['F8', 'meta.lastModified gt "2026-03-01T12:00:00"', 'b0b'],
    ['F8', `${CUSTOM}:hiredAt le "2025-06-01T08:00:00Z"`, 'b0b'],
    ['F8', `${CUSTOM}:level gt 6 and ${CUSTOM}:level lt 10`, 'b0b'],
    ['F8', `${CUSTOM}:share eq 5e-1`, 'b0b'],
    ['F10', 'title eq null', 'e4e'],
    ['F10', 'title ne null', 'b0b'],
    ['F10', 'title ne "x"', 'b0b e4e'],
    ['F10', 'emails.value ne "bob@home.example"', 'b0b e4e'],
    ['F10', 'emails pr', 'b0b e4e'],
    ['F10', 'emails.value pr', 'b0b'],
    ['F10', 'name pr', 'b0b'],
    ['F11', 'displayName eq "Bob (and Co) ]"', 'b0b'],
    ['F11', String.raw`name.familyName eq "O\"Neil"`, 'b0b'],
    ['F11', String.raw`name.familyName eq "\u004f\u0022Neil"`, 'b0b'],
    ['F12', 'externalId eq Jyoung', 'b0b'],
    ['F12', 'userName sw B', 'b0b'],
    ['F12', 'meta.created ge 2026-01-15T00:00:00Z', 'e4e'],
    ['F12', 'active eq "True"', 'b0b'],
    ['F12', `${ENTERPRISE}:employeeNumber eq 701984`, 'b0b'],
    ['F15', `${user.type.schema.id}:userName sw "b"`, 'b0b'],
    ['F15', `${ENTERPRISE.toUpperCase()}:DEPARTMENT eq "sales"`, 'b0b'],
    ['F15', `${ENTERPRISE}:manager.value eq "a11ce"`, 'b0b'],
    ['F15', `${ENTERPRISE}:manager eq "a11ce"`, 'b0b'],
    ['F15', `schemas eq "${ENTERPRISE}"`, 'b0b'],
    ['F15', `schemas eq "${user.type.schema.id}"`, 'b0b e4e'],
    ['F15', 'meta.resourceType eq User', 'b0b e4e'],
    ['F15', `${CUSTOM}:skills eq "sql"`, 'b0b'],
    ['F15', `${ACCOUNTS}:accounts[value eq "Main" and roles eq "admin"]`, 'b0b'],
    ['F15', `${ACCOUNTS}:accounts[value eq "EU" and roles eq "admin"]`, ''],
    ['F16', 'groups.value eq "g1"', 'b0b'],
    ['F16', 'groups[display eq "engineering"]', 'b0b'],
    [
      'F17',
      'active eq true and (meta.lastModified ge "2026-03-01T00:00:00Z" and meta.lastModified le "2026-03-02T00:00:00Z")',
      'b0b',
    ],
    ['F19', 'userName eq "nobody"', ''],
  ])('%s %s', (_, filter, found) => {
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

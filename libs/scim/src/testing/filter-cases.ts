import type { Searchable } from '../filter/evaluate.ts';
import { directorySchemas } from '../schema/registry.ts';

export const CUSTOM = 'urn:ietf:params:scim:schemas:extension:acme:2.0:User';
export const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
export const ACCOUNTS = 'urn:ietf:params:scim:schemas:extension:rolecall:2.0:User';

export const { user, group } = directorySchemas({
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
export const bob: Searchable = {
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
export const eve: Searchable = {
  id: 'e4e',
  meta: { created: new Date('2026-02-01T00:00:00Z'), lastModified: new Date('2026-02-01T00:00:00Z') },
  body: { userName: 'EVE@acme.example', active: false, emails: [{ type: 'home' }] },
};
export const engineering: Searchable = {
  id: 'g1',
  meta,
  body: { displayName: 'Engineering' },
  members: [{ value: 'b0b' }, { value: 'e4e' }],
};

/** Statement, filter, and the ids of those of bob and eve whom it finds in tolerant mode. */
export const FILTER_CASES: readonly (readonly [statement: string, filter: string, found: string])[] = [
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
];

import fc from 'fast-check';
import { directorySchemas, type ResourceBody } from '@rolecall/scim';
import { NOW } from './fixture.ts';
import type { SeededGroup, SeededResource } from './seed-directory.ts';

/* TEST ONLY: directories as fast-check makes them up, with every type of attribute. */

export const URN = 'urn:ietf:params:scim:schemas:extension:acme:2.0:User';
export const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
export const SCHEMAS = directorySchemas({
  mode: 'strict',
  extension: {
    urn: URN,
    attributes: {
      badge: { type: 'string', caseExact: true },
      level: { type: 'integer' },
      score: { type: 'decimal' },
      hired: { type: 'dateTime' },
      vip: { type: 'boolean' },
      scan: { type: 'binary' },
      home: { type: 'reference' },
      tags: { type: 'string', multiValued: true },
      levels: { type: 'integer', multiValued: true },
      depot: {
        type: 'complex',
        subAttributes: { city: {}, floor: { type: 'integer' }, labels: { multiValued: true } },
      },
      sites: {
        type: 'complex',
        multiValued: true,
        subAttributes: {
          value: {},
          code: { caseExact: true },
          floor: { type: 'integer' },
          opened: { type: 'dateTime' },
          primary: { type: 'boolean' },
          labels: { multiValued: true, caseExact: true },
        },
      },
    },
  },
});

const words = (text: string) => text.split(' ');

// what folding, escaping and the order of code points trip over
const odd = words(
  `a A ab B é É e\u0301 ß SS ﬁ FI ς Σ σα İ i ı I ǆ K \u212a \u{10400} \u{10428} \ue000 \uffff \u{10ffff} 😀 \ud7ff \u0085 a'b a"b a% _ \\ $1 null`,
).concat(' ');
export const text = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...odd) },
  { weight: 2, arbitrary: fc.tuple(fc.constantFrom(...odd), fc.constantFrom(...odd)).map((two) => two.join('')) },
  { weight: 1, arbitrary: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 4 }).filter(storable) },
);
export const integer = fc.constantFrom(-1, 0, 1, 2, 10, 9_007_199_254_740_991);
export const decimal = fc.oneof(integer, fc.constantFrom(0.1, -0.5, 1.5, 1e-7, 1e21));
export const time = fc.constantFrom(
  ...words(
    '2026-01-01T00:00:00Z 2026-01-01t01:00:00+01:00 2026-01-01T00:00:00.0009z 2026-01-01T00:00:00 0000-02-29T23:59:59Z',
  ),
  ...words(
    '2026-02-28T23:00:00-14:00 1969-12-31T23:59:59.999Z 9999-12-31T23:59:59.999999Z 2024-02-29T12:00:00.5+05:30',
  ),
);

function storable(value: string): boolean {
  return !value.includes('\0') && value.isWellFormed();
}

function present<T extends object>(object: T): T {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as T;
}

const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
const some = <T>(arbitrary: fc.Arbitrary<T>) => optional(fc.array(arbitrary, { minLength: 1, maxLength: 3 }));
/** At least one member, as bodies have no empty objects. */
const object = (model: Readonly<Record<string, fc.Arbitrary<unknown>>>) =>
  fc
    .record(Object.fromEntries(Object.entries(model).map(([name, value]) => [name, optional(value)])))
    .map(present)
    .filter((value) => Object.keys(value).length > 0);
export const typed = { value: text, type: fc.constantFrom('work', 'Work', 'home'), primary: fc.boolean() };

export const ids = Array.from({ length: 6 }, (_, n) => `019f0000-0000-7000-8000-00000000000${n}`);
export const groupIds = Array.from({ length: 4 }, (_, n) => `019f0000-0000-7000-9000-00000000000${n}`);
export const moment = fc.constantFrom(NOW, new Date(NOW.getTime() + 1), new Date('2026-01-01T00:00:00Z'));

const userBody = fc
  .record({
    userName: text,
    externalId: optional(text),
    active: fc.boolean(),
    displayName: optional(text),
    title: optional(text),
    profileUrl: optional(text),
    name: optional(object({ givenName: text, familyName: text })),
    emails: some(object(typed)),
    roles: some(object(typed)),
    x509Certificates: some(object({ ...typed, value: fc.constantFrom('QUJD', 'qujd') })),
    addresses: some(object({ country: text, type: typed.type, primary: typed.primary })),
    [ENTERPRISE]: optional(object({ department: text, manager: object({ value: text }) })),
    [URN]: optional(
      object({
        badge: text,
        level: integer,
        score: decimal,
        hired: time,
        vip: fc.boolean(),
        scan: fc.constantFrom('QUJD', 'qujd'),
        home: text,
        tags: fc.array(text, { minLength: 1, maxLength: 3 }),
        levels: fc.array(integer, { minLength: 1, maxLength: 3 }),
        depot: object({ city: text, floor: integer, labels: fc.array(text, { minLength: 1, maxLength: 2 }) }),
        sites: fc.array(
          object({
            value: text,
            code: text,
            floor: integer,
            opened: time,
            primary: fc.boolean(),
            labels: fc.array(text, { minLength: 1, maxLength: 2 }),
          }),
          { minLength: 1, maxLength: 3 },
        ),
      }),
    ),
  })
  .map((body) => present(body) as ResourceBody);
const groupBody = fc
  .record({ displayName: text, externalId: optional(text) })
  .map((body) => present(body) as ResourceBody);

export interface Directory {
  readonly users: readonly SeededResource[];
  readonly groups: readonly SeededGroup[];
}

export const directory: fc.Arbitrary<Directory> = fc
  .record({
    users: fc.uniqueArray(
      fc.record({ id: fc.constantFrom(...ids), body: userBody, created: moment, modified: moment }),
      {
        selector: ({ id }) => id,
        maxLength: 6,
      },
    ),
    groups: fc.uniqueArray(
      fc.record({
        id: fc.constantFrom(...groupIds),
        body: groupBody,
        created: moment,
        modified: moment,
        members: fc.subarray(ids),
      }),
      { selector: ({ id }) => id, maxLength: 4 },
    ),
  })
  .map(({ users, groups }) => {
    const named = users.map((user, n) => ({
      ...user,
      body: { ...user.body, userName: `${user.body['userName'] as string}${n}` },
    }));
    const known = new Set(users.map(({ id }) => id));
    return {
      users: named,
      groups: groups.map((group) => ({ ...group, members: group.members.filter((id) => known.has(id)) })),
    };
  });

import { filter as tested, parse } from 'scim2-parse-filter';
import SCIMMY from 'scimmy';
import { ACCOUNTS, bob, CUSTOM, ENTERPRISE, eve, FILTER_CASES, user } from '../testing/filter-cases.ts';
import { searchView } from './evaluate.ts';

// Other implementations on our cases: where they say something else, a rule of ours says why. A new disagreement is a question.

type Found = readonly { readonly id?: unknown }[];
const views = [bob, eve].map((each) => searchView(each, user.type));

const byParseFilter = (filter: string): Found => views.filter((view) => tested(parse(filter))(view));
const byScimmy = (filter: string): Found => new SCIMMY.Types.Filter(filter).match(structuredClone(views)) as Found;

function disagreements(peer: (filter: string) => Found): readonly string[] {
  return FILTER_CASES.filter(([, filter, found]) => answer(peer, filter) !== found).map(([, filter]) => filter);
}

function answer(peer: (filter: string) => Found, filter: string): string | undefined {
  try {
    return peer(filter)
      .map(({ id }) => id)
      .join(' ');
  } catch {
    return undefined;
  }
}

type Rule = readonly [why: string, filters: readonly string[]];

const BOTH: readonly Rule[] = [
  [
    'F7 F15 texts compare by caseExact, which needs the schema',
    [
      'userName Co "ACME"',
      'userName sw "e"',
      'name.familyName ew "neil"',
      'userName gt "c" AND userName lt "f"',
      'userName eq "BOB@ACME.example"',
      'emails[type eq "WORK"]',
      'groups[display eq "engineering"]',
      `${CUSTOM}:skills eq "sql"`,
    ],
  ],
  [
    'F8 instants compare as instants, whatever their offset and wherever they stand',
    ['meta.lastModified eq "2026-03-01T13:00:00.500+01:00"', `${CUSTOM}:hiredAt le "2025-06-01T08:00:00Z"`],
  ],
  [
    'F5 emails are compared by their value, managers too',
    ['emails co "home.example"', `${ENTERPRISE}:manager eq "a11ce"`],
  ],
  ['F4 a group within brackets', ['emails[not (type eq "work") and (value pr or type eq "x")]']],
  ['F11 escapes of JSON', [String.raw`name.familyName eq "\u004f\u0022Neil"`]],
  ['F12 text without its quotes', ['userName sw B', `${ENTERPRISE}:employeeNumber eq 701984`]],
  [
    'F15 the URN of the core schema, and URNs in any case',
    [`${user.type.schema.id}:userName sw "b"`, `${ENTERPRISE.toUpperCase()}:DEPARTMENT eq "sales"`],
  ],
  [
    'F15 lists of plain values match if any does',
    [
      `schemas eq "${ENTERPRISE}"`,
      `schemas eq "${user.type.schema.id}"`,
      `${ACCOUNTS}:accounts[value eq "Main" and roles eq "admin"]`,
    ],
  ],
];

it.each<[string, (filter: string) => Found, readonly Rule[]]>([
  [
    'scim2-parse-filter',
    byParseFilter,
    [
      [
        'F4 F6 all terms hold for the same element',
        ['emails[type eq "work" and value co "home"]', 'emails[type eq "home"].value eq "bob@acme.example"'],
      ],
      [
        'F10 absent is null, and differs from any value',
        ['title eq null', 'title ne "x"', 'emails.value ne "bob@home.example"'],
      ],
      [
        'F12 words without quotes, booleans within them',
        [
          'externalId eq Jyoung',
          'meta.created ge 2026-01-15T00:00:00Z',
          'active eq "True"',
          'meta.resourceType eq User',
        ],
      ],
    ],
  ],
  [
    'scimmy',
    byScimmy,
    [
      ['F3 not is of the group behind it, and groups nest', ['not(title eq "VP and Head")', 'not (not (title pr))']],
      ['F5 values of different elements', ['emails.type eq "work" and emails.value co "home"']],
      [
        'F8 F15 numbers and parts of extensions',
        [
          `${CUSTOM}:level gt 6 and ${CUSTOM}:level lt 10`,
          `${CUSTOM}:share eq 5e-1`,
          `${ENTERPRISE}:manager.value eq "a11ce"`,
          `${ACCOUNTS}:accounts[value eq "EU" and roles eq "admin"]`,
        ],
      ],
      ['F10 a list of objects is present', ['emails pr']],
      ['F11 a quote in a text', [String.raw`name.familyName eq "O\"Neil"`]],
      ['F16 what a resource has not is absent, no error', ['groups.value eq "g1"']],
    ],
  ],
])('%s says the same, save for these rules', (_, peer, rules) => {
  const explained = [...BOTH, ...rules].flatMap(([, filters]) => filters);
  expect(disagreements(peer).toSorted()).toEqual(explained.toSorted());
});

import fc from 'fast-check';
import { ENTERPRISE, GROUP, PATCH_OP, USER } from '../testing/test-server.ts';

const BULK = 'urn:ietf:params:scim:api:messages:2.0:BulkRequest';

/** Attributes that there are, in many spellings. */
const PATHS = [
  'userName',
  'USERNAME',
  'displayName',
  'externalId',
  'id',
  'meta.lastModified',
  'title',
  'active',
  'name.givenName',
  'emails',
  'emails.value',
  'emails.type',
  'roles.value',
  'groups.value',
  'members.value',
  'members',
  'password',
  `${USER}:userName`,
  `${ENTERPRISE}:department`,
  `${ENTERPRISE}:manager.value`,
];
/** Such that only a PATCH may name, and such that nothing may. */
const ODD_PATHS = [
  'name',
  'emails[type eq "work"].value',
  'emails[type eq "work" and value co "@"]',
  'emails[not (primary eq true)]',
  'roles[primary eq true].value',
  'members[value eq "x"]',
  'phoneNumbers[type eq "mobile"].value',
  'addresses[type eq "work"].locality',
  ENTERPRISE,
  'meta',
  'schemas',
  'groups',
  'urn:nobody:1.0:knows',
  '__proto__',
  'constructor.prototype',
  'toString',
  'nickName.x.y',
  '',
  '.',
  'emails[',
  'emails]',
  '$ref',
];
const VALUES = ['"eve"', '"eve@acme.example"', 'true', 'false', '"2026-01-01T00:00:00Z"', '"%_\\\\"', '"\ud83d\ude00"'];
const ODD_VALUES = ['null', '1', '-1.5e9', '1e999', '"x\\u0000y"', '"\\ud800"', "'", '"', 'eve', '{}', '[1]'];

/** `usual` as a rule, `odd` now and then: what is refused at once tries nothing behind it. */
function mostly<T, U>(usual: fc.Arbitrary<T>, odd: fc.Arbitrary<U>, weight = 12): fc.Arbitrary<T | U> {
  return fc.oneof({ arbitrary: usual, weight }, { arbitrary: odd, weight: 1 });
}

const path = mostly(fc.constantFrom(...PATHS), fc.constantFrom(...ODD_PATHS));
const operator = mostly(
  fc.constantFrom('eq', 'ne', 'co', 'sw', 'ew', 'EQ', 'Sw'),
  fc.constantFrom('gt', 'ge', 'lt', 'le', 'like', ''),
);
const value = mostly(fc.constantFrom(...VALUES), fc.constantFrom(...ODD_VALUES));
const text = mostly(
  fc.string({ unit: 'binary', maxLength: 8 }).map((said) => JSON.stringify(said)),
  value,
  2,
);
const comparison = fc.oneof(
  fc.tuple(fc.constantFrom('userName', 'title', 'emails.value', 'displayName'), operator, text),
  fc.tuple(path, operator, value),
);

const grammatical = fc.letrec<{ filter: string }>((tie) => ({
  filter: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    comparison.map((parts) => parts.join(' ')),
    path.map((name) => `${name} pr`),
    fc
      .tuple(tie('filter'), mostly(fc.constantFrom('and', 'or', 'AND'), fc.constantFrom('xor', '')), tie('filter'))
      .map((parts) => parts.join(' ')),
    tie('filter').map((inner) => `not (${inner})`),
    tie('filter').map((inner) => `(${inner})`),
    fc
      .tuple(
        fc.constantFrom('emails', 'roles', 'members'),
        fc.constantFrom('value', 'type', 'primary'),
        operator,
        value,
      )
      .map(([name, sub, op, said]) => `${name}[${sub} ${op} ${said}]`),
  ),
})).filter;

/** A text with a part of it taken out, said twice or replaced. */
function mutated(whole: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const instead = fc.oneof(fc.string({ maxLength: 3 }), fc.constantFrom('(', ')', '[', '"', '\\', '\u0000'));
  return fc.tuple(whole, fc.nat(), fc.nat({ max: 6 }), instead).map(([all, at, length, put]) => {
    const start = all.length === 0 ? 0 : at % all.length;
    return all.slice(0, start) + put + all.slice(start + length);
  });
}

const repeated = fc
  .tuple(
    fc.constantFrom('(', 'not (', 'emails[', 'a.', 'title pr and ', 'title eq "x" or ', '"', '\\"', 'x'),
    fc.nat({ max: 2_000 }),
  )
  .map(([part, times]) => `${part.repeat(times)}title pr`);

/** Filters: well-formed, nearly so, and anything at all. */
export const hostileFilter = fc.oneof(
  { arbitrary: grammatical, weight: 12 },
  { arbitrary: mutated(grammatical), weight: 4 },
  { arbitrary: fc.string({ unit: 'binary', maxLength: 60 }), weight: 1 },
  { arbitrary: repeated, weight: 2 },
);

const number = mostly(
  fc.integer({ min: -3, max: 2_000 }).map(String),
  fc.constantFrom('', 'x', '1e9', '99999999999999999999', '٣'),
);
const names = fc.array(mostly(path, fc.string({ maxLength: 5 })), { maxLength: 3 }).map((all) => all.join());
const parts = <T extends object>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }) =>
  fc.record(model, { requiredKeys: [] });

/** Parameters of a list: mostly such that go together. */
export const hostileQuery: fc.Arbitrary<Readonly<Record<string, string>>> = fc
  .tuple(
    parts({ filter: mostly(grammatical, hostileFilter, 4) }),
    parts({ sortBy: path, sortOrder: mostly(fc.constantFrom('ascending', 'Descending'), fc.constantFrom('', 'up')) }),
    mostly(
      fc.oneof(parts({ startIndex: number, count: number }), parts({ cursor: fc.constant(''), count: number })),
      parts({ startIndex: number, cursor: fc.string({ maxLength: 40 }) }),
    ),
    mostly(
      fc.oneof(parts({ attributes: names }), parts({ excludedAttributes: names })),
      parts({ attributes: names, excludedAttributes: names }),
    ),
  )
  .map((all) => Object.assign({}, ...all) as Readonly<Record<string, string>>);

const anything = fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<unknown>;
const word = fc.oneof(fc.constantFrom('', 'x', 'Captain', 'a'.repeat(3_000), '\u0000', '\ud800'), fc.string());
const flag = fc.constantFrom<unknown>(true, false, 'True', 'false', 'x', null);
const element = mostly(
  fc.record(
    { value: word, type: fc.constantFrom<unknown>('work', 'home', 1, null), primary: flag },
    { requiredKeys: [] },
  ),
  anything,
);
const elements = fc.array(element, { maxLength: 3 });

/** What users and groups of a test are called by: some ids that there are. */
export interface KnownIds {
  readonly userIds: readonly string[];
  readonly groupIds: readonly string[];
}

function membersOf({ userIds, groupIds }: KnownIds): fc.Arbitrary<unknown> {
  const id = mostly(fc.constantFrom<unknown>(...userIds), fc.constantFrom<unknown>(...groupIds, 'nobody', 7));
  return fc.array(
    id.map((member) => ({ value: member })),
    { maxLength: 3 },
  );
}

/** What a PATCH may set, with values that are mostly of its kind. */
function changeFor(known: KnownIds): fc.Arbitrary<{ readonly path?: unknown; readonly value?: unknown }> {
  const of = <T>(paths: readonly string[], said: fc.Arbitrary<T>) =>
    fc.record({ path: fc.constantFrom(...paths), value: mostly(said, anything, 6) }, { requiredKeys: ['path'] });
  const members = membersOf(known);
  const usual = fc.oneof(
    of(['displayName', 'title', 'externalId', 'name.familyName', 'nickName', `${ENTERPRISE}:department`], word),
    of(['userName'], fc.constantFrom('eve@acme.example', 'mo@acme.example', 'new@acme.example')),
    of(['active', 'emails[type eq "work"].primary'], flag),
    of(['emails', 'roles', 'phoneNumbers'], elements),
    of(['emails[type eq "work"].value', 'roles[primary eq true].value', 'emails.value'], word),
    of(['members', 'Members', `${GROUP}:members`], members),
    fc.constantFrom(...known.userIds).map((id) => ({ path: `members[value eq "${id}"]` })),
    of(['name', ENTERPRISE, 'meta', 'schemas', 'id', 'groups', `${ENTERPRISE}:manager`], anything),
    fc
      .dictionary(mostly(path, fc.string()), fc.oneof(word, elements, members), { maxKeys: 3 })
      .map((all) => ({ value: all })),
  );
  const odd = fc.record({ path: fc.oneof(path, hostileFilter), value: anything }, { requiredKeys: [] });
  return mostly(usual, odd, 5);
}

/** Bodies of a PATCH. */
export function hostilePatch(known: KnownIds): fc.Arbitrary<unknown> {
  const op = mostly(
    fc.constantFrom<unknown>('add', 'replace', 'remove', 'Add', 'REMOVE'),
    fc.constantFrom<unknown>('move', 1),
  );
  const operation = fc.tuple(op, changeFor(known)).map(([kind, change]) => ({ op: kind, ...change }));
  const operations = fc.array(mostly(operation, anything, 20), { minLength: 1, maxLength: 3 });
  const schemas = mostly(fc.constantFrom<unknown>([PATCH_OP]), fc.constantFrom<unknown>([], [GROUP], PATCH_OP), 20);
  const key = mostly(fc.constant('Operations'), fc.constantFrom('operations', 'ops'));
  const shaped = fc.tuple(schemas, key, operations).map(([said, name, list]) => ({ schemas: said, [name]: list }));
  return mostly(shaped, anything, 20);
}

function bulkOperationFor(known: KnownIds): fc.Arbitrary<unknown> {
  const userName = mostly(fc.constantFrom('eve@acme.example', 'a', 'b', 'c', 'A'), fc.string({ maxLength: 12 }));
  const references = ['bulkId:a', 'bulkId:b', 'bulkId:nobody', ...known.userIds];
  const members = fc.array(
    fc.constantFrom(...references).map((id) => ({ value: id })),
    { maxLength: 3 },
  );
  const aUser = fc.record(
    { schemas: fc.constant([USER]), userName, emails: elements },
    { requiredKeys: ['schemas', 'userName'] },
  );
  const aGroup = fc.record(
    { schemas: fc.constant([GROUP]), displayName: word, members },
    { requiredKeys: ['schemas', 'displayName'] },
  );
  const bulkId = fc.constantFrom<unknown>('a', 'b', 'c', 'd', '', 1);
  const make = (place: string, data: fc.Arbitrary<unknown>) =>
    fc.record({ method: fc.constantFrom('POST', 'post'), path: fc.constant(place), bulkId, data });
  const one = fc
    .tuple(fc.constantFrom('/Users/', '/Groups/'), fc.constantFrom(...references, ...known.groupIds))
    .map((parts) => parts.join(''));
  const odd = fc.record(
    {
      method: fc.constantFrom<unknown>('POST', 'PUT', 'PATCH', 'DELETE', 'GET', 1),
      path: fc.oneof(fc.constantFrom('/Me', '/Bulk', '/', '/v2/Users', '/Users?x=1', '/Users/../Groups'), fc.string()),
      bulkId,
      version: fc.constantFrom<unknown>('W/"1"', '*', 1),
      data: anything,
    },
    { requiredKeys: ['method'] },
  );
  const usual = fc.oneof(
    make('/Users', aUser),
    make('/Groups', aGroup),
    fc.record({ method: fc.constant('PATCH'), path: one, data: hostilePatch(known) }),
    fc.record({ method: fc.constant('PUT'), path: one, data: fc.oneof(aUser, aGroup) }),
    fc
      .constantFrom('/Users/bulkId:a', '/Groups/bulkId:b', '/Users/nobody')
      .map((at) => ({ method: 'DELETE', path: at })),
  );
  return mostly(usual, odd, 8);
}

/** Bodies of a bulk request. */
export function hostileBulk(known: KnownIds): fc.Arbitrary<unknown> {
  const operations = fc.array(bulkOperationFor(known), { minLength: 1, maxLength: 3 });
  const shaped = fc.record(
    {
      schemas: mostly(fc.constantFrom<unknown>([BULK]), fc.constantFrom<unknown>([], BULK), 20),
      failOnErrors: mostly(fc.constantFrom(1, 2), fc.constantFrom<unknown>(0, -1, 'x')),
      Operations: mostly(operations, anything, 20),
    },
    { requiredKeys: ['schemas', 'Operations'] },
  );
  return mostly(shaped, anything, 20);
}

/** As `JSON.stringify`, and with a key that an object of this language does not keep. */
export function asText(body: unknown): string {
  return (JSON.stringify(body) ?? 'null').replaceAll('"nickName.x.y":', '"__proto__":');
}

import fc from 'fast-check';
import { ScimError } from '../errors.ts';
import type { ResourceBody, ScimObject } from '../resource.ts';
import { readUser } from '../resource/read-resource.ts';
import { sameValue } from '../resource/replace-body.ts';
import { directorySchemas, type DirectoryMode } from '../schema/registry.ts';
import { processorTime } from '../testing/processor-time.ts';
import { applyPatch, type Patched } from './apply-patch.ts';
import { foldMembers, type MemberStep } from './members.ts';
import { PATCH_LIMITS, PATCH_SCHEMA } from './patch.ts';
import { readPatch } from './read-patch.ts';

const CUSTOM = 'urn:ietf:params:scim:schemas:extension:acme:2.0:User';
const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const ACCOUNTS = 'urn:ietf:params:scim:schemas:extension:rolecall:2.0:User';
const extension = {
  urn: CUSTOM,
  attributes: {
    badge: { mutability: 'immutable' as const },
    level: { type: 'integer' as const },
    skills: { multiValued: true },
    site: {
      type: 'complex' as const,
      subAttributes: { code: { mutability: 'immutable' as const }, tags: { multiValued: true } },
    },
  },
};
const schemasOf = {
  tolerant: directorySchemas({ mode: 'tolerant', extension }),
  strict: directorySchemas({ mode: 'strict', extension }),
};

const text = fc.constantFrom('a', 'A', 'b', 'work', 'home', '', ' ', 'é', '__proto__', 'x'.repeat(300));
const email = fc.record(
  {
    type: fc.constantFrom('work', 'home', 'other'),
    value: text,
    primary: fc.oneof(fc.boolean(), fc.constant('True')),
    display: text,
  },
  { requiredKeys: [] },
);
const paths = {
  single: [
    'title',
    'displayName',
    'NAME.givenName',
    'userName',
    'externalId',
    `${ENTERPRISE}:department`,
    `${CUSTOM}:level`,
  ],
  complex: ['name', `${ENTERPRISE}:manager`, `${CUSTOM}:site`],
  list: ['emails', 'roles', 'addresses', `${ACCOUNTS}:accounts`, `${CUSTOM}:skills`, `${CUSTOM}:site.tags`],
  filtered: [
    'emails[type eq "work"]',
    'emails[type eq "work"].value',
    'emails[primary eq true].value',
    'emails[not (type eq "home") or value sw "a"].display',
    'addresses[type eq "home" and country pr]',
    `${ACCOUNTS}:accounts[value eq "a"].roles`,
    'emails.type',
  ],
  odd: [
    'id',
    'meta.created',
    'schemas',
    'groups',
    'password',
    'active',
    ENTERPRISE,
    CUSTOM,
    `${CUSTOM}:badge`,
    'urn:ietf:params:scim:schemas:core:2.0:User',
    '__proto__.polluted',
    'constructor.prototype',
    'name.__proto__',
    'emails[',
    'emails[type eq',
    'emails[colour eq "x"]',
    'title[x pr]',
    'nothing',
    '',
    '.',
  ],
};
const path = fc.constantFrom(...Object.values(paths).flat());
const value = fc.oneof(
  text,
  email,
  fc.array(email, { maxLength: 3 }),
  fc.boolean(),
  fc.integer(),
  fc.constant(null),
  fc.array(text, { maxLength: 3 }),
  fc.record(
    { givenName: text, familyName: text, value: text, code: text, tags: fc.array(text, { maxLength: 3 }) },
    { requiredKeys: [] },
  ),
  fc.array(fc.record({ value: text, roles: fc.array(text, { maxLength: 2 }), status: text }, { requiredKeys: [] }), {
    maxLength: 2,
  }),
  fc.dictionary(path, fc.oneof(text, fc.array(email, { maxLength: 2 })), { maxKeys: 3 }),
  fc.jsonValue({ maxDepth: 4 }) as fc.Arbitrary<unknown>,
);
const operation = fc.record(
  { op: fc.constantFrom('add', 'replace', 'remove', 'Add', 'REPLACE', 'move'), path, value },
  { requiredKeys: ['op'] },
);
const request = fc.oneof(
  {
    weight: 20,
    arbitrary: fc.record({
      schemas: fc.constant([PATCH_SCHEMA]),
      Operations: fc.array(operation, { minLength: 1, maxLength: 6 }),
    }),
  },
  { weight: 1, arbitrary: fc.jsonValue() as fc.Arbitrary<unknown> },
);

/** A body as it is stored: what a create makes of generated JSON. */
const body = fc
  .record(
    {
      title: text,
      active: fc.boolean(),
      name: fc.record({ givenName: text, familyName: text }, { requiredKeys: [] }),
      emails: fc
        .array(email, { maxLength: 4 })
        .filter((list) => list.filter(({ primary }) => primary === true || primary === 'True').length < 2),
      [ENTERPRISE]: fc.record({ department: text, manager: fc.record({ value: text }) }, { requiredKeys: [] }),
      [CUSTOM]: fc.record(
        {
          badge: text,
          level: fc.integer(),
          skills: fc.array(text, { maxLength: 3 }),
          site: fc.record({ code: text, tags: fc.array(text) }),
        },
        { requiredKeys: [] },
      ),
      [ACCOUNTS]: fc.record({
        accounts: fc.array(fc.record({ value: fc.constantFrom('a', 'b'), roles: fc.array(text) }), { maxLength: 2 }),
      }),
    },
    { requiredKeys: ['active'] },
  )
  .map((said) => asStored({ userName: 'eve', ...said }));

function asStored(said: object): ResourceBody {
  return frozen(readUser({ schemas: [schemasOf.tolerant.user.type.schema.id], ...said }, schemasOf.tolerant).body);
}

/** Writing to it throws. */
function frozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    for (const inner of Object.values(value)) frozen(inner);
    Object.freeze(value);
  }
  return value;
}

function patched(stored: ResourceBody, unverified: unknown, mode: DirectoryMode): Patched {
  const schemas = schemasOf[mode];
  return applyPatch({ id: '1', body: stored }, readPatch(unverified, 'user', schemas), schemas.user.type);
}

/** What a request makes of a resource; one that is refused makes nothing of it. */
function outcome(stored: ResourceBody, unverified: unknown, mode: DirectoryMode = 'tolerant'): Patched {
  try {
    return patched(stored, unverified, mode);
  } catch (error) {
    if (error instanceof ScimError) return { body: stored, changed: false, quirks: [] };
    throw error;
  }
}

describe('any request', () => {
  it('X3 X31 is applied or refused by a ScimError, changes nothing that it was given, and takes no time: 10,000 of them', () => {
    fc.assert(
      fc.property(
        body,
        request,
        fc.constantFrom('tolerant' as const, 'strict' as const),
        (stored, unverified, mode) => {
          const given = frozen(unverified);
          expect(processorTime(() => outcome(stored, given, mode))).toBeLessThan(100);
          expect(Object.keys(Object.prototype)).toEqual([]);
        },
      ),
      { numRuns: 10_000 },
    );
  });

  it('leaves a resource that could have been created so', () => {
    fc.assert(
      fc.property(body, request, (stored, unverified) => {
        const after = outcome(stored, unverified);
        expect(asStored(after.body)).toEqual(after.body);
      }),
      { numRuns: 2_000 },
    );
  });
});

it('X8 the same add or replace again changes nothing (security.md 28)', () => {
  const repeatable = fc.oneof(
    fc.tuple(fc.constantFrom(...paths.single), fc.oneof(text, fc.integer())),
    fc.tuple(
      fc.constantFrom('name', `${CUSTOM}:site`),
      fc.record({ givenName: text, tags: fc.array(text) }, { requiredKeys: [] }),
    ),
    fc.tuple(
      fc.constant(`${ENTERPRISE}:manager`),
      fc.oneof(text, fc.record({ value: text, $ref: text }, { requiredKeys: [] })),
    ),
    fc.tuple(fc.constant('emails'), fc.array(email, { maxLength: 3 })),
    fc.tuple(fc.constant(`${CUSTOM}:skills`), fc.array(text, { maxLength: 3 })),
    fc.tuple(fc.constantFrom('emails[type eq "work"].value', 'emails[type eq "home"].display'), text),
    fc.tuple(fc.constant(`${ACCOUNTS}:accounts[value eq "a"].roles`), fc.array(text, { maxLength: 3 })),
  );
  fc.assert(
    fc.property(body, fc.constantFrom('add', 'replace'), repeatable, (stored, op, [at, said]) => {
      const request = { schemas: [PATCH_SCHEMA], Operations: [{ op, path: at, value: said }] };
      const once = outcome(stored, request);
      expect(outcome(frozen(once.body), request)).toMatchObject({ changed: false });
    }),
    { numRuns: 2_000 },
  );
});

it('changed says whether the resource is another one', () => {
  fc.assert(
    fc.property(body, request, (stored, unverified) => {
      const after = outcome(stored, unverified);
      expect(after.changed).toBe(!sameValue(stored, after.body as ScimObject));
    }),
    { numRuns: 2_000 },
  );
});

describe('members', () => {
  const ids = fc.array(fc.constantFrom('a', 'b', 'c', 'd', 'e'), { maxLength: 4 });
  const step: fc.Arbitrary<MemberStep> = fc
    .tuple(fc.constantFrom('replace', 'add', 'remove'), ids)
    .map(([kind, list]) => ({ replace: undefined, add: undefined, remove: undefined, [kind]: list }));

  it('X4 the fold comes to what the steps do one after the other, whoever was in the group', () => {
    fc.assert(
      fc.property(ids, fc.array(step, { minLength: 1, maxLength: 8 }), (before, steps) => {
        const members = new Set<string>(before);
        for (const { replace, add = [], remove = [] } of steps) {
          if (replace) members.clear();
          for (const id of [...(replace ?? []), ...add]) members.add(id);
          for (const id of remove) members.delete(id);
        }
        const folded = foldMembers(steps);
        const after = new Set<string>(folded?.replace ?? before);
        for (const id of folded?.add ?? []) after.add(id);
        for (const id of folded?.remove ?? []) after.delete(id);
        expect([...after].toSorted()).toEqual([...members].toSorted());
        expect(folded?.add.filter((id) => folded.remove.includes(id))).toEqual([]);
      }),
      { numRuns: 2_000 },
    );
  });

  it('X33 5,000 operations with ten members each take no time; one more operation is refused (security.md 29)', () => {
    const operations = Array.from({ length: PATCH_LIMITS.operations }, (_, at) =>
      at % 2 === 0
        ? { op: 'add', path: 'members', value: Array.from({ length: 10 }, (__, id) => ({ value: `${at}-${id}` })) }
        : { op: 'remove', path: `members[value eq "${at - 1}-0"]` },
    );
    const read = (list: readonly object[]) =>
      readPatch({ schemas: [PATCH_SCHEMA], Operations: list }, 'group', schemasOf.strict);
    expect(read(operations).members?.add).toHaveLength(22_500);
    expect(processorTime(() => read(operations))).toBeLessThan(1_000);
    expect(() => read([...operations, operations[0] ?? {}])).toThrow('must not be more than 5000');
  });
});

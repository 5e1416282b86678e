import fc from 'fast-check';
import { ScimError } from '../errors.ts';
import type { Attribute } from '../schema/attribute.ts';
import { directorySchemas } from '../schema/registry.ts';
import type { DirectoryMode, ResourceSchemas } from '../schema/registry.ts';
import { factsOfUser } from './facts.ts';
import { presentGroup, presentUser } from './present.ts';
import { readProjection } from './projection.ts';
import { readGroup, readUser } from './read-resource.ts';
import { newUser, replacedBody, sameValue } from './replace-body.ts';

const MODES: readonly DirectoryMode[] = ['tolerant', 'strict'];
const ID = '01890000-0000-7000-8000-000000000001';
const meta = { created: new Date(0), lastModified: new Date(1), version: 1 };
const groups = [{ groupId: ID, displayName: 'Engineers' }];
const directories = MODES.map((mode) =>
  directorySchemas({
    mode,
    extension: {
      urn: 'urn:ietf:params:scim:schemas:extension:acme:2.0:User',
      attributes: {
        badge: { type: 'integer' },
        ratio: { type: 'decimal' },
        photo: { type: 'binary' },
        hired: { type: 'dateTime' },
        cleared: { type: 'boolean' },
        page: { type: 'reference' },
        skills: { multiValued: true },
        desks: { type: 'complex', multiValued: true, subAttributes: { floor: { type: 'integer' }, room: {} } },
      },
    },
  }),
);

/** A value as the schema wants it; in tolerant mode also as clients send it. */
function values(attribute: Attribute, mode: DirectoryMode): fc.Arbitrary<unknown> {
  const one = singleValues(attribute, mode);
  const right = attribute.multiValued ? fc.array(one, { maxLength: 4 }) : one;
  if (mode === 'strict') return right;
  return fc.oneof(
    { weight: 12, arbitrary: right },
    { weight: 1, arbitrary: fc.constantFrom<unknown>(null, '', [], {}) },
    { weight: 1, arbitrary: attribute.multiValued ? one : fc.tuple(one) },
  );
}

function singleValues(attribute: Attribute, mode: DirectoryMode): fc.Arbitrary<unknown> {
  const { type, canonicalValues, subAttributes } = attribute;
  if (type === 'complex') return objects(subAttributes ?? [], mode);
  if (canonicalValues) return fc.constantFrom(...canonicalValues);
  const texts = mode === 'strict' ? [] : ['True', '7'];
  if (type === 'boolean') return fc.oneof(fc.boolean(), fc.constantFrom(true, ...texts.slice(0, 1)));
  if (type === 'integer') return fc.oneof(fc.integer(), fc.constantFrom(7, ...texts.slice(1)));
  if (type === 'decimal') return fc.double({ noNaN: true, noDefaultInfinity: true });
  if (type === 'dateTime') return fc.date({ noInvalidDate: true, min: new Date(0) }).map((date) => date.toISOString());
  if (type === 'binary') return fc.base64String({ minLength: 4 });
  if (type === 'reference') return fc.webPath();
  return fc.oneof(fc.string({ unit: 'grapheme', minLength: 1 }), fc.constantFrom('a', 'A', 'b'));
}

function objects(attributes: readonly Attribute[], mode: DirectoryMode): fc.Arbitrary<object> {
  const optional = attributes.map((each) => [each.name, fc.option(values(each, mode), { nil: undefined, freq: 2 })]);
  return fc.record(Object.fromEntries(optional) as Record<string, fc.Arbitrary<unknown>>);
}

function resources({ type }: ResourceSchemas, mode: DirectoryMode): fc.Arbitrary<object> {
  const name = type.name === 'User' ? 'userName' : 'displayName';
  const extensions = type.extensions.map(({ schema }) => [
    schema.id,
    fc.option(objects(schema.attributes, mode), { nil: {} }),
  ]);
  return fc
    .tuple(
      objects(type.schema.attributes, mode),
      fc.record(Object.fromEntries(extensions) as Record<string, fc.Arbitrary<unknown>>),
    )
    .map(([core, more]) => ({ schemas: [type.schema.id], ...core, ...more, [name]: 'ada' }));
}

/** undefined when it is refused, as it may be. */
function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof ScimError && error.status === 400) return undefined;
    throw error;
  }
}

describe.each(directories.map((schemas) => [schemas.mode, schemas] as const))('%s', (_, schemas) => {
  const everything = { baseUrl: 'https://scim.example.com/scim/v2', projection: readProjection({}, schemas.user) };
  const show = (body: ReturnType<typeof newUser>, projection = everything.projection) =>
    presentUser({ userId: ID, body, meta, groups }, { ...everything, resource: schemas.user, projection });
  const users = resources(schemas.user, schemas.mode)
    .map((sent) => attempt(() => newUser(readUser(sent, schemas).body)))
    .filter((body) => body !== undefined);

  it('P4 a PUT of what we answered changes nothing, and reading is done once', () => {
    fc.assert(
      fc.property(users, (stored) => {
        const answered: unknown = JSON.parse(JSON.stringify(show(stored)));
        const { body, quirks, ignored } = readUser(answered, schemas);
        expect(body).toEqual(stored);
        expect({ quirks, ignored }).toEqual({ quirks: [], ignored: [] });
        expect(sameValue(replacedBody(stored, body, schemas.user), stored)).toBe(true);
      }),
    );
  });

  it('P4 the same of a group, whose members are read back as they are', () => {
    const how = { baseUrl: everything.baseUrl, resource: schemas.group, projection: readProjection({}, schemas.group) };
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.uuid()),
        fc.string({ minLength: 1 }).filter((name) => name.trim() !== ''),
        (ids, name) => {
          const members = ids.map((userId) => ({ userId, display: 'Ada' }));
          const answered: unknown = JSON.parse(
            JSON.stringify(presentGroup({ groupId: ID, body: { displayName: name }, meta, members }, how)),
          );
          const read = readGroup(answered, schemas);
          expect(read).toEqual({
            body: { displayName: name },
            members: ids.length > 0 ? ids : undefined,
            quirks: [],
            ignored: [],
          });
        },
      ),
    );
  });

  it('C6 nothing unassigned is ever kept', () => {
    fc.assert(
      fc.property(users, (stored) => {
        expect(unassigned(stored)).toEqual([]);
      }),
    );
  });

  it('E3 X31 any JSON is read or refused with 400, and nothing is polluted', () => {
    const names = ['userName', 'emails', 'name', 'schemas', 'members', 'displayName', '__proto__', 'constructor', 'x'];
    const json = fc.oneof(
      fc.jsonValue(),
      fc.dictionary(
        fc.constantFrom(...names),
        fc.oneof(fc.jsonValue(), fc.dictionary(fc.constantFrom(...names), fc.jsonValue())),
      ),
      resources(schemas.user, schemas.mode),
    );
    fc.assert(
      fc.property(json, (unverified) => {
        const parsed: unknown = JSON.parse(JSON.stringify(unverified));
        attempt(() => readUser(parsed, schemas));
        attempt(() => readGroup(parsed, schemas));
        expect(Object.keys(Object.prototype)).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });

  it('A1 A4 a projection adds nothing, never drops what is always returned, never shows a password', () => {
    const paths = schemas.user.attributes
      .concat(schemas.user.type.extensions.flatMap(({ schema }) => schema.attributes))
      .flatMap(({ name, subAttributes = [] }) => [name, ...subAttributes.map((sub) => `${name}.${sub.name}`)])
      .concat(
        schemas.user.type.extensions.map(({ schema }) => schema.id),
        'nothing',
      );
    const names = fc.array(fc.constantFrom(...paths), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(users, names, fc.boolean(), (stored, named, isExclusion) => {
        const whole = show(stored);
        const parameters = isExclusion ? { excludedAttributes: named } : { attributes: named };
        const part = show({ ...stored, password: 'secret' }, readProjection(parameters, schemas.user));
        expect(isPart(part, whole)).toBe(true);
        expect(part).toMatchObject({ id: ID, schemas: whole['schemas'] });
        expect(part).not.toHaveProperty('password');
      }),
    );
  });

  it('facts are lists of texts', () => {
    fc.assert(
      fc.property(users, (stored) => {
        for (const list of factsOfUser(stored, [], schemas.user).values()) {
          expect(list.every((value) => typeof value === 'string')).toBe(true);
        }
      }),
    );
  });
});

/** The same without some attributes or elements. */
function isPart(part: unknown, whole: unknown): boolean {
  if (Array.isArray(part) && Array.isArray(whole)) return part.every((each) => whole.some((one) => isPart(each, one)));
  if (typeof part !== 'object' || part === null) return part === whole;
  return Object.entries(part).every(([name, each]) => isPart(each, (whole as Record<string, unknown>)[name]));
}

function unassigned(value: unknown, at = ''): string[] {
  if (value === null || value === '') return [at];
  if (typeof value !== 'object') return [];
  const inside = Object.entries(value);
  return inside.length === 0 ? [at] : inside.flatMap(([name, each]) => unassigned(each, `${at}.${name}`));
}

import type { Quirk } from '../quirks.ts';
import type { ResourceBody, ScimValue } from '../resource.ts';
import type { Attribute, Schema } from '../schema/attribute.ts';
import type { DirectorySchemas, SchemaPath } from '../schema/registry.ts';
import { readMembers } from './read-members.ts';
import { ignoreUnknown, readValue } from './read-value.ts';
import { invalidSyntax, invalidValue, isObject, tolerate } from './reading.ts';
import type { Reading } from './reading.ts';

/** Names of ignored attributes kept for the log. */
const MAX_IGNORED = 20;

export interface ReadResource {
  readonly body: ResourceBody;
  /** Deviations that were understood, each once. */
  readonly quirks: readonly Quirk[];
  /** Names that the directory does not know and left out, the first ones; from outside, yet names only. */
  readonly ignored: readonly string[];
}

export interface ReadGroup extends ReadResource {
  /** Ids as the client sent them, each once, perhaps of nobody; undefined = nothing was said of members. */
  readonly members: readonly string[] | undefined;
}

/**
 * A user from the body of a POST or PUT. Computed and read-only attributes (`id`, `meta`, `groups` …) are left out whatever they say,
 * a password is dropped. `active` is absent when nothing was said of it (`newUser`, `replacedBody`).
 *
 * @param unverified - parsed JSON
 * @throws ScimError naming the attribute and its position, never a value
 */
export function readUser(unverified: unknown, schemas: DirectorySchemas): ReadResource {
  return read(schemas, 'user', (reading) => ({ body: readBody(unverified, reading).body }));
}

/** A group from the body of a POST or PUT; its members apart, since they are no part of what is stored with it. */
export function readGroup(unverified: unknown, schemas: DirectorySchemas): ReadGroup {
  return read(schemas, 'group', (reading) => {
    const { body, members } = readBody(unverified, reading);
    return { body, members: readMembers(members, 'members', reading) };
  });
}

/** Reads as `readAs` does, and gathers what was tolerated on the way. */
export function read<T>(schemas: DirectorySchemas, type: 'user' | 'group', readAs: (reading: Reading) => T) {
  const quirks = new Set<Quirk>();
  const ignored = new Set<string>();
  const note = (quirk: Quirk) => void quirks.add(quirk);
  const ignore = (name: string) => void (ignored.size < MAX_IGNORED && ignored.add(name));
  const result = readAs({ mode: schemas.mode, resource: schemas[type], note, ignore });
  return { ...result, quirks: [...quirks], ignored: [...ignored] };
}

function readBody(unverified: unknown, reading: Reading): { body: ResourceBody; members: unknown } {
  const { type } = reading.resource;
  if (!isObject(unverified)) throw invalidSyntax(`the body must be a JSON object: a ${type.name}`);
  const members = type.name === 'Group' ? reading.resource.attribute('members')?.attribute : undefined;
  const said = new Statements();
  for (const [key, value] of Object.entries(unverified)) {
    const schema = reading.resource.schema(key);
    if (schema) collectSchema(schema, value, said, reading);
    else collect(key, undefined, value, said, reading);
  }
  checkSchemas(said.get('schemas'), reading);
  dropPassword(said.get('password'), reading);

  const body: Record<string, ScimValue> = {};
  const extensions: Record<string, Record<string, ScimValue>> = {};
  for (const { extension, attribute, value } of said.all()) {
    if (attribute.mutability === 'readOnly' || attribute.mutability === 'writeOnly') continue;
    if (attribute === members) continue;
    const at = extension === undefined ? attribute.name : `${extension}:${attribute.name}`;
    const known = readValue(value, attribute, at, reading);
    if (known === undefined) continue;
    if (extension === undefined) body[attribute.name] = known;
    else (extensions[extension] ??= {})[attribute.name] = known;
  }
  const whole: ResourceBody = { ...body, ...extensions };
  checkRequired(whole, reading);
  return { body: whole, members: said.get('members') };
}

/** What a body says of each attribute, once per attribute; the values still unverified. */
class Statements {
  readonly #of = new Map<Attribute, { extension: string | undefined; attribute: Attribute; value: unknown }>();

  add(extension: string | undefined, attribute: Attribute, value: unknown): void {
    if (this.#of.has(attribute)) throw invalidSyntax(`${attribute.name} is there twice`);
    this.#of.set(attribute, { extension, attribute, value });
  }

  /** `name.givenName` as a key: a part of what may come in several keys. */
  addPart(extension: string | undefined, attribute: Attribute, part: string, value: unknown): void {
    const before = this.#of.get(attribute);
    if (attribute.multiValued || (before && !isObject(before.value))) {
      throw invalidSyntax(`${attribute.name}.${part} can not be a key here; send ${attribute.name}`);
    }
    const parts = isObject(before?.value) ? before.value : {};
    if (Object.hasOwn(parts, part)) throw invalidSyntax(`${attribute.name}.${part} is there twice`);
    this.#of.set(attribute, { extension, attribute, value: { ...parts, [part]: value } });
  }

  /** Of an attribute of the core schema. */
  get(name: string): unknown {
    return this.all().find(({ extension, attribute }) => extension === undefined && attribute.name === name)?.value;
  }

  all() {
    return [...this.#of.values()];
  }
}

function collectSchema({ schema, extension }: SchemaPath, value: unknown, said: Statements, reading: Reading): void {
  if (value === null) return;
  if (!isObject(value)) throw invalidSyntax(`${schema.id} must be an object with the attributes of that schema`);
  if (extension === undefined) reading.note('core_schema_as_key');
  for (const [key, inner] of Object.entries(value)) collect(key, extension, inner, said, reading);
}

function collect(key: string, within: string | undefined, value: unknown, said: Statements, reading: Reading): void {
  const path = key === '' ? undefined : reading.resource.attribute(within === undefined ? key : `${within}:${key}`);
  if (!path) return ignoreUnknown(key, within, reading);
  const { extension, attribute, sub } = path;
  if (sub || extension !== within || key.includes(':')) {
    tolerate(reading, 'path_as_key', () =>
      invalidSyntax(`${attribute.name} came under a path; send it under its name`),
    );
  }
  if (sub) said.addPart(extension, attribute, sub.name, value);
  else said.add(extension, attribute, value);
}

/** T1: the schemas that a body names. Which ones are in use is computed anew from the attributes. */
function checkSchemas(unverified: unknown, reading: Reading): void {
  const { resource } = reading;
  const core = resource.type.schema.id;
  const noList = () => invalidSyntax('schemas must be a list of URNs');
  if (typeof unverified === 'string') tolerate(reading, 'list_as_single', noList);
  const named = typeof unverified === 'string' ? [unverified] : (unverified ?? []);
  if (!Array.isArray(named)) throw noList();
  const known = new Set<Schema>();
  for (const [index, urn] of (named as readonly unknown[]).entries()) {
    if (typeof urn !== 'string') throw invalidSyntax(`schemas[${index}] must be text: the URN of a schema`);
    const path = resource.schema(urn);
    if (!path) ignoreUnknown(urn, undefined, reading);
    else if (known.has(path.schema) && reading.mode === 'strict')
      throw invalidSyntax(`schemas[${index}] is there twice`);
    else known.add(path.schema);
  }
  if (!known.has(resource.type.schema)) {
    tolerate(reading, 'schemas_missing', () => invalidSyntax(`schemas must name ${core}`));
  }
}

/** T5: we keep no passwords. Dropped in strict mode too, since clients send one without being asked. */
function dropPassword(unverified: unknown, reading: Reading): void {
  if (unverified !== undefined && unverified !== null) reading.note('password_dropped');
}

function checkRequired(body: ResourceBody, { resource: { type } }: Reading): void {
  for (const attribute of type.schema.attributes) {
    if (attribute.required && isBlank(body[attribute.name])) throw invalidValue(attribute.name, 'is required');
  }
  for (const { schema, required } of type.extensions) {
    const own = body[schema.id];
    if (own === undefined && required) throw invalidValue(schema.id, 'is required: an extension that every user has');
    if (!isObject(own)) continue;
    const missing = schema.attributes.find((attribute) => attribute.required && isBlank(own[attribute.name]));
    if (missing) throw invalidValue(`${schema.id}:${missing.name}`, 'is required');
  }
}

function isBlank(value: unknown): boolean {
  return value === undefined || (typeof value === 'string' && value.trim() === '');
}

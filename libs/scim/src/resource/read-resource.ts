import { ScimError } from '../errors.ts';
import type { Quirk } from '../quirks.ts';
import type { ResourceBody, ScimValue } from '../resource.ts';
import type { Schema } from '../schema/attribute.ts';
import type { DirectorySchemas } from '../schema/registry.ts';
import { readMembers } from './read-members.ts';
import { ignoreUnknown, readValue } from './read-value.ts';
import { invalidSyntax, invalidValue, isObject, tolerate } from './reading.ts';
import type { Reading } from './reading.ts';
import { statementsIn } from './statements.ts';

/** Names of ignored attributes kept for the log. */
const MAX_IGNORED = 20;
/** Of all values of one request that are not members; each counts as some characters more, for what it costs by itself. */
const MAX_CHARACTERS = 262_144;
const VALUE = 8;

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
  let left = MAX_CHARACTERS;
  const spend = (characters: number) => {
    left -= characters + VALUE;
    if (left < 0)
      throw new ScimError(400, 'invalidValue', `the attributes hold more than ${MAX_CHARACTERS} characters`);
  };
  const result = readAs({ mode: schemas.mode, resource: schemas[type], note, ignore, spend });
  return { ...result, quirks: [...quirks], ignored: [...ignored] };
}

function readBody(unverified: unknown, reading: Reading): { body: ResourceBody; members: unknown } {
  const { resource } = reading;
  if (!isObject(unverified)) throw invalidSyntax(`the body must be a JSON object: a ${resource.type.name}`);
  const said = statementsIn(unverified, reading);
  checkSchemas(said.get('schemas'), reading);
  dropPassword(said.get('password'), reading);

  const members = resource.type.name === 'Group' ? resource.attribute('members')?.attribute : undefined;
  const core: Record<string, ScimValue> = {};
  const extensions: Record<string, Record<string, ScimValue>> = {};
  for (const { extension, attribute, value } of said.all()) {
    if (attribute.mutability === 'readOnly' || attribute.mutability === 'writeOnly') continue;
    if (attribute === members) continue;
    const at = extension === undefined ? attribute.name : `${extension}:${attribute.name}`;
    const known = readValue(value, attribute, at, reading);
    if (known === undefined) continue;
    if (extension === undefined) core[attribute.name] = known;
    else (extensions[extension] ??= {})[attribute.name] = known;
  }
  const body: ResourceBody = { ...core, ...extensions };
  checkRequired(body, reading);
  return { body, members: said.get('members') };
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

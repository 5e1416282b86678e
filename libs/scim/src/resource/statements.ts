import type { AttributePath } from '../filter/filter.ts';
import type { Attribute } from '../schema/attribute.ts';
import type { SchemaPath } from '../schema/registry.ts';
import { ignoreUnknown } from './read-value.ts';
import { entriesOf, findAttribute, invalidSyntax, isObject, tolerate } from './reading.ts';
import type { Reading } from './reading.ts';

/**
 * What the body of a POST or PUT says, attribute by attribute, under whatever names and in whatever nesting it comes.
 *
 * @param unverified - an object of parsed JSON
 * @throws ScimError invalidSyntax: an attribute twice, or an unknown one in strict mode
 */
export function statementsIn(unverified: Readonly<Record<string, unknown>>, reading: Reading): Statements {
  const { resource } = reading;
  const said = new Statements();
  const entries = entriesOf(unverified, 'the body');
  const unnamed: (readonly [string, unknown])[] = [];
  for (const entry of entries) {
    const [key, value] = entry;
    const schema = resource.schema(key);
    const path = schema ? undefined : resource.attribute(key);
    if (schema) collectSchema(schema, value, said, reading);
    else if (path) add(key, path, value, said, reading);
    else unnamed.push(entry);
  }
  if (unnamed.length === 0) return said;
  // an attribute that lacks its URN counts only where nothing came under the URN
  const named = new Set(said.all().map(({ attribute }) => attribute));
  for (const [key, value] of unnamed) {
    const path = resource.unqualified(key);
    if (path && named.has(path.attribute)) ignoreUnknown(key, undefined, reading);
    else collect(key, undefined, value, said, reading);
  }
  return said;
}

/** What is said of each attribute, once; the values still unverified. */
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
    for (const { extension, attribute, value } of this.#of.values())
      if (extension === undefined && attribute.name === name) return value;
    return undefined;
  }

  all() {
    return [...this.#of.values()];
  }
}

function collectSchema({ schema, extension }: SchemaPath, value: unknown, said: Statements, reading: Reading): void {
  if (value === null) return;
  if (!isObject(value)) throw invalidSyntax(`${schema.id} must be an object with the attributes of that schema`);
  if (extension === undefined) reading.note('core_schema_as_key');
  for (const [key, inner] of entriesOf(value, schema.id)) collect(key, extension, inner, said, reading);
}

function collect(key: string, within: string | undefined, value: unknown, said: Statements, reading: Reading): void {
  const path = findAttribute(within === undefined ? key : `${within}:${key}`, reading);
  if (!path) return ignoreUnknown(key, within, reading);
  add(key, path, value, said, reading);
}

function add(key: string, path: AttributePath, value: unknown, said: Statements, reading: Reading): void {
  const { extension, attribute, sub } = path;
  if (sub || key.includes(':')) {
    tolerate(reading, 'path_as_key', () =>
      invalidSyntax(`${attribute.name} came under a path; send it under its name`),
    );
  }
  if (sub) said.addPart(extension, attribute, sub.name, value);
  else said.add(extension, attribute, value);
}

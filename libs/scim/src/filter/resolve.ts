import { ScimError } from '../errors.ts';
import type { Attribute } from '../schema/attribute.ts';
import type { DirectoryMode, ResourceSchemas } from '../schema/registry.ts';
import { readDateTime } from '../text/date-time.ts';
import type { AttributePath, Filter, FilterValue, Operator } from './filter.ts';
import { parseFilterSyntax, type FilterSyntax, type PathSyntax, type ValueSyntax } from './syntax.ts';
import { invalidFilter } from './tokens.ts';

export interface FilterOptions {
  /** `tolerant` also takes values without their quotes and numbers or booleans in quotes. */
  readonly mode: DirectoryMode;
  /**
   * An attribute that the resource type has not: `refuse` it (400, the default), or take it as `absent` in every resource, as a search
   * over several types must (RFC 7644 §3.4.2.1).
   */
  readonly unknown?: 'refuse' | 'absent';
}

/**
 * Reads a `filter` parameter.
 * @param text UNVERIFIED, any length
 * @throws {ScimError} 400 invalidFilter with the position, 403 sensitive for a password
 */
export function parseFilter(text: string, schemas: ResourceSchemas, options: FilterOptions): Filter {
  return resolveFilter(parseFilterSyntax(text), schemas, options);
}

/** Gives names and values their meaning by the schemas of one resource type. @throws {ScimError} as parseFilter */
function resolveFilter(syntax: FilterSyntax, schemas: ResourceSchemas, options: FilterOptions): Filter {
  return resolve(syntax, {
    ...options,
    schemas,
    find: ({ text }) => schemas.attribute(text),
  });
}

/** The filter in the brackets behind a multi-valued complex attribute: its paths start at an element. */
export function resolveElementFilter(
  syntax: FilterSyntax,
  element: Attribute,
  schemas: ResourceSchemas,
  options: FilterOptions,
): Filter {
  return resolve(syntax, {
    ...options,
    unknown: 'refuse',
    schemas,
    find: ({ text }) => {
      const attribute = schemas.sub(element, text);
      return attribute && { extension: undefined, attribute, sub: undefined };
    },
  });
}

interface Scope extends FilterOptions {
  readonly schemas: ResourceSchemas;
  readonly find: (path: PathSyntax) => AttributePath | undefined;
}

const ALWAYS: Filter = { kind: 'and', terms: [] };
const NEVER: Filter = { kind: 'or', terms: [] };

function resolve(syntax: FilterSyntax, scope: Scope): Filter {
  switch (syntax.kind) {
    case 'and':
    case 'or':
      return { kind: syntax.kind, terms: syntax.terms.map((term) => resolve(term, scope)) };
    case 'not':
      return { kind: 'not', term: resolve(syntax.term, scope) };
    case 'present': {
      const path = findPath(syntax.path, scope);
      return path ? { kind: 'present', path } : NEVER;
    }
    case 'compare':
      return resolveComparison(syntax, scope);
    case 'element':
      return resolveElement(syntax, scope);
  }
}

function resolveElement({ path: written, term }: FilterSyntax & { kind: 'element' }, scope: Scope): Filter {
  const path = findPath(written, scope);
  if (!path) return NEVER;
  if (path.sub || !path.attribute.subAttributes || !path.attribute.multiValued)
    throw invalidFilter(
      written.at,
      'brackets behind an attribute that is no list of objects; compare the attribute itself',
    );
  return { kind: 'element', path, term: resolveElementFilter(term, path.attribute, scope.schemas, scope) };
}

function resolveComparison(syntax: FilterSyntax & { kind: 'compare' }, scope: Scope): Filter {
  const { operator, value } = syntax;
  const named = findPath(syntax.path, scope);
  if (isNull(value)) {
    const present: Filter = named ? { kind: 'present', path: named } : NEVER;
    if (operator === 'eq') return { kind: 'not', term: present };
    if (operator === 'ne') return present;
    throw invalidFilter(value.at, `null with ${operator}; only eq and ne take it`);
  }
  if (!named) return operator === 'ne' ? ALWAYS : NEVER;
  const path = toSimpleValue(named, syntax.path, scope);
  const leaf = path.sub ?? path.attribute;
  if (!operatorsOf(leaf).includes(operator))
    throw invalidFilter(syntax.path.at, `an attribute of type ${leaf.type}, which has no ${operator}`);
  return { kind: 'compare', path, operator, value: readValue(leaf, value, scope.mode) };
}

function findPath(written: PathSyntax, scope: Scope): AttributePath | undefined {
  const path = scope.find(written);
  if (!path && scope.unknown === 'absent') return undefined;
  if (!path) throw invalidFilter(written.at, 'an attribute that these resources have not; see /Schemas');
  const { attribute, sub } = path;
  if ([attribute, sub].some((each) => each?.returned === 'never' || each?.mutability === 'writeOnly'))
    throw new ScimError(403, 'sensitive', `${attribute.name} cannot be asked for, in a filter neither`);
  if (isMadeOnReading(path))
    throw invalidFilter(written.at, 'an attribute that is made on reading; filter by what it is made of');
  return path;
}

/** Attributes that are in no stored resource: the server makes them for each answer. */
function isMadeOnReading({ attribute, sub }: AttributePath): boolean {
  const name = sub ? `${attribute.name}.${sub.name}` : attribute.name;
  return /(?:^|\.)\$ref$|^meta\.(?:location|version)$|^members\.display$|^manager\.displayName$/.test(name);
}

/** `emails` alone is compared by its `value` (RFC 7644 §3.4.2.2). */
function toSimpleValue(path: AttributePath, written: PathSyntax, { schemas }: Scope): AttributePath {
  const { attribute, sub } = path;
  if ((sub ?? attribute).type !== 'complex') return path;
  const value = sub ? undefined : schemas.sub(attribute, 'value');
  if (!value) throw invalidFilter(written.at, 'an attribute with several parts; name one, as in name.familyName');
  return { ...path, sub: value };
}

const EQUALITY: readonly Operator[] = ['eq', 'ne'];
const ORDER: readonly Operator[] = [...EQUALITY, 'gt', 'ge', 'lt', 'le'];
const TEXT: readonly Operator[] = [...ORDER, 'co', 'sw', 'ew'];

function operatorsOf({ type }: Attribute): readonly Operator[] {
  if (type === 'string' || type === 'reference') return TEXT;
  return type === 'boolean' || type === 'binary' ? EQUALITY : ORDER;
}

function isNull({ quoted, text }: ValueSyntax): boolean {
  return !quoted && text === 'null';
}

const NUMBER = /^-?\d{1,17}(?:\.\d{1,17})?(?:e[+-]?\d{1,2})?$/i;

function readValue({ type }: Attribute, { quoted, text, at }: ValueSyntax, mode: DirectoryMode): FilterValue {
  const isJson = quoted !== (type === 'boolean' || type === 'integer' || type === 'decimal');
  if (mode === 'strict' && !isJson)
    throw invalidFilter(at, `a value that is no ${type}; texts and times stand in quotes, numbers and booleans do not`);
  if (type === 'boolean') {
    const word = mode === 'strict' ? text : text.toLowerCase();
    if (word === 'true' || word === 'false') return word === 'true';
  } else if (type === 'integer' || type === 'decimal') {
    if (NUMBER.test(text)) return Number(text);
  } else if (type === 'dateTime') {
    const instant = readDateTime(text);
    if (instant !== undefined) return instant;
  } else return text;
  throw invalidFilter(at, `a value that is no ${type}`);
}

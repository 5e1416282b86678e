import type { ResourceMeta, ResourceBody, ScimObject, ScimValue } from '../resource.ts';
import type { Attribute, ResourceType } from '../schema/attribute.ts';
import { compareText } from '../text/compare-text.ts';
import { readDateTime } from '../text/date-time.ts';
import { normalizeKey } from '../text/normalize-key.ts';
import type { AttributePath, Filter, FilterValue, Operator } from './filter.ts';

/** What is stored of a resource, and all that a filter or a sort sees. */
export interface Searchable {
  readonly id: string;
  readonly body: ResourceBody;
  readonly meta: Pick<ResourceMeta, 'created' | 'lastModified'>;
  /** Of a user: the groups that the user is a member of. */
  readonly groups?: readonly { readonly value: string; readonly display: string }[];
  /** Of a group: its users. */
  readonly members?: readonly { readonly value: string }[];
}

/**
 * The resource that filters and sorts are evaluated on: the stored body; `id`; `schemas` (the core URN and those of the extensions that the
 * body has); `meta` with resourceType, created and lastModified; `groups` with value, display and type `direct`; `members` with value and
 * type `User`. Nothing else: no `$ref`, no location, no names of members. SQL sees exactly this.
 */
export function searchView({ id, body, meta, groups, members }: Searchable, type: ResourceType): ScimObject {
  const extensions = type.extensions.map(({ schema }) => schema.id).filter((urn) => Object.hasOwn(body, urn));
  return {
    ...body,
    id,
    schemas: [type.schema.id, ...extensions],
    meta: {
      resourceType: type.name,
      created: meta.created.toISOString(),
      lastModified: meta.lastModified.toISOString(),
    },
    ...(groups && { groups: groups.map(({ value, display }) => ({ value, display, type: 'direct' })) }),
    ...(members && { members: members.map(({ value }) => ({ value, type: 'User' })) }),
  };
}

/**
 * The definition of what a filter means; persistence compiles the same to SQL, and a property test holds them together.
 *
 * - A path has the values that are there: null, "", [] and {} are no values. A list has those of all its elements.
 * - `present`: there is a value. A comparison: SOME value compares so; `ne` holds also where there is no value.
 * - `element`: some element of the list satisfies the whole term by itself. and, or, not: of two values, without a third one.
 * - Texts compare by normalizeKey unless caseExact, in order of code points; dateTimes as instants; false before true.
 *
 * @param resource a searchView, or (for a term of `element`) an element
 */
export function matches(filter: Filter, resource: ScimObject): boolean {
  switch (filter.kind) {
    case 'and':
      return filter.terms.every((term) => matches(term, resource));
    case 'or':
      return filter.terms.some((term) => matches(term, resource));
    case 'not':
      return !matches(filter.term, resource);
    case 'present':
      return valuesAt(filter.path, resource).length > 0;
    case 'element':
      return valuesAt(filter.path, resource).some((element) => isObject(element) && matches(filter.term, element));
    case 'compare': {
      const values = valuesAt(filter.path, resource);
      const compares = comparison(filter.path.sub ?? filter.path.attribute, filter.operator, filter.value);
      return values.some(compares) || (filter.operator === 'ne' && values.length === 0);
    }
  }
}

/** The values that a path leads to, lists flattened, without what counts as unassigned (RFC 7643 §2.5). */
export function valuesAt({ extension, attribute, sub }: AttributePath, resource: ScimObject): readonly ScimValue[] {
  const holder = extension === undefined ? resource : own(resource, extension);
  const values = assigned(isObject(holder) ? own(holder, attribute.name) : undefined);
  return sub ? values.flatMap((value) => assigned(isObject(value) ? own(value, sub.name) : undefined)) : values;
}

function assigned(value: ScimValue | undefined): readonly ScimValue[] {
  const values: readonly (ScimValue | undefined)[] = isList(value) ? value : [value];
  return values.filter((each): each is ScimValue => !isUnassigned(each));
}

/** Null, "", [], {} and what holds nothing but these. */
export function isUnassigned(value: ScimValue | undefined): boolean {
  if (value === undefined || value === null || value === '') return true;
  if (isList(value)) return value.every(isUnassigned);
  return isObject(value) && Object.values(value).every(isUnassigned);
}

/** An attribute of an object, and nothing that every object has. */
export function own(object: ScimObject, name: string): ScimValue | undefined {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

export function isList(value: ScimValue | undefined): value is readonly ScimValue[] {
  return Array.isArray(value);
}

export function isObject(value: ScimValue | undefined): value is ScimObject {
  return typeof value === 'object' && value !== null && !isList(value);
}

function comparison(attribute: Attribute, operator: Operator, wanted: FilterValue): (value: ScimValue) => boolean {
  const right = typeof wanted === 'string' ? textForm(attribute, wanted) : wanted;
  return (value) => {
    const left = comparable(attribute, value);
    if (typeof left === 'string' && typeof right === 'string') return compareTexts(left, operator, right);
    if (left === undefined || typeof left !== typeof right) return operator === 'ne';
    return ordered(Number(left) - Number(right), operator);
  };
}

function compareTexts(left: string, operator: Operator, right: string): boolean {
  if (operator === 'co') return left.includes(right);
  if (operator === 'sw') return left.startsWith(right);
  if (operator === 'ew') return left.endsWith(right);
  return ordered(compareText(left, right), operator);
}

function ordered(difference: number, operator: Operator): boolean {
  switch (operator) {
    case 'eq':
      return difference === 0;
    case 'ne':
      return difference !== 0;
    case 'gt':
      return difference > 0;
    case 'ge':
      return difference >= 0;
    case 'lt':
      return difference < 0;
    case 'le':
      return difference <= 0;
    default:
      return false; // a text operator on what is no text: not a filter that resolution lets through
  }
}

/** A stored value in the form in which it is compared and sorted: key or exact text, number, instant or boolean. */
export function comparable(attribute: Attribute, value: ScimValue): FilterValue | undefined {
  if (typeof value === 'string')
    return attribute.type === 'dateTime' ? readDateTime(value) : textForm(attribute, value);
  return typeof value === 'number' || typeof value === 'boolean' ? value : undefined;
}

function textForm({ caseExact }: Attribute, text: string): string {
  return caseExact ? text : normalizeKey(text);
}

import type { ScimObject, ScimValue } from '../resource.ts';
import type { Attribute } from '../schema/attribute.ts';
import { ACCOUNTS_ATTRIBUTE } from '../schema/extensions.ts';
import { accountsFromJson } from './accounts-json.ts';
import { distinct } from './distinct.ts';
import { entriesOf, invalidSyntax, invalidValue, isObject, shownName, tolerate } from './reading.ts';
import type { Reading } from './reading.ts';
import { readScalar } from './scalar.ts';

export type { Reading } from './reading.ts';

/** Of one attribute of a user; the members of a group are bounded by the size of a request. */
export const MAX_VALUES = 1_000;

/**
 * The value of an attribute as unverified JSON says it: typed by the schema, names in its spelling, nothing unassigned inside
 * (C6: null, an empty text, list or object is no value). Read-only sub-attributes are left out, equal values become one (T7).
 * Whether the attribute itself may be written is the caller's question.
 *
 * @param at - how errors call the attribute
 * @returns undefined = unassigned; a list for a multi-valued attribute, never an empty one
 * @throws ScimError invalidValue, invalidSyntax
 */
export function readValue(
  unverified: unknown,
  attribute: Attribute,
  at: string,
  reading: Reading,
): ScimValue | undefined {
  if (attribute === ACCOUNTS_ATTRIBUTE)
    return readList(accountsFromJson(unverified, at, reading), attribute, at, reading);
  if (attribute.multiValued) return readList(unverified, attribute, at, reading);
  if (!Array.isArray(unverified)) return readElement(unverified, attribute, at, reading);
  if (unverified.length > 1) throw invalidValue(at, 'has a single value; send one');
  if (unverified.length === 1) {
    tolerate(reading, 'single_as_list', () => invalidValue(at, 'has a single value; send it without a list'));
  }
  return readElement(unverified[0], attribute, at, reading);
}

/** The same of one element of a multi-valued attribute, or of a single-valued one that is no list. */
export function readElement(
  unverified: unknown,
  attribute: Attribute,
  at: string,
  reading: Reading,
): ScimValue | undefined {
  if (attribute.type !== 'complex') return readScalar(unverified, attribute, at, reading);
  if (unverified === null || unverified === undefined || unverified === '') return undefined;
  if (isObject(unverified)) return readComplex(unverified, attribute, at, reading);
  const value = reading.resource.sub(attribute, 'value');
  if (!value || Array.isArray(unverified)) throw invalidValue(at, 'must be an object');
  tolerate(reading, 'value_as_text', () => invalidValue(at, 'must be an object with value'));
  return readComplex({ value: unverified }, attribute, at, reading);
}

function readList(
  unverified: unknown,
  attribute: Attribute,
  at: string,
  reading: Reading,
): readonly ScimValue[] | undefined {
  if (unverified === null || unverified === undefined || unverified === '') return undefined;
  if (!Array.isArray(unverified)) {
    tolerate(reading, 'list_as_single', () => invalidValue(at, 'must be a list'));
    return readList([unverified], attribute, at, reading);
  }
  if (unverified.length > MAX_VALUES) throw invalidValue(at, `must not have more than ${MAX_VALUES} values`);
  const values = (unverified as readonly unknown[])
    .map((each, index) => readElement(each, attribute, `${at}[${index}]`, reading))
    .filter((value) => value !== undefined)
    .filter((value) => !saysNothing(value, attribute));
  const list = distinct(values, attribute);
  if (list.filter((value) => isObject(value) && value['primary'] === true).length > 1) {
    throw invalidValue(at, 'must not have more than one primary value');
  }
  return list.length > 0 ? list : undefined;
}

function readComplex(
  unverified: Readonly<Record<string, unknown>>,
  attribute: Attribute,
  at: string,
  reading: Reading,
): ScimObject | undefined {
  const read = new Map<string, ScimValue>();
  const seen = new Set<string>();
  for (const [key, value] of entriesOf(unverified, at)) {
    const sub = reading.resource.sub(attribute, key);
    if (!sub) {
      ignoreUnknown(key, at, reading);
      continue;
    }
    if (seen.has(sub.name)) throw invalidSyntax(`${at}.${sub.name} is there twice`);
    seen.add(sub.name);
    if (sub.mutability === 'readOnly') continue;
    const known = readValue(value, sub, `${at}.${sub.name}`, reading);
    if (known !== undefined) read.set(sub.name, known);
  }
  if (read.size === 0) return undefined;
  const missing = attribute.subAttributes?.find((sub) => sub.required && !read.has(sub.name));
  if (missing) throw invalidValue(`${at}.${missing.name}`, 'is required');
  return Object.fromEntries(read);
}

/** @throws ScimError in strict mode; tolerant mode leaves out what it does not know, and says so in the log */
export function ignoreUnknown(name: string, at: string | undefined, reading: Reading): void {
  const where = at === undefined ? shownName(name) : `${at}.${shownName(name)}`;
  const quirk = name.includes(':') ? 'unknown_schema' : 'unknown_attribute';
  tolerate(reading, quirk, () => invalidSyntax(`${where} is not an attribute of this directory; see /Schemas`));
  reading.ignore?.(where);
}

/** `{ type: 'work' }` of a value that is not there, as clients send for an empty field of theirs. */
export function saysNothing(value: ScimValue, attribute: Attribute): boolean {
  if (!isObject(value) || !attribute.subAttributes?.some(({ name }) => name === 'primary')) return false;
  return Object.keys(value).every((name) => name === 'type' || name === 'primary' || name === 'display');
}

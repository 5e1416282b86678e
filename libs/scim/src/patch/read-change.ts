import { ScimError } from '../errors.ts';
import { isUnassigned } from '../filter/evaluate.ts';
import type { AttributePath, Filter } from '../filter/filter.ts';
import type { ScimObject, ScimValue } from '../resource.ts';
import { ignoreUnknown, readElement, readValue } from '../resource/read-value.ts';
import { entriesOf, invalidValue, isObject, tolerate, type Reading } from '../resource/reading.ts';
import type { Attribute } from '../schema/attribute.ts';
import type { Change, ElementsChange, Step } from './patch.ts';
import type { Target } from './target.ts';

export type Verb = 'add' | 'replace' | 'remove';

/** An operation whose path is resolved and whose value is still UNVERIFIED. */
interface Operation {
  readonly verb: Verb;
  readonly target: Target;
  readonly value: unknown;
  /** The path was a key of a path-less operation's value. */
  readonly isKey: boolean;
}

// of a union each member for itself
type WithoutIndex<T> = T extends unknown ? Omit<T, 'index'> : never;
export type UnplacedChange = WithoutIndex<Change>;

/** The changes that an operation on anything but members comes to. @throws {ScimError} */
export function readChange(operation: Operation, reading: Reading): readonly UnplacedChange[] {
  const { verb, target, value } = operation;
  const { path, filter, at } = target;
  if (!isWritable(target)) return readUnwritable(operation, reading);
  if (verb !== 'remove' && value === undefined) throw invalidValue('value', `is required by ${verb}`);
  if (filter) return [readElements(operation, filter, reading)];
  if (path.attribute.multiValued && path.sub) return [readElements(operation, EVERY, reading)];
  const leaf = path.sub ?? path.attribute;
  const merges = leaf.type === 'complex' && !leaf.multiValued && (verb === 'add' || reading.mode === 'tolerant');
  if (merges && verb !== 'remove' && isObject(value)) return readParts(operation, value, reading);
  return [
    { kind: 'value', path, step: readStep(verb, leaf, value, path.sub ? `${at}.${path.sub.name}` : at, reading) },
  ];
}

const EVERY: Filter = { kind: 'and', terms: [] };

function isWritable({ path, elementSub }: Target): boolean {
  const sub = elementSub ?? path.sub;
  return [path.attribute, sub].every((each) => each?.mutability !== 'readOnly' && each?.mutability !== 'writeOnly');
}

/** X21, T5: the id may be named when it is the resource's own; a representation sent back may hold what is computed. */
function readUnwritable({ verb, target, value, isKey }: Operation, reading: Reading): readonly UnplacedChange[] {
  const { path, elementSub, at } = target;
  if (path.attribute.mutability === 'writeOnly') {
    reading.note('password_dropped');
    return [];
  }
  if (at === 'id' && verb !== 'remove' && typeof value === 'string') return [{ kind: 'same-id', id: value }];
  if ((isKey && at !== 'id') || (at === 'schemas' && namesSchemas(value, reading))) {
    const refusal = () => new ScimError(400, 'mutability', `${at} is computed by the server and cannot be changed`);
    tolerate(reading, 'computed_attribute', refusal);
    return [];
  }
  const sub = elementSub ?? path.sub;
  throw new ScimError(
    400,
    'mutability',
    `${sub ? `${at}.${sub.name}` : at} is computed by the server and cannot be changed`,
  );
}

function namesSchemas(value: unknown, { resource }: Reading): boolean {
  return Array.isArray(value) && value.every((urn) => typeof urn === 'string' && resource.schema(urn) !== undefined);
}

/** X7, X10: the parts of a single object that are named change, the others stay. */
function readParts(operation: Operation, value: Readonly<Record<string, unknown>>, reading: Reading) {
  const { target } = operation;
  return entriesOf(value, target.at).flatMap(([key, inner]): readonly UnplacedChange[] => {
    const sub = reading.resource.sub(target.path.attribute, key);
    if (!sub) ignoreUnknown(key, target.at, reading);
    // what is computed comes along when a client sends back what it read
    if (!sub || sub.mutability === 'readOnly') return [];
    return readChange({ ...operation, target: { ...target, path: { ...target.path, sub } }, value: inner }, reading);
  });
}

function readStep(verb: Verb, leaf: Attribute, value: unknown, at: string, reading: Reading): Step {
  if (verb === 'remove') {
    if (!leaf.multiValued || value === undefined) return { kind: 'set', value: undefined, removes: true };
    return { kind: 'drop', values: readListed(value, leaf, at, reading) };
  }
  const read = readValue(value, leaf, at, reading);
  if (verb === 'replace' || !leaf.multiValued) return { kind: 'set', value: read, removes: false };
  return { kind: 'append', values: (read ?? []) as readonly ScimValue[] };
}

/** X16: values to remove. What names no value is refused: never nothing, never all. */
function readListed(value: unknown, leaf: Attribute, at: string, reading: Reading): readonly ScimValue[] {
  const refusal = (where: string) =>
    invalidValue(where, 'must name the values to remove; leave value out to remove all');
  if (value === null || value === '') throw refusal('value');
  if (!Array.isArray(value)) tolerate(reading, 'list_as_single', () => refusal('value'));
  const values: readonly unknown[] = Array.isArray(value) ? value : [value];
  return values.map((each, index) => {
    const read = readElement(each, leaf, `${at}[${index}]`, reading);
    if (read === undefined) throw refusal(`${at}[${index}]`);
    return read;
  });
}

function readElements({ verb, target, value }: Operation, filter: Filter, reading: Reading): UnplacedChange {
  const { path, at } = target;
  const list: AttributePath = { ...path, sub: undefined };
  const change = { kind: 'elements', path: list, filter } as const;
  const sub = target.elementSub ?? path.sub;
  const named = equalities(filter);
  if (sub) {
    const step = readStep(verb, sub, value, `${at}.${sub.name}`, reading);
    const action = { kind: 'part', sub, step } as const;
    const given = step.kind === 'set' ? step.value : step.values;
    if (verb === 'remove' || isUnassigned(given)) return { ...change, action, otherwise: 'nothing' };
    return { ...change, action, otherwise: missing(named && { ...named, [sub.name]: given }, reading) };
  }
  if (verb === 'remove' || value === null || value === '')
    return { ...change, action: { kind: 'remove' }, otherwise: 'nothing' };
  const element = readOneElement(value, named ?? {}, target, reading);
  const action = { kind: verb === 'add' ? 'merge' : 'replace', value: element } as const;
  return { ...change, action, otherwise: missing(named && element, reading) };
}

/** X13, X14: what becomes of a filter that nothing satisfies. */
function missing(element: ScimObject | undefined, reading: Reading): ElementsChange['otherwise'] {
  return element !== undefined && reading.mode === 'tolerant' ? element : 'refuse';
}

/** The object for an element that a filter names; in tolerant mode it need not repeat what the filter says. */
function readOneElement(value: unknown, named: ScimObject, { path, at }: Target, reading: Reading): ScimObject {
  const [single, ...more] = Array.isArray(value) ? (value as readonly unknown[]) : [value];
  if (Array.isArray(value)) tolerate(reading, 'single_as_list', () => invalidValue(at, 'must be an object'));
  if (!isObject(single) || more.length > 0) throw invalidValue(at, 'must be an object with sub-attributes');
  const said = new Set(Object.keys(single).map((name) => name.toLowerCase()));
  const unsaid = Object.entries(named).filter(([name]) => !said.has(name.toLowerCase()));
  const whole = reading.mode === 'tolerant' ? { ...Object.fromEntries(unsaid), ...single } : single;
  return (readElement(whole, path.attribute, at, reading) ?? {}) as ScimObject;
}

/** What an element must be by `a eq x and b eq y`; undefined when the filter says it otherwise. */
function equalities(filter: Filter): ScimObject | undefined {
  if (filter.kind === 'and') {
    const parts = filter.terms.map(equalities);
    const names = parts.flatMap((part) => Object.keys(part ?? {}));
    if (parts.includes(undefined) || new Set(names).size < names.length) return undefined;
    return Object.assign({}, ...parts) as ScimObject;
  }
  if (filter.kind !== 'compare' || filter.operator !== 'eq') return undefined;
  const { name, type, multiValued } = filter.path.attribute;
  const value = type === 'dateTime' ? new Date(Number(filter.value)).toISOString() : filter.value;
  return { [name]: multiValued ? [value] : value };
}

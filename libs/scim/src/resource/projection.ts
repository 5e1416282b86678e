import { ScimError } from '../errors.ts';
import type { ScimObject, ScimValue } from '../resource.ts';
import type { Attribute } from '../schema/attribute.ts';
import type { ResourceSchemas } from '../schema/registry.ts';
import { isObject } from './reading.ts';

/** In `attributes` or `excludedAttributes`; more names than any resource has. */
const MAX_NAMES = 500;
const MAX_LENGTH = 16_384;

/** Which attributes of a resource a response has (RFC 7644 §3.9). */
export interface Projection {
  /** Whether any part of a top-level attribute is in the response: ask before reading members or groups. */
  wants(name: string): boolean;
  /** What is left of a presented resource. */
  project(presented: ScimObject): ScimObject;
}

/** Either as in a query, names with commas, or as in a SearchRequest, a list. UNVERIFIED. */
export interface ProjectionParameters {
  readonly attributes?: string | readonly string[] | undefined;
  readonly excludedAttributes?: string | readonly string[] | undefined;
}

/**
 * `attributes`: the attributes that are always returned, and those named; `excludedAttributes`: the default ones without those named;
 * neither: the default ones. A name can be an attribute, a sub-attribute, either with a URN, or the URN of a whole schema. A filter in
 * brackets is left out, as in `emails[type eq "work"]`; names that the resource type does not have are ignored.
 *
 * @throws ScimError invalidValue when both are given, or one is too long
 */
export function readProjection(
  { attributes, excludedAttributes }: ProjectionParameters,
  resource: ResourceSchemas,
): Projection {
  if (!attributes?.length && !excludedAttributes?.length) return wholeOf(resource);
  const named = namesIn(attributes, 'attributes');
  const excluded = namesIn(excludedAttributes, 'excludedAttributes');
  if (named.length > 0 && excluded.length > 0) {
    throw new ScimError(400, 'invalidValue', 'attributes and excludedAttributes exclude each other; send one of them');
  }
  if (named.length > 0) return projection(resource, onlyThese(selection(named, resource)));
  return projection(resource, allBut(selection(excluded, resource)));
}

/** What nearly all requests ask for, so it is made once. */
const wholes = new WeakMap<ResourceSchemas, Projection>();

function wholeOf(resource: ResourceSchemas): Projection {
  const made = wholes.get(resource) ?? projection(resource, allBut(new Map()));
  wholes.set(resource, made);
  return made;
}

/** true = as a whole; else the sub-attributes that are meant. Attributes are one object each, so they are their own keys. */
type Selection = ReadonlyMap<Attribute, true | ReadonlySet<Attribute>>;

/** Whether an attribute, or a sub-attribute of one, is returned. */
type Returns = (attribute: Attribute, sub?: Attribute) => boolean;

function onlyThese(named: Selection): Returns {
  return (attribute, sub) => {
    const { returned } = sub ?? attribute;
    const said = named.get(attribute);
    if (returned === 'never' || (said === undefined && attribute.returned !== 'always')) return false;
    if (!sub || returned === 'always') return true;
    return said === true || said === undefined ? returned === 'default' : said.has(sub);
  };
}

function allBut(excluded: Selection): Returns {
  return (attribute, sub) => {
    const { returned } = sub ?? attribute;
    if (returned !== 'default') return returned === 'always';
    const said = excluded.get(attribute);
    return sub ? !(said instanceof Set && said.has(sub)) : said !== true;
  };
}

function projection(resource: ResourceSchemas, returns: Returns): Projection {
  // a page asks the same of each of its resources, so it is answered once
  const core = picks(resource.attributes, returns).filter(({ name }) => name !== 'meta');
  const meta = picks(resource.attributes, returns).filter(({ name }) => name === 'meta');
  const extensions = resource.type.extensions.map(
    ({ schema }) => [schema.id, picks(schema.attributes, returns)] as const,
  );
  const project = (presented: ScimObject): ScimObject => {
    const left = pick(presented, core, {});
    for (const [urn, attributes] of extensions) {
      const own = presented[urn];
      const inside = isObject(own) ? pick(own as ScimObject, attributes, {}) : {};
      if (!isEmpty(inside)) left[urn] = inside;
    }
    return pick(presented, meta, left);
  };
  const wants = (name: string) => {
    const path = resource.attribute(name);
    return path !== undefined && returns(path.attribute);
  };
  return { wants, project };
}

/** An attribute that is returned, with those of its sub-attributes that are; undefined = it has none. */
interface Pick {
  readonly name: string;
  readonly subs: readonly string[] | undefined;
}

function picks(attributes: readonly Attribute[], returns: Returns): readonly Pick[] {
  return attributes
    .filter((attribute) => returns(attribute))
    .map((attribute) => {
      const { name, subAttributes } = attribute;
      return { name, subs: subAttributes?.filter((sub) => returns(attribute, sub)).map((sub) => sub.name) };
    });
}

function pick(
  from: ScimObject,
  attributes: readonly Pick[],
  picked: Record<string, ScimValue>,
): Record<string, ScimValue> {
  for (const { name, subs } of attributes) {
    const value = from[name];
    if (value === undefined) continue;
    const left = subs ? pickInside(value, subs) : value;
    if (left !== undefined) picked[name] = left;
  }
  return picked;
}

function isEmpty(object: object): boolean {
  for (const _ in object) return false;
  return true;
}

/** @returns undefined when nothing is left */
function pickInside(value: ScimValue, subs: readonly string[]): ScimValue | undefined {
  if (Array.isArray(value)) {
    const left = (value as readonly ScimValue[])
      .map((each) => pickInside(each, subs))
      .filter((each) => each !== undefined);
    return left.length > 0 ? left : undefined;
  }
  if (!isObject(value)) return value;
  // groups may have a hundred thousand members, so without anything that is made for each of them and thrown away
  const picked: Record<string, ScimValue> = {};
  let isNothing = true;
  for (const name of subs) {
    const inside = (value as ScimObject)[name];
    if (inside === undefined) continue;
    picked[name] = inside;
    isNothing = false;
  }
  return isNothing ? undefined : picked;
}

function namesIn(unverified: string | readonly string[] | undefined, parameter: string): readonly string[] {
  const text = typeof unverified === 'string' ? unverified : (unverified ?? []).join(',');
  if (text.length > MAX_LENGTH)
    throw new ScimError(400, 'invalidValue', `${parameter} has more than ${MAX_LENGTH} characters`);
  // no bracket inside of brackets, so each is looked at once; what they hold may have commas
  const names = text.replaceAll(/\[[^[\]]*\]/g, '').split(',');
  const said = names.map((name) => name.trim()).filter((name) => name !== '');
  if (said.length > MAX_NAMES)
    throw new ScimError(400, 'invalidValue', `${parameter} has more than ${MAX_NAMES} names`);
  return said;
}

function selection(names: readonly string[], resource: ResourceSchemas): Selection {
  const selected = new Map<Attribute, true | Set<Attribute>>();
  for (const name of names) {
    const path = resource.attribute(name);
    const whole = path ? undefined : resource.schema(name);
    for (const attribute of whole?.schema.attributes ?? []) selected.set(attribute, true);
    if (!path) continue;
    const { attribute, sub } = path;
    const before = selected.get(attribute);
    if (!sub) selected.set(attribute, true);
    else if (before !== true) selected.set(attribute, new Set([...(before ?? []), sub]));
  }
  return selected;
}

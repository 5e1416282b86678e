import { ScimError } from '../errors.ts';
import { isList, isObject, isUnassigned, matches, own } from '../filter/evaluate.ts';
import type { AttributePath } from '../filter/filter.ts';
import type { Quirk } from '../quirks.ts';
import type { ResourceBody, ScimObject, ScimValue } from '../resource.ts';
import { distinct } from '../resource/distinct.ts';
import { invalidValue } from '../resource/reading.ts';
import { sameValue } from '../resource/replace-body.ts';
import type { Attribute, ResourceType, Schema } from '../schema/attribute.ts';
import { tidy, without, Work } from './lists.ts';
import type { Change, ElementsChange, Patch, Step } from './patch.ts';
import { atOperation } from './read-patch.ts';

export interface Patched {
  readonly body: ResourceBody;
  /** False: the resource is as it was, so its version and lastModified stay (X8). */
  readonly changed: boolean;
  /** What was understood only when the stored resource was seen. */
  readonly quirks: readonly Quirk[];
}

/**
 * What a PATCH makes of a resource. Pure: `stored` stays as it is, and either all operations work or none does (X3).
 * Members of a group are not its business.
 * @throws {ScimError} noTarget, mutability, invalidValue, with the position of the operation
 */
export function applyPatch(
  stored: { readonly id: string; readonly body: ResourceBody },
  patch: Patch,
  type: ResourceType,
): Patched {
  const quirks = new Set<Quirk>();
  const run: Run = { id: stored.id, work: new Work(), note: (quirk) => quirks.add(quirk) };
  let body = stored.body;
  for (const change of patch.changes) body = atOperation(change.index, () => applyChange(body, change, run));
  checkExtensions(stored.body, body, type);
  const changed = !sameValue(stored.body, body);
  return { body: changed ? body : stored.body, changed, quirks: [...quirks] };
}

interface Run {
  readonly id: string;
  readonly work: Work;
  readonly note: (quirk: Quirk) => void;
}

function applyChange(body: ResourceBody, change: Change, run: Run): ResourceBody {
  switch (change.kind) {
    case 'same-id':
      if (change.id !== run.id) throw new ScimError(400, 'mutability', 'id cannot be changed');
      return body;
    case 'extension':
      return withoutExtension(body, change.schema);
    case 'value':
      return change.path.sub
        ? changePart(body, change.path, change.path.sub, change.step, run)
        : changeValue(body, change.path, change.step, run);
    case 'elements': {
      const list = asList(get(body, change.path));
      const after = changeElements(list, change, run);
      return put(body, change.path, tidy(list, after, change.path.attribute), change.action.kind === 'remove');
    }
  }
}

function withoutExtension(body: ResourceBody, { id, attributes }: Schema): ResourceBody {
  const stored = own(body, id);
  const fixed = attributes.find(
    ({ name, mutability }) => mutability === 'immutable' && isObject(stored) && own(stored, name) !== undefined,
  );
  if (fixed) throw new ScimError(400, 'mutability', `${id}:${fixed.name} cannot be changed once it has a value`);
  return assign(body, id, undefined);
}

function changeValue(body: ResourceBody, path: AttributePath, step: Step, run: Run): ResourceBody {
  const before = get(body, path);
  const after = takeStep(before, step, path.attribute, run);
  const value = path.attribute.multiValued ? tidy(asList(before), asList(after), path.attribute) : after;
  return put(body, path, value, isRemoval(step));
}

function changePart(body: ResourceBody, path: AttributePath, sub: Attribute, step: Step, run: Run): ResourceBody {
  const stored = get(body, path);
  const whole = isObject(stored) ? stored : {};
  const after = changeSub(whole, sub, step, path.attribute.name, run);
  if (sameValue(whole, after)) return body;
  // a reference is of the value beside it
  return put(body, path, sub.name === 'value' ? assign(after, '$ref', undefined) : after, isRemoval(step));
}

function changeSub(whole: ScimObject, sub: Attribute, step: Step, at: string, run: Run): ScimObject {
  const before = own(whole, sub.name);
  const taken = takeStep(before, step, sub, run);
  const after = isUnassigned(taken) ? undefined : taken;
  guard(sub, before, after, `${at}.${sub.name}`, isRemoval(step));
  return assign(whole, sub.name, after);
}

function takeStep(before: ScimValue | undefined, step: Step, attribute: Attribute, run: Run): ScimValue | undefined {
  if (step.kind === 'set') return step.value;
  const list = asList(before);
  run.work.look(step.kind === 'append' ? list.length + step.values.length : list.length * step.values.length);
  if (step.kind === 'append') return distinct([...list, ...step.values], attribute, 'last');
  return step.values.reduce<readonly ScimValue[]>((rest, value) => without(rest, value, attribute), list);
}

function isRemoval(step: Step): boolean {
  return step.kind === 'drop' || (step.kind === 'set' && step.removes);
}

function asList(value: ScimValue | undefined): readonly ScimValue[] {
  if (isList(value)) return value;
  return value === undefined ? [] : [value];
}

function changeElements(list: readonly ScimValue[], change: ElementsChange, run: Run): readonly ScimValue[] {
  const { action, filter, otherwise, path } = change;
  run.work.look(list.length);
  const isMeant = (element: ScimValue): element is ScimObject => isObject(element) && matches(filter, element);
  if (!list.some(isMeant)) {
    if (otherwise === 'nothing') return list;
    if (otherwise === 'refuse')
      throw new ScimError(400, 'noTarget', `no value of ${path.attribute.name} satisfies the filter`);
    run.note('element_made');
    return distinct([...list, otherwise], path.attribute);
  }
  if (action.kind === 'remove') return list.filter((element) => !isMeant(element));
  const after = list.map((element) =>
    isMeant(element) ? changeElement(element, action, path.attribute, run) : element,
  );
  return distinct(after, path.attribute);
}

function changeElement(
  element: ScimObject,
  action: Exclude<ElementsChange['action'], { kind: 'remove' }>,
  attribute: Attribute,
  run: Run,
): ScimObject {
  if (action.kind === 'part') return changeSub(element, action.sub, action.step, attribute.name, run);
  const after = action.kind === 'merge' ? { ...element, ...action.value } : action.value;
  guardParts(element, after, attribute);
  return after;
}

function get(body: ResourceBody, { extension, attribute }: AttributePath): ScimValue | undefined {
  const holder = extension === undefined ? body : own(body, extension);
  return isObject(holder) ? own(holder, attribute.name) : undefined;
}

function put(body: ResourceBody, path: AttributePath, given: ScimValue | undefined, removes: boolean): ResourceBody {
  const { extension, attribute } = path;
  const before = get(body, path);
  const value = isUnassigned(given) ? undefined : given;
  guard(attribute, before, value, extension === undefined ? attribute.name : `${extension}:${attribute.name}`, removes);
  if (isObject(before)) guardParts(before, isObject(value) ? value : {}, attribute);
  if (value !== undefined) checkParts(value, attribute);
  if (extension === undefined) return assign(body, attribute.name, value);
  const stored = own(body, extension);
  const after = assign(isObject(stored) ? stored : {}, attribute.name, value);
  return assign(body, extension, isUnassigned(after) ? undefined : after);
}

/** @throws {ScimError} when the attribute may not change like this */
function guard(
  attribute: Attribute,
  before: ScimValue | undefined,
  after: ScimValue | undefined,
  at: string,
  removes: boolean,
): void {
  if (sameValue(before, after)) return;
  if (attribute.mutability === 'immutable' && before !== undefined)
    throw new ScimError(400, 'mutability', `${at} cannot be changed once it has a value`);
  const isBlank = after === undefined || (typeof after === 'string' && after.trim() === '');
  // without `active` a user is active: to take it would let somebody in without saying so
  if (!isBlank || !(attribute.required || at === 'active')) return;
  if (removes) throw new ScimError(400, 'mutability', `${at} cannot be removed`);
  throw invalidValue(at, 'is required');
}

function guardParts(before: ScimObject, after: ScimObject, { name, subAttributes = [] }: Attribute): void {
  for (const sub of subAttributes) {
    if (sub.mutability === 'immutable')
      guard(sub, own(before, sub.name), own(after, sub.name), `${name}.${sub.name}`, false);
  }
}

/** The sub-attributes that a value must have. */
function checkParts(value: ScimValue, { name, subAttributes = [] }: Attribute): void {
  const required = subAttributes.filter((sub) => sub.required);
  if (required.length === 0) return;
  for (const element of asList(value)) {
    const missing = required.find((sub) => !isObject(element) || element[sub.name] === undefined);
    if (missing) throw invalidValue(`${name}.${missing.name}`, 'is required');
  }
}

/** An extension that the resource gets must be whole; one that it has is not judged anew by what was not asked. */
function checkExtensions(before: ResourceBody, after: ResourceBody, type: ResourceType): void {
  for (const { schema, required } of type.extensions) {
    const [had, has] = [before[schema.id], after[schema.id]];
    if (required && had !== undefined && has === undefined)
      throw new ScimError(400, 'mutability', `${schema.id} cannot be removed: every user has this extension`);
    if (had !== undefined || !isObject(has)) continue;
    const missing = schema.attributes.find(({ name, required: must }) => must && has[name] === undefined);
    if (missing) throw invalidValue(`${schema.id}:${missing.name}`, 'is required');
  }
}

function assign(object: ScimObject, name: string, value: ScimValue | undefined): ScimObject {
  if (value !== undefined) return { ...object, [name]: value };
  if (!Object.hasOwn(object, name)) return object;
  return Object.fromEntries(Object.entries(object).filter(([key]) => key !== name));
}

import { ignoreUnknown } from './read-value.ts';
import { entriesOf, invalidSyntax, invalidValue, isObject, tolerate } from './reading.ts';
import type { Reading } from './reading.ts';

/** In one request; a larger group is filled by several. */
export const MAX_MEMBERS = 50_000;
/** Longer than any id that was ever given out here. */
const MAX_ID = 256;

/**
 * The ids of members that a client sends, each once; whether they are of anybody is not known here. Only `value` counts:
 * `$ref`, `display` and `type` may be missing, null or wrong (X18), save that a group is refused as a member.
 *
 * @param reading - of the resource type Group
 * @returns undefined = nothing was said of members; null, an empty text or list = no members
 * @throws ScimError invalidValue, invalidSyntax
 */
export function readMembers(unverified: unknown, at: string, reading: Reading): readonly string[] | undefined {
  if (unverified === undefined) return undefined;
  if (unverified === null || unverified === '') return [];
  if (!Array.isArray(unverified)) {
    tolerate(reading, 'list_as_single', () => invalidValue(at, 'must be a list'));
    return readMembers([unverified], at, reading);
  }
  if (unverified.length > MAX_MEMBERS) {
    throw invalidValue(at, `must not have more than ${MAX_MEMBERS} values in one request; send the rest with PATCH`);
  }
  return [
    ...new Set((unverified as readonly unknown[]).map((each, index) => readMember(each, `${at}[${index}]`, reading))),
  ];
}

function readMember(unverified: unknown, at: string, reading: Reading): string {
  if (typeof unverified === 'string') {
    tolerate(reading, 'value_as_text', () => invalidValue(at, 'must be an object with value'));
    return readId(unverified, at);
  }
  if (!isObject(unverified)) throw invalidValue(at, 'must be an object with value');
  const members = reading.resource.attribute('members')?.attribute;
  const said = new Map<string, unknown>();
  let unknown: string | undefined;
  for (const [key, value] of entriesOf(unverified, at)) {
    const sub = members && reading.resource.sub(members, key);
    if (!sub) unknown ??= key;
    else if (said.has(sub.name)) throw invalidSyntax(`${at}.${sub.name} is there twice`);
    else said.set(sub.name, value);
  }
  // one of each member, without its position: there may be a hundred thousand members and a million names
  if (unknown !== undefined) ignoreUnknown(unknown, 'members', reading);
  if (isGroup(said)) throw invalidValue(at, 'is a group; groups in groups are not supported, send its users');
  return readId(said.get('value'), `${at}.value`);
}

function readId(unverified: unknown, at: string): string {
  if (unverified === undefined || unverified === null || unverified === '') throw invalidValue(at, 'is required');
  if (typeof unverified !== 'string') throw invalidValue(at, 'must be text: the id of a user');
  if (unverified.length > MAX_ID || unverified.includes('\0') || !unverified.isWellFormed()) {
    throw invalidValue(at, 'is no id of a user');
  }
  return unverified;
}

function isGroup(said: ReadonlyMap<string, unknown>): boolean {
  const type = said.get('type');
  const reference = said.get('$ref');
  return (
    (typeof type === 'string' && type.toLowerCase() === 'group') ||
    (typeof reference === 'string' && /(^|\/)Groups\/[^/]+$/.test(reference))
  );
}

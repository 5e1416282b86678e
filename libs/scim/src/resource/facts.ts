import type { ResourceBody, ScimObject, ScimValue } from '../resource.ts';
import type { Attribute, Schema } from '../schema/attribute.ts';
import { ACCOUNTS_SCHEMA } from '../schema/extensions.ts';
import type { ResourceSchemas } from '../schema/registry.ts';
import { elementsOf, emailOf, textOf } from './keys.ts';
import { isObject } from './reading.ts';

/** What a group says of its members. */
export interface GroupOfUser {
  readonly groupId: string;
  readonly displayName: string;
  readonly externalId?: string | undefined;
  /** Names that it had and that no other group has now: a rename keeps what the former name gave. */
  readonly formerNames: readonly string[];
}

/** Lists whose values rules may want; the others (telephone numbers, photos, certificates …) are nobody's reason for access. */
const LISTS = ['emails', 'roles', 'entitlements'];

/**
 * What the directory says of a user, as facts for the rules (name → values):
 * - each single-valued attribute under its path: `title`, `name.familyName`; of an extension under `department` and
 *   `urn:…:User:department`, also its lists;
 * - the profile: `email`, `givenName`, `familyName`, `displayName`;
 * - `emails`, `roles`, `entitlements`: their values;
 * - `groups`: names of the user's groups, then names that these had; `groupIds`: their ids and externalIds. Both always, so that a
 *   user in no group is known to be in none;
 * - per entry of `accounts` its role map in JSON under the account's name (no role when inactive), and `<name>.teams`.
 *
 * A name that a user's own attributes, the profile or the groups can have is never taken by an extension or by an account.
 * Not bounded: check the result (`DIRECTORY_FACT_LIMITS` of role-mapping).
 */
export function factsOfUser(
  body: ResourceBody,
  groups: readonly GroupOfUser[],
  { type }: ResourceSchemas,
): ReadonlyMap<string, readonly string[]> {
  const facts = new Map<string, readonly string[]>();
  const core = type.schema.attributes;
  const names = (values: readonly (string | undefined)[]) => [
    ...new Set(values.filter((value) => value !== undefined)),
  ];
  const externalId = textOf(body['externalId']);
  if (externalId !== undefined) facts.set('externalId', [externalId]);
  sayAttributes(
    body,
    core,
    (name, values) => facts.set(name, values),
    (attribute) => LISTS.includes(attribute.name),
  );
  for (const [name, value] of Object.entries(profileOf(body))) facts.set(name, [value]);
  facts.set(
    'groups',
    names([...groups.map((group) => group.displayName), ...groups.flatMap((group) => group.formerNames)]),
  );
  facts.set('groupIds', names(groups.flatMap((group) => [group.groupId, group.externalId])));

  const own = ownNames(type.schema);
  const sayMore = (name: string, values: readonly string[]) => {
    if (!own.has(name) && !facts.has(name)) facts.set(name, values);
  };
  for (const { schema } of type.extensions) {
    const extension = body[schema.id];
    if (schema.id === ACCOUNTS_SCHEMA || !isObject(extension)) continue;
    sayAttributes(extension as ScimObject, schema.attributes, (name, values) => {
      facts.set(`${schema.id}:${name}`, values);
      sayMore(name, values);
    });
  }
  for (const account of elementsOf(asObject(body[ACCOUNTS_SCHEMA]), 'accounts')) sayAccount(account, sayMore);
  return facts;
}

/** Names that nobody takes from the user's own attributes and the profile; those of the core schema are made once. */
const ownNamesOf = new WeakMap<Schema, ReadonlySet<string>>();

function ownNames(core: Schema): ReadonlySet<string> {
  const made =
    ownNamesOf.get(core) ?? new Set([...core.attributes.map(({ name }) => name), 'id', 'externalId', ...PROFILE]);
  ownNamesOf.set(core, made);
  return made;
}

const PROFILE = ['email', 'givenName', 'familyName', 'displayName'] as const;

/** The profile of a user; a field is absent when nothing is said of it. */
export function profileOf(body: ResourceBody): Readonly<Partial<Record<(typeof PROFILE)[number], string>>> {
  const name = asObject(body['name']);
  const email = emailOf(body);
  const [givenName, familyName] = [textOf(name['givenName']), textOf(name['familyName'])];
  const displayName = textOf(body['displayName']) ?? textOf(name['formatted']);
  return {
    ...(email !== undefined && { email }),
    ...(givenName !== undefined && { givenName }),
    ...(familyName !== undefined && { familyName }),
    ...(displayName !== undefined && { displayName }),
  };
}

type Say = (name: string, values: readonly string[]) => void;

function sayAttributes(
  said: ScimObject,
  attributes: readonly Attribute[],
  say: Say,
  isList: (attribute: Attribute) => boolean = () => true,
): void {
  for (const attribute of attributes) {
    const value = said[attribute.name];
    if (value === undefined || attribute.type === 'binary') continue;
    if (attribute.multiValued) {
      const values = isList(attribute) && Array.isArray(value) ? (value as readonly ScimValue[]).flatMap(scalar) : [];
      if (values.length > 0) say(attribute.name, values);
    } else if (isObject(value)) {
      for (const sub of attribute.subAttributes ?? []) {
        const inside = value[sub.name] as ScimValue | undefined;
        const values = (Array.isArray(inside) ? (inside as readonly ScimValue[]) : [inside]).flatMap(scalar);
        if (values.length > 0) say(`${attribute.name}.${sub.name}`, values);
      }
    } else say(attribute.name, scalar(value));
  }
}

/** A value as rules read it: text; of an element its `value`. */
function scalar(value: ScimValue | undefined): readonly string[] {
  if (isObject(value)) return scalar(value['value'] as ScimValue | undefined);
  if (value === null || value === undefined || typeof value === 'object') return [];
  return [String(value)];
}

function sayAccount(account: ScimObject, say: Say): void {
  const name = textOf(account['value']);
  if (name === undefined) return;
  const list = (value: ScimValue | undefined) =>
    Array.isArray(value) ? (value as readonly ScimValue[]).flatMap(scalar) : [];
  const isActive = textOf(account['status'])?.toLowerCase() !== 'inactive';
  say(name, [JSON.stringify({ roles: isActive ? list(account['roles']) : [] })]);
  if (isActive && account['teams'] !== undefined) say(`${name}.teams`, list(account['teams']));
}

function asObject(value: ScimValue | undefined): ScimObject {
  return isObject(value) ? (value as ScimObject) : {};
}

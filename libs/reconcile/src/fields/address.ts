import type { Json } from '@rolecall/org-config';

export type JsonObject = { readonly [key: string]: Json };

/** True for maps, false for lists and scalars. */
export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Appends one key to a JSON pointer (RFC 6901 escapes). */
export function pointerTo(parent: string, key: string): string {
  return `${parent}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`;
}

/** The keys of a JSON pointer, unescaped. */
export function keysOf(pointer: string): string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/**
 * Where the document's shape goes on below: a map that appears or disappears here is shown entry by entry. Everywhere
 * else (`*` = any key) an entry that appears or disappears is shown as one value.
 */
const STRUCTURE = new Set([
  '',
  '/metadata',
  '/metadata/labels',
  '/spec',
  '/spec/emailDomains',
  '/spec/scopes',
  '/spec/roles',
  '/spec/groups',
  '/spec/identityProviders',
  '/spec/login',
  '/spec/login/session',
  '/spec/jit',
  '/spec/jit/defaults',
  '/spec/jit/defaults/grants',
  '/spec/authorization',
  '/spec/authorization/mappingRoles',
  '/spec/authorization/rules',
  '/spec/authorization/accountAttributes',
  '/spec/scim',
  '/spec/scim/brake',
  '/spec/scim/tokens',
  '/spec/scim/extension',
  '/spec/scim/extension/attributes',
  '/spec/applications',
  '/spec/tests',
  // of the deployment's document
  '/spec/trustedIssuers',
]);

/** Who is trusted is shown setting by setting: nothing of it may be behind the end of a line. */
const TRUSTED_ISSUER = /^\/spec\/trustedIssuers\/[^/]+(?:\/conditions)?$/;

export function isStructure(pointer: string): boolean {
  return STRUCTURE.has(pointer) || TRUSTED_ISSUER.test(pointer);
}

/** Maps that switch something on by being there: one without entries is another document than none. */
const SWITCHES = new Set(['/spec/scim']);

export function isSwitch(pointer: string): boolean {
  return SWITCHES.has(pointer);
}

/** Whether a map without entries means the same here as none. */
export function isMereStructure(pointer: string): boolean {
  return isStructure(pointer) && !isSwitch(pointer);
}

/** Lists whose entries have a `name`: they are compared and addressed by it, since an index means nothing to a reader. */
export const NAMED_LISTS: readonly string[] = ['/spec/authorization/rules', '/spec/tests'];

export function isNamedList(pointer: string): boolean {
  return NAMED_LISTS.includes(pointer);
}

/** Maps and named lists whose entries stand for something by themselves: one that nobody declared is `unmanaged`. */
const ENTRY_MAPS = new Set([
  '/spec/emailDomains',
  '/spec/scopes',
  '/spec/roles',
  '/spec/groups',
  '/spec/identityProviders',
  '/spec/login/exemptions',
  '/spec/jit/defaults/grants',
  '/spec/authorization/mappingRoles',
  '/spec/authorization/rules',
  '/spec/authorization/accountAttributes',
  '/spec/scim/tokens',
  '/spec/scim/extension/attributes',
  '/spec/applications',
]);

export function isEntryMap(pointer: string): boolean {
  return ENTRY_MAPS.has(pointer);
}

/** Whether the value at `holder` has the one at `pointer` in it, or is it. The pointer of a named list stands for its order alone. */
export function covers(holder: string, pointer: string): boolean {
  return pointer === holder || (pointer.startsWith(`${holder}/`) && !isNamedList(holder));
}

/** Whether one of two values is in the other. */
export function overlap(one: string, other: string): boolean {
  return covers(one, other) || covers(other, one);
}

/** Maps whose entries may say `previously`. */
export const RENAMEABLE_MAPS = [
  '/spec/scopes',
  '/spec/roles',
  '/spec/groups',
  '/spec/identityProviders',
  '/spec/authorization/mappingRoles',
  '/spec/scim/tokens',
  '/spec/applications',
] as const;
export type RenameableMap = (typeof RENAMEABLE_MAPS)[number];

/** The value at a pointer whose keys are map keys, or undefined. */
export function valueAt(value: Json | undefined, pointer: string): Json | undefined {
  return keysOf(pointer).reduce<Json | undefined>(
    (inner, key) => (isObject(inner) && Object.hasOwn(inner, key) ? inner[key] : undefined),
    value,
  );
}

import { BUILT_IN_ROLES } from '@rolecall/org-config';
import type { OrganizationDocument } from '@rolecall/org-config';
import type { GrantSource, Role } from '@rolecall/persistence';
import { placeOf } from '@rolecall/reconcile';
import type { RevisionOrigin } from '@rolecall/reconcile';

/** An entry of a document that gives roles. */
export interface GivingEntry {
  /** For people: `rule "admins"`. */
  readonly what: string;
  /** JSON pointer. */
  readonly pointer: string;
}

type Kind = Exclude<GrantSource['kind'], 'app'>;
const POLICY = '/spec/authorization';
const WORDS: Readonly<Record<Kind, string>> = {
  rule: 'rule',
  mappingRole: 'mapping role',
  accountAttribute: 'account attribute',
  default: 'default',
};

/** The entry that a source names, where the document has it. */
export function entryOf({ spec }: OrganizationDocument, source: GrantSource): GivingEntry | undefined {
  if (source.kind === 'app') return undefined;
  const { kind, name } = source;
  const what = kind === 'default' ? 'jit.defaults' : `${WORDS[kind]} "${name}"`;
  const { rules = [], mappingRoles = {}, accountAttributes = {} } = spec.authorization ?? {};
  if (kind === 'default') return { what, pointer: '/spec/jit/defaults' };
  if (kind === 'mappingRole')
    return Object.hasOwn(mappingRoles, name) ? { what, pointer: keyed('mappingRoles', name) } : undefined;
  if (kind === 'accountAttribute')
    return Object.hasOwn(accountAttributes, name) ? { what, pointer: keyed('accountAttributes', name) } : undefined;
  const index = rules.findIndex((rule) => rule.name === name);
  return index < 0 ? undefined : { what, pointer: `${POLICY}/rules/${index}` };
}

/** The entries of a document that can give a role; an account attribute gives every role on its scope. */
export function entriesGiving({ spec }: OrganizationDocument, { scope, role }: Role): readonly GivingEntry[] {
  const { rules = [], mappingRoles = {}, accountAttributes = {} } = spec.authorization ?? {};
  const gives = (grants: Readonly<Record<string, readonly string[]>> = {}) =>
    Object.hasOwn(grants, scope) && grants[scope]?.includes(role) === true;
  return [
    ...Object.entries(mappingRoles).flatMap(([name, { grants }]) =>
      gives(grants) ? [{ what: `mapping role "${name}"`, pointer: keyed('mappingRoles', name) }] : [],
    ),
    ...rules.flatMap(({ name, grants }, index) =>
      gives(grants) ? [{ what: `rule "${name}"`, pointer: `${POLICY}/rules/${index}` }] : [],
    ),
    ...Object.entries(accountAttributes).flatMap(([name, of]) =>
      of === scope ? [{ what: `account attribute "${name}"`, pointer: keyed('accountAttributes', name) }] : [],
    ),
  ];
}

/** Entries with where each stands: `rule "admins" (https://git.example/config@0a1b2c3 acme.yaml:21)`. */
export function inWords(entries: readonly GivingEntry[], origin: RevisionOrigin | undefined): string {
  return entries
    .map(({ what, pointer }) => {
      const place = origin === undefined ? '' : placeOf(pointer, origin);
      return place === '' ? what : `${what} (${place})`;
    })
    .join(', ');
}

/** Whether the organization has this role on this scope; what is wrong with it, else. */
export function undeclared(
  { spec }: OrganizationDocument,
  { scope, role }: Role,
): 'unknown_scope' | 'unknown_role' | undefined {
  if (!Object.hasOwn(spec.scopes ?? {}, scope)) return 'unknown_scope';
  const isBuiltIn = BUILT_IN_ROLES.some((known) => known === role);
  return isBuiltIn || Object.hasOwn(spec.roles ?? {}, role) ? undefined : 'unknown_role';
}

function keyed(map: string, name: string): string {
  return `${POLICY}/${map}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
}

/** Scope -> roles, e.g. `{ "account/main": ["member"] }`. */
export type GrantSet = Readonly<Record<string, readonly string[]>>;

/** What a mapping role, a rule or the defaults give. */
export interface Giving {
  readonly grants?: GrantSet;
  readonly groups?: readonly string[];
}

/** Exactly one operator beside `attribute`, or `cel` alone. String comparisons are case-sensitive, over every value. */
export type Condition =
  | { readonly attribute: string; readonly equals: string }
  | { readonly attribute: string; readonly in: readonly string[] }
  | { readonly attribute: string; readonly startsWith: string }
  | { readonly attribute: string; readonly present: boolean }
  | { readonly cel: string };

export interface Rule extends Giving {
  readonly name: string;
  readonly when: Condition;
}

/**
 * Everything of an organization's document that decides grants and groups: `authorization`, `jit.defaults` and the names
 * that exist. Made by org-config's `policyOf()`; role-mapping never sees the document itself.
 */
export interface MappingPolicy {
  /** idp: grants come only from the mapping, at every login. app: defaults at creation, then edited in the app. */
  readonly managedBy: 'idp' | 'app';
  /** What happens to a user whom nothing matches (managedBy idp). */
  readonly unmatched: 'refuse' | 'defaults';
  /** Matched by name against the values of the attribute `role_mapping`. */
  readonly mappingRoles: Readonly<Record<string, Giving>>;
  readonly rules: readonly Rule[];
  /** Attribute name -> scope. The attribute's value is a role map in JSON; `{}` = no access to that scope. */
  readonly accountAttributes: Readonly<Record<string, string>>;
  readonly defaults: Giving;
  /** Names that exist, built-in roles included; a role map that names another role is refused. */
  readonly roles: readonly string[];
}

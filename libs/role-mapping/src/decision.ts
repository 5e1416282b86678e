/** Why a grant or a membership is given: the entry of the policy, and the fact that matched. */
export interface Evidence {
  readonly kind: 'mappingRole' | 'rule' | 'accountAttribute' | 'default';
  /** The mapping role's, rule's or account attribute's name; for defaults `jit.defaults`. */
  readonly name: string;
  /** The attribute whose value matched; absent for defaults and CEL. */
  readonly attribute?: string;
  readonly value?: string;
}

export interface DecidedGrant {
  readonly scope: string;
  readonly role: string;
  /** Every source that gives it, at least one, in policy order. */
  readonly sources: readonly Evidence[];
}

export interface DecidedMembership {
  readonly group: string;
  readonly sources: readonly Evidence[];
}

/** What the facts say of the person; each field only when a fact says it, first value, trimmed. */
export interface Profile {
  readonly email?: string;
  readonly givenName?: string;
  readonly familyName?: string;
  readonly displayName?: string;
}

/** One entry of the policy and whether it matched; every entry appears exactly once, in policy order. */
export interface TraceEntry {
  readonly kind: Evidence['kind'];
  readonly name: string;
  readonly matched: boolean;
  /** One sentence: what was wanted and what was found. May contain values of facts: never log it. */
  readonly why: string;
}

/** Stable codes of a refusal; each is a login error. */
export type RefusalCode =
  | 'missing_role_mapping' // mapping roles exist, `role_mapping` is absent, nothing else matched
  | 'unmatched_role' // `role_mapping` has values, none is a mapping role, nothing else matched
  | 'no_rule_matched' // no mapping roles exist, and no rule or account attribute matched
  | 'no_access' // something matched, and it says: no access to any scope
  | 'invalid_role_map' // an account attribute's value is not a role map
  | 'unknown_role'; // a role map names a role that does not exist

export interface Refusal {
  readonly code: RefusalCode;
  /** For the operator: names the attribute, the value got and the values known. */
  readonly reason: string;
  readonly attribute?: string;
  readonly got?: readonly string[];
  readonly known?: readonly string[];
}

export type Decision =
  | {
      readonly outcome: 'granted';
      /** replace: these are all of the user's grants now. at-creation: given once, to a new user only (managedBy app). */
      readonly applies: 'replace' | 'at-creation';
      readonly profile: Profile;
      /** Sorted by scope, then role; each pair once. */
      readonly grants: readonly DecidedGrant[];
      /** Sorted by group; each once. */
      readonly groups: readonly DecidedMembership[];
      readonly trace: readonly TraceEntry[];
    }
  | {
      readonly outcome: 'refused';
      readonly refusal: Refusal;
      readonly profile: Profile;
      readonly trace: readonly TraceEntry[];
    };

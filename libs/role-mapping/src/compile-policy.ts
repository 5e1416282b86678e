import { compileCel, type CelCondition, type CelErrorCode } from './cel.ts';
import type { Evidence, TraceEntry } from './decision.ts';
import type { Condition, Giving, MappingPolicy } from './policy.ts';
import { PrefixIndex } from './prefix-index.ts';
import { found, listing, quote } from './wording.ts';

/** The attribute whose values are compared with the names of mapping roles. */
export const ROLE_MAPPING = 'role_mapping';

/** A policy that cannot be compiled: which rule, and what is wrong with its expression. */
export class PolicyError extends Error {
  override readonly name = 'PolicyError';

  constructor(
    readonly code: CelErrorCode,
    /** The rule's name. */
    readonly rule: string,
    message: string,
    /** Offset in the expression, in UTF-16 units, where it is known. */
    readonly at?: number,
  ) {
    super(`Rule ${quote(rule)}: ${message}`);
  }
}

/** What an entry gives, flattened: each scope once, each role once. */
export interface Gives {
  readonly grants: readonly { readonly scope: string; readonly roles: readonly string[] }[];
  readonly groups: readonly string[];
}

/** How an entry's facts are tested. `value` entries (equals, in, startsWith) are found through CompiledPolicy.indexes. */
export type Test =
  | { readonly kind: 'value'; readonly attribute: string }
  | { readonly kind: 'present'; readonly attribute: string; readonly present: boolean }
  | { readonly kind: 'cel'; readonly condition: CelCondition };

/** A mapping role or a rule. */
export interface Entry {
  readonly kind: 'mappingRole' | 'rule';
  readonly name: string;
  readonly test: Test;
  readonly gives: Gives;
  /** Beginnings of the sentences that say why it matched and why it did not. */
  readonly has: string;
  readonly wants: string;
  /** The whole trace entry for an absent attribute: the most frequent one, so it is made once. */
  readonly absent: TraceEntry;
}

/** An account attribute: its values are role maps for `scope`. */
export interface AccountEntry {
  readonly attribute: string;
  readonly scope: string;
  readonly absent: TraceEntry;
}

/** Which places in `entries` a value of the attribute matches. */
export interface AttributeIndex {
  readonly attribute: string;
  readonly exact: ReadonlyMap<string, readonly number[]>;
  readonly prefixes: PrefixIndex;
}

/** A policy prepared for `decide`. Opaque: made by `compilePolicy`, immutable, safe to keep per organization revision. */
export interface CompiledPolicy {
  readonly managedBy: MappingPolicy['managedBy'];
  readonly unmatched: MappingPolicy['unmatched'];
  /** Mapping roles sorted by name, then rules in document order. */
  readonly entries: readonly Entry[];
  /** One per attribute that is compared: a decision looks each value up once, however many rules there are. */
  readonly indexes: readonly AttributeIndex[];
  readonly accounts: readonly AccountEntry[];
  readonly mappingRoleNames: readonly string[];
  readonly ruleNames: readonly string[];
  readonly defaults: Gives;
  readonly roles: ReadonlySet<string>;
}

/** Compares by UTF-16 unit: the same order on every machine, unlike a locale's. */
const byCodeUnit = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

const sortedEntries = <T>(record: Readonly<Record<string, T>>): [string, T][] =>
  Object.entries(record).sort(([a], [b]) => byCodeUnit(a, b));

/**
 * Prepares a policy for many decisions. Maps of the policy are sets: their key order has no effect.
 *
 * @throws PolicyError for a CEL expression that does not parse, does not type-check, or is beyond CEL_LIMITS
 */
export function compilePolicy(policy: MappingPolicy): CompiledPolicy {
  const mappingRoles = sortedEntries(policy.mappingRoles);
  const conditions: { kind: Entry['kind']; name: string; when: Condition; giving: Giving }[] = [
    ...mappingRoles.map(([name, giving]) => {
      return { kind: 'mappingRole' as const, name, when: { attribute: ROLE_MAPPING, equals: name }, giving };
    }),
    ...policy.rules.map((rule) => ({ kind: 'rule' as const, name: rule.name, when: rule.when, giving: rule })),
  ];
  const entries = conditions.map(({ kind, name, when, giving }): Entry => {
    const wants = `wants ${wanted(when)}; `;
    const attribute = 'attribute' in when ? when.attribute : '';
    const absent = traceOfAbsent(kind, name, wants, attribute);
    return {
      kind,
      name,
      test: testOf(name, when),
      gives: flatten(giving),
      has: `${quote(attribute)} has `,
      wants,
      absent,
    };
  });
  const accounts = sortedEntries(policy.accountAttributes).map(([attribute, scope]): AccountEntry => {
    return { attribute, scope, absent: traceOfAbsent('accountAttribute', attribute, 'wants a role map; ', attribute) };
  });
  return {
    managedBy: policy.managedBy,
    unmatched: policy.unmatched,
    entries,
    indexes: indexesOf(conditions.map(({ when }) => when)),
    accounts,
    mappingRoleNames: mappingRoles.map(([name]) => name),
    ruleNames: policy.rules.map((rule) => rule.name),
    defaults: flatten(policy.defaults),
    roles: new Set(policy.roles),
  };
}

function traceOfAbsent(kind: Evidence['kind'], name: string, wants: string, attribute: string): TraceEntry {
  return Object.freeze({ kind, name, matched: false, why: wants + found(attribute, undefined) });
}

function indexesOf(conditions: readonly Condition[]): readonly AttributeIndex[] {
  const attributes = new Map<string, { exact: Map<string, number[]>; prefixes: Map<string, number[]> }>();
  conditions.forEach((when, place) => {
    if ('cel' in when || 'present' in when) return;
    let index = attributes.get(when.attribute);
    if (index === undefined) attributes.set(when.attribute, (index = { exact: new Map(), prefixes: new Map() }));
    if ('startsWith' in when) addPlace(index.prefixes, when.startsWith, place);
    else for (const value of 'equals' in when ? [when.equals] : new Set(when.in)) addPlace(index.exact, value, place);
  });
  return [...attributes].map(([attribute, { exact, prefixes }]) => {
    return { attribute, exact, prefixes: new PrefixIndex(prefixes) };
  });
}

function addPlace(index: Map<string, number[]>, value: string, place: number): void {
  const places = index.get(value);
  if (places === undefined) index.set(value, [place]);
  else places.push(place);
}

function testOf(name: string, when: Condition): Test {
  if ('cel' in when) {
    const compiled = compileCel(when.cel);
    if (!compiled.ok) throw new PolicyError(compiled.code, name, compiled.message, compiled.at);
    return { kind: 'cel', condition: compiled.condition };
  }
  const { attribute } = when;
  if ('present' in when) return { kind: 'present', attribute, present: when.present };
  return { kind: 'value', attribute };
}

function wanted(when: Condition): string {
  if ('cel' in when) return 'its CEL condition to be true';
  const attribute = quote(when.attribute);
  if ('equals' in when) return `${attribute} to have ${quote(when.equals)}`;
  if ('in' in when) return `${attribute} to have one of ${listing(when.in)}`;
  if ('startsWith' in when) return `${attribute} to have a value that starts with ${quote(when.startsWith)}`;
  return `${attribute} to be ${when.present ? 'present' : 'absent'}`;
}

function flatten(giving: Giving): Gives {
  const grants = sortedEntries(giving.grants ?? {}).map(([scope, roles]) => ({ scope, roles: [...new Set(roles)] }));
  return { grants: grants.filter(({ roles }) => roles.length > 0), groups: [...new Set(giving.groups ?? [])] };
}

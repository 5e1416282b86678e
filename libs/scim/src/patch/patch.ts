import type { AttributePath, Filter } from '../filter/filter.ts';
import type { Quirk } from '../quirks.ts';
import type { ScimObject, ScimValue } from '../resource.ts';
import type { Attribute, Schema } from '../schema/attribute.ts';

export const PATCH_SCHEMA = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';

/**
 * What one PATCH may cost. An operation without a path counts as one per attribute that it names; `filterCharacters` is the length of all
 * paths with brackets together, since each of their terms may look at every element of a list; `looks` is how often a value of a stored
 * list may be looked at: 500 operations on a list of 100 values. Removals of members and additions look at no list.
 */
export const PATCH_LIMITS = { operations: 5_000, changes: 500, filterCharacters: 16_384, looks: 50_000 } as const;

/**
 * A PATCH after reading: dialects understood, paths resolved, values typed by the schema. What it means to a stored resource is
 * applyPatch's knowledge; members of a group are apart, since they are no part of what is stored with it.
 */
export interface Patch {
  /** In order; each works on what the one before made. */
  readonly changes: readonly Change[];
  /** Of a group; undefined = nothing was said of members. */
  readonly members: MemberChanges | undefined;
  /** Deviations that were understood, each once. */
  readonly quirks: readonly Quirk[];
  /** Names that the directory does not know and left out, the first ones; from outside, yet names only. */
  readonly ignored: readonly string[];
}

/** Sets of ids as the client sent them, perhaps of nobody; `add` and `remove` have none in common. */
export interface MemberChanges {
  /** Makes exactly these the members, before `add` and `remove`; empty = nobody. */
  readonly replace?: readonly string[];
  readonly add: readonly string[];
  readonly remove: readonly string[];
}

/** One step on one attribute. */
export type Change = {
  /** Position of its operation in the request, for messages. */
  readonly index: number;
} & (
  | {
      readonly kind: 'value';
      /** Of a single value, a list, or (with `sub`) a part of a single object. */
      readonly path: AttributePath;
      readonly step: Step;
    }
  | ElementsChange
  /** Takes all attributes of an extension. */
  | { readonly kind: 'extension'; readonly schema: Schema }
  /** Changes nothing, but the resource must have this id. */
  | { readonly kind: 'same-id'; readonly id: string }
);

/** What becomes of one value. */
export type Step =
  /** It is this now; undefined = it is none. `removes`: by the verb remove, which is refused otherwise than sending nothing. */
  | { readonly kind: 'set'; readonly value: ScimValue | undefined; readonly removes: boolean }
  /** A list gets what is not in it, or loses these and no others. */
  | { readonly kind: 'append' | 'drop'; readonly values: readonly ScimValue[] };

/** On every element of a list that satisfies the filter. */
export interface ElementsChange {
  readonly kind: 'elements';
  /** Without `sub`. */
  readonly path: AttributePath;
  readonly filter: Filter;
  readonly action:
    | { readonly kind: 'remove' }
    | { readonly kind: 'replace' | 'merge'; readonly value: ScimObject }
    | { readonly kind: 'part'; readonly sub: Attribute; readonly step: Step };
  /** Without such an element: nothing, 400 noTarget, or this new element. */
  readonly otherwise: 'nothing' | 'refuse' | ScimObject;
}

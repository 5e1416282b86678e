import type { Attribute } from '../schema/attribute.ts';

/** Where a resolved path leads: an attribute of the resource, perhaps one of its sub-attributes. */
export interface AttributePath {
  /** URN of an extension; undefined = the core schema, or what every resource has (`id`, `externalId`, `meta`, `schemas`). */
  readonly extension: string | undefined;
  readonly attribute: Attribute;
  readonly sub: Attribute | undefined;
}

export const OPERATORS = ['eq', 'ne', 'co', 'sw', 'ew', 'gt', 'ge', 'lt', 'le'] as const;
export type Operator = (typeof OPERATORS)[number];

/**
 * dateTimes are instants in milliseconds since 1970; `type` of the compared attribute tells them from integers. Texts are as the client
 * wrote them: compare `normalizeKey(value)` unless the attribute is caseExact. Never null: `eq null` is resolved to not-present.
 */
export type FilterValue = string | number | boolean;

/**
 * A filter (RFC 7644 §3.4.2.2) after schema resolution: every path exists, every operator fits its attribute's type, every value has
 * that type. Its meaning is defined by `matches` in evaluate.ts; persistence compiles the same meaning to SQL.
 */
export type Filter =
  /** No terms: `and` holds always, `or` never (an attribute that only another resource type has, in a search over both). */
  | { readonly kind: 'and' | 'or'; readonly terms: readonly Filter[] }
  | { readonly kind: 'not'; readonly term: Filter }
  | {
      readonly kind: 'compare';
      /** Leads to a simple value: `emails` alone is resolved to `emails.value`. */
      readonly path: AttributePath;
      readonly operator: Operator;
      readonly value: FilterValue;
    }
  /** The path may lead to a complex attribute as a whole: `emails pr` asks for any e-mail, with or without `value`. */
  | { readonly kind: 'present'; readonly path: AttributePath }
  /**
   * All terms hold for the same element of the multi-valued complex attribute at `path` (which has no `sub`). Paths inside start at the
   * element: their `attribute` is the sub-attribute, `extension` and `sub` are undefined. Never nested.
   */
  | { readonly kind: 'element'; readonly path: AttributePath; readonly term: Filter };

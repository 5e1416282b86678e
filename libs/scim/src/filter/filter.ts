import type { Attribute } from '../schema/attribute.ts';

/**
 * Where a resolved path leads: an attribute of the resource, perhaps one of its sub-attributes. `emails` alone compares by
 * `emails.value`, so a resolved path to a complex attribute with `value` always has its `sub`.
 */
export interface AttributePath {
  /** URN of an extension; undefined = the core schema, or what every resource has (`id`, `externalId`, `meta`, `schemas`). */
  readonly extension: string | undefined;
  readonly attribute: Attribute;
  readonly sub: Attribute | undefined;
}

export type EqualityOperator = 'eq' | 'ne';
export type TextOperator = 'co' | 'sw' | 'ew';
export type OrderOperator = 'gt' | 'ge' | 'lt' | 'le';

/** dateTimes are instants in milliseconds since 1970; `type` of the compared attribute tells them from integers. */
export type FilterValue = string | number | boolean | null;

/**
 * A filter (RFC 7644 §3.4.2.2) after schema resolution: every path exists, every operator fits its attribute's type, every value has
 * that type. Its meaning is defined by `matches` in evaluate.ts; persistence compiles the same meaning to SQL.
 */
export type Filter =
  | { readonly kind: 'and' | 'or'; readonly terms: readonly Filter[] }
  | { readonly kind: 'not'; readonly term: Filter }
  | {
      readonly kind: 'compare';
      readonly path: AttributePath;
      readonly operator: EqualityOperator | TextOperator | OrderOperator;
      readonly value: FilterValue;
    }
  | { readonly kind: 'present'; readonly path: AttributePath }
  /** All terms hold for the same element of the multi-valued attribute; paths inside have `attribute` = the sub-attribute. */
  | { readonly kind: 'element'; readonly path: AttributePath; readonly term: Filter };

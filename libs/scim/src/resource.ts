/** A JSON value as SCIM resources have them. */
export type ScimValue = string | number | boolean | null | readonly ScimValue[] | ScimObject;

/** Attributes by the spelling of their schema. */
export interface ScimObject {
  readonly [attribute: string]: ScimValue | undefined;
}

/**
 * The writable part of a user or a group, typed by the directory's schemas: names in the schema's spelling, no nulls, no empty lists
 * or objects; extensions under their URN. `id`, `meta`, `schemas`, `groups` and `password` are not in here: they are computed or
 * never kept.
 */
export type ResourceBody = ScimObject;

/** The `meta` that a stored resource has (RFC 7643 §3.1). */
export interface ResourceMeta {
  readonly created: Date;
  readonly lastModified: Date;
  /** Counts changes; its ETag is `W/"<version>"`. */
  readonly version: number;
}

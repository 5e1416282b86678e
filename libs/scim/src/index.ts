export { bulkResponse, BULK_RESPONSE_SCHEMA, type BulkResult } from './bulk/bulk-response.ts';
export { incomplete, planBulk, type BulkStep } from './bulk/plan-bulk.ts';
export {
  BULK_REQUEST_SCHEMA,
  readBulk,
  type BulkFault,
  type BulkLimits,
  type BulkOperation,
  type BulkRequest,
} from './bulk/read-bulk.ts';
export { resolveReferences } from './bulk/references.ts';
export * from './discovery/documents.ts';
export * from './errors.ts';
export { matches, searchView, type Searchable } from './filter/evaluate.ts';
export * from './filter/filter.ts';
export { parseFilter, resolveFilter, type FilterOptions } from './filter/resolve.ts';
export { compareSortKeys, readSortBy, sortKeyOf, type Sortable } from './filter/sort.ts';
export { FILTER_LIMITS, parseFilterSyntax, type FilterSyntax } from './filter/syntax.ts';
export { applyPatch, type Patched } from './patch/apply-patch.ts';
export { PATCH_DIALECTS, type PatchDialect } from './patch/dialects.ts';
export { PATCH_LIMITS, PATCH_SCHEMA, type MemberChanges, type Patch } from './patch/patch.ts';
export { readPatch } from './patch/read-patch.ts';
export * from './quirks.ts';
export * from './resource.ts';
export { emailDomainOf, mayIdentify } from './resource/email-address.ts';
export { factsOfUser, profileOf, type GroupOfUser } from './resource/facts.ts';
export {
  emailKeys,
  emailOf,
  groupKeys,
  userKeys,
  type EmailKey,
  type GroupKeys,
  type UserKeys,
} from './resource/keys.ts';
export * from './resource/present.ts';
export { readProjection, type Projection, type ProjectionParameters } from './resource/projection.ts';
export { readGroup, readUser, type ReadGroup, type ReadResource } from './resource/read-resource.ts';
export { newUser, replacedBody, sameValue } from './resource/replace-body.ts';
export * from './schema/attribute.ts';
export * from './schema/registry.ts';
export { openCursor, sealCursor, type CursorContext, type CursorPosition } from './search/cursor.ts';
export { readSearchBody, readSearchQuery, type SearchParameters } from './search/parameters.ts';
export { resolveSearch, type PageLimits, type Search, type SearchPage } from './search/search.ts';
export { compareText } from './text/compare-text.ts';
export { readDateTime } from './text/date-time.ts';
export { normalizeKey } from './text/normalize-key.ts';

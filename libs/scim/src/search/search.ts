import { ScimError } from '../errors.ts';
import type { AttributePath, Filter } from '../filter/filter.ts';
import { parseFilter } from '../filter/resolve.ts';
import type { FilterOptions } from '../filter/resolve.ts';
import { readSortBy } from '../filter/sort.ts';
import { readProjection } from '../resource/projection.ts';
import type { Projection } from '../resource/projection.ts';
import type { ResourceSchemas } from '../schema/registry.ts';
import type { SearchParameters } from './parameters.ts';

/** A search for resources of one type, every name in it known. */
export interface Search {
  readonly filter: Filter | undefined;
  readonly sort: { readonly path: AttributePath; readonly descending: boolean } | undefined;
  readonly page: SearchPage;
  readonly projection: Projection;
}

export type SearchPage =
  /** `startIndex` counts from 1. `count` 0 = only how many there are. */
  | { readonly by: 'index'; readonly startIndex: number; readonly count: number }
  /** `cursor` is still unverified (`openCursor`); empty = the first page. */
  | { readonly by: 'cursor'; readonly cursor: string; readonly count: number };

export interface PageLimits {
  /** When no count was asked for. */
  readonly defaultPage: number;
  /** However many were asked for. */
  readonly page: number;
}

/**
 * What the parameters mean for one resource type.
 *
 * @param options - in a search over several types, `unknown: 'absent'`; a sort by what this type lacks is then none
 * @throws ScimError invalidFilter, sensitive, invalidPath, invalidValue, invalidCount
 */
export function resolveSearch(
  parameters: SearchParameters,
  resource: ResourceSchemas,
  options: FilterOptions & { readonly limits: PageLimits },
): Search {
  const { filter, attributes, excludedAttributes } = parameters;
  return {
    filter: filter === undefined ? undefined : parseFilter(filter, resource, options),
    sort: readSort(parameters, resource, options.unknown === 'absent'),
    page: readPage(parameters, options.limits),
    projection: readProjection({ attributes, excludedAttributes }, resource),
  };
}

function readSort(
  { sortBy, sortOrder }: SearchParameters,
  resource: ResourceSchemas,
  isAbsentAllowed: boolean,
): Search['sort'] {
  const order = sortOrder?.trim().toLowerCase() ?? 'ascending';
  if (order !== 'ascending' && order !== 'descending' && order !== '') {
    throw new ScimError(400, 'invalidValue', 'sortOrder must be ascending or descending');
  }
  const name = sortBy?.trim() ?? '';
  if (name === '' || (isAbsentAllowed && !resource.attribute(name))) return undefined;
  return { path: readSortBy(name, resource), descending: order === 'descending' };
}

/** RFC 7644 §3.4.2.4, RFC 9865 §2: without either parameter pages go by index. */
function readPage({ startIndex, count, cursor }: SearchParameters, limits: PageLimits): SearchPage {
  const wanted = Math.min(Math.max(count ?? limits.defaultPage, 0), limits.page);
  if (cursor === undefined) return { by: 'index', startIndex: Math.max(startIndex ?? 1, 1), count: wanted };
  if (startIndex !== undefined) {
    throw new ScimError(400, 'invalidValue', 'cursor and startIndex exclude each other; send one of them');
  }
  return { by: 'cursor', cursor, count: wanted };
}

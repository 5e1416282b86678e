import { ScimError } from '@rolecall/scim';
import type { AttributePath } from '@rolecall/scim';
import type { DirectoryPosition, DirectorySearch } from '../../stores/directory-search.ts';
import type { Parameters } from './parameters.ts';
import { asParameter, orderOf, sqlTypeOf } from './scalar.ts';
import type { Scalar } from './scalar.ts';
import { copyFor, everyValue, isList, leafOf, primaryElement, singleValue, typedValue } from './stored-json.ts';
import type { DirectoryTable } from './tables.ts';

/** The order of a search: by a key, absent last (descending: first), equal ones by id, ascending in both directions. */
export interface Order {
  /** ORDER BY. */
  readonly by: string;
  /** What the key of a row is, as JSON, for the position where a page ends. */
  readonly key: string;
  /** The condition on rows that come after a position. */
  readonly after: (position: DirectoryPosition) => string;
}

/** The meaning of `compareSortKeys` and `sortKeyOf` of @rolecall/scim. */
export function compileOrder(sort: DirectorySearch['sort'], table: DirectoryTable, parameters: Parameters): Order {
  const isAfter = ({ id }: DirectoryPosition) => `${table.id} > ${parameters.add(id, 'uuid')}`;
  const key = sort && sortKey(sort.path, table, parameters);
  if (!sort || !key || key.type === 'uuid') {
    const descending = key !== undefined && sort?.descending === true;
    return {
      by: `${table.id} ${descending ? 'desc' : 'asc'}`,
      key: 'null::jsonb',
      after: descending ? ({ id }) => `${table.id} < ${parameters.add(id, 'uuid')}` : isAfter,
    };
  }
  const { descending } = sort;
  const column = orderOf(key);
  return {
    by: `${column} ${descending ? 'desc nulls first' : 'asc nulls last'}, ${table.id} asc`,
    key: `to_jsonb(${key.type === 'moment' ? `round(extract(epoch from ${key.sql}) * 1000)` : key.sql})`,
    after: (position) => {
      if (position.sortKey === null) {
        const rest = `(${key.sql} is null and ${isAfter(position)})`;
        return descending ? `(${rest} or ${key.sql} is not null)` : rest;
      }
      const place = parameters.add(asParameter({ ...key, folded: false }, position.sortKey), sqlTypeOf(key));
      // the first part bounds the scan of an index
      if (descending) return `(${column} <= ${place} and (${column} < ${place} or ${isAfter(position)}))`;
      const later = `(${column} >= ${place} and (${column} > ${place} or ${isAfter(position)}))`;
      return key.required === true ? later : `(${later} or ${key.sql} is null)`;
    },
  };
}

/** undefined = the same for all, so that the id alone decides. */
function sortKey(path: AttributePath, table: DirectoryTable, parameters: Parameters): Scalar | undefined {
  const column = table.column(path);
  if (column) return column;
  const { extension, attribute, sub } = path;
  if (extension === undefined) {
    if (attribute.name === 'meta' || attribute.name === 'schemas') return undefined;
    if (table.elements.has(attribute.name))
      throw new ScimError(
        400,
        'invalidPath',
        `sortBy names ${attribute.name}, which have no order; sort by an attribute of the resource itself`,
      );
  }
  if (!isList(path)) return singleValue(table.json, path, parameters);
  const leaf = leafOf(path);
  const first = (json: string, list: string) => `jsonb_path_query_first(${json}, ${parameters.add(list, 'jsonpath')})`;
  const json = copyFor(table.json, leaf);
  const any = first(json, everyValue(path));
  if (!sub) return typedValue(any, leaf);
  const ofPrimary = first(
    first(json, primaryElement(path)),
    everyValue({ extension: undefined, attribute: sub, sub: undefined }),
  );
  return typedValue(`coalesce(${ofPrimary}, ${any})`, leaf);
}

import type { Filter, FilterValue } from '@rolecall/scim';
import type { DirectorySearch } from '../../stores/directory-search.ts';
import type { Scalar } from './scalar.ts';
import { leafOf } from './stored-json.ts';
import type { DirectoryTable, ElementRows } from './tables.ts';

/**
 * Whether a search is how identity providers look one resource up, all day: a value that has an index and few owners. Such a statement
 * runs by itself, without a transaction that limits its time, and is kept prepared: their texts are few, since values and
 * names are parameters, and one plan serves every value. All others are planned for their values: a plan that does not know how small a
 * page is reads everything, and a connection would keep each text that ever came.
 */
export function isLookupOf(table: DirectoryTable, { filter, sort, page }: DirectorySearch): boolean {
  return filter !== undefined && sort === undefined && 'startIndex' in page && isLookup(filter, table);
}

/** So many resources of a list, with the groups of each, are short work however large the directory is. */
const PLAIN_PAGE = 100;

/**
 * Whether a search is a page of everything in the order of ids, without members: what is read is bounded by the page, or is one walk
 * along an index to where it begins. Such a statement needs no limit of its time and so no transaction around it.
 */
export function isPlainPage({ filter, sort, page, withMembers }: DirectorySearch): boolean {
  return filter === undefined && sort === undefined && !withMembers && page.count <= PLAIN_PAGE;
}

function isLookup(filter: Filter, table: DirectoryTable): boolean {
  if (filter.kind !== 'compare' && filter.kind !== 'element') return false;
  const { extension, attribute } = filter.path;
  if (extension !== undefined) return false;
  const rows = table.elements.get(attribute.name) ?? table.indexes.get(attribute.name);
  if (filter.kind === 'compare')
    return rows
      ? rows.isSelective && narrowIn(rows, filter)?.operator === 'eq'
      : isFound(filter, table.column(filter.path));
  const { term } = filter;
  const isPlain = term.kind === 'and' && term.terms.length === 2 && term.terms.every(isEquality);
  return rows?.isSelective === true && isPlain && narrowIn(rows, term) !== undefined;
}

function isEquality(filter: Filter): boolean {
  return filter.kind === 'compare' && filter.operator === 'eq';
}

function isFound(filter: Filter, column: Scalar | undefined): boolean {
  return isEquality(filter) && (column?.type === 'uuid' || column?.indexed === true);
}

/** A comparison that all elements which satisfy a term satisfy too, and that an index answers. */
export interface Narrow {
  readonly column: Scalar;
  readonly operator: 'eq' | 'sw';
  readonly value: FilterValue;
}

export function narrowIn(rows: ElementRows, term: Filter): Narrow | undefined {
  if (term.kind === 'and') return term.terms.map((each) => narrowIn(rows, each)).find((found) => found !== undefined);
  if (term.kind !== 'compare') return undefined;
  const { operator, value } = term;
  const column = rows.column(leafOf(term.path));
  if (column && isFound(term, column)) return { column, operator: 'eq', value };
  return operator === 'sw' && value !== '' && column?.indexed === true ? { column, operator, value } : undefined;
}

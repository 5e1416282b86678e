import type { ResourceBody } from '@rolecall/scim';
import type { DirectoryPosition, DirectorySearch } from '../../stores/directory-search.ts';
import { compileFilter } from './compile-filter.ts';
import { compileOrder } from './compile-sort.ts';
import type { Order } from './compile-sort.ts';
import { isLookupOf, isPlainPage } from './lookup.ts';
import { byItself, LookUpTexts } from './look-up-texts.ts';
import type { LookUpText } from './look-up-texts.ts';
import { Parameters } from './parameters.ts';
import type { Statement } from '../../sql.ts';
import type { DirectoryTable } from './tables.ts';

export interface SearchStatement {
  /** Empty: it is not kept prepared. */
  readonly name: string;
  readonly text: string;
  readonly values: readonly unknown[];
  /** A look-up: short enough to wait for no other search, and kept prepared. */
  readonly isLookup: boolean;
  /** Of a look-up: the statement for several that differ in their values alone. */
  readonly several?: Statement;
  /** It works for its organization by itself, without a transaction around it. */
  readonly isAlone: boolean;
}

/** What a statement returns, in one row and column: reading one JSON text costs a fraction of reading as many rows. */
export interface FoundPage {
  /** null when it was not asked for. */
  readonly total: number | null;
  /** How many are of this page; more than `resources` when it ended early by its size. */
  readonly matched: number;
  /** null when there are none. Behind a position one more than asked: then there is a next page. */
  readonly resources: readonly FoundResource[] | null;
}

/** Instants in milliseconds since 1970; body and related (groups or members) are null when they are not shown. */
export type FoundResource = readonly [
  id: string,
  version: number,
  created: number,
  modified: number,
  sortKey: DirectoryPosition['sortKey'],
  body: ResourceBody | null,
  related: readonly unknown[] | null,
];

/** What a page holds of bodies and related resources, in bytes; the one that reaches it is its last. A page has one resource at least. */
const MOST_BYTES = 8 * 1024 * 1024;
/** What a member or a group of a user takes on a page: an id, a type, an address and a name. */
const BYTES_OF_RELATED = 200;

/**
 * One statement for a whole page: ids first, out of an index where one serves, then what is shown of them until that is large, and how
 * many match.
 */
export function searchStatement(
  table: DirectoryTable,
  organizationId: string,
  search: DirectorySearch,
  mostBytes = MOST_BYTES,
): SearchStatement {
  const parameters = new Parameters();
  const organization = parameters.add(organizationId, 'uuid');
  const filter = search.filter && compileFilter(search.filter, table, parameters);
  const order = compileOrder(search.sort, table, parameters);
  const page = readPage(search.page, order, parameters);
  const isLookup = isLookupOf(table, search);
  const parts = { organization, filter, order, page, mostBytes };
  if (isLookup) return { ...lookUp(table, search, parts), values: parameters.values, isLookup, isAlone: true };
  const isAlone = isPlainPage(search);
  const text = isAlone
    ? byItself(pageText(table, search, parts, nearest(table, parts)))
    : pageText(table, search, parts);
  return { name: '', text, values: parameters.values, isLookup, isAlone };
}

interface Parts {
  /** Places and conditions, as SQL. */
  readonly organization: string;
  readonly filter: string | undefined;
  readonly order: Order;
  readonly page: Page;
  readonly mostBytes: number;
}

/** @param ids how the ids of the page are found */
function pageText(table: DirectoryTable, search: DirectorySearch, parts: Parts, ids = idsOf(table, parts)): string {
  const { organization, filter, order, page, mostBytes } = parts;
  const total = search.total
    ? totalOf(table, filter === undefined ? undefined : rowsOf(table, parts), page)
    : 'null::bigint';
  return `
with page as materialized (${ids}
), found as materialized (select count(*) as resources from page)
select json_build_object('total', ${total}, 'matched', f.resources, 'resources', (
  select json_agg(json_build_array(${table.id}, r.version, ${millisecondsOf('r.created_at')}, ${millisecondsOf('r.modified_at')},
    ${order.key}, ${search.withBody ? 'r.body' : 'null'}, ${relatedOf(table, search)}) order by ${order.by})
  from (
    select r.*, sum(${sizeOf(table, search)}) over (order by ${order.by} rows between unbounded preceding and 1 preceding) as before
    from page p join ${table.name} r on r.org_id = ${organization} and ${table.id} = p.id
  ) r
  where coalesce(r.before, 0) < ${mostBytes})) as page
from found f`;
}

function rowsOf(table: DirectoryTable, { organization, filter }: Parts): string {
  return `${table.name} r where r.org_id = ${organization}${filter === undefined ? '' : ` and ${filter}`}`;
}

function idsOf(table: DirectoryTable, parts: Parts): string {
  const { order, page } = parts;
  return `
  select ${table.id} as id from ${rowsOf(table, parts)}${page.after}
  order by ${order.by}
  limit ${page.limit} offset ${page.offset}`;
}

/**
 * As `idsOf`, of everything in the order of ids: such a page is a walk along one index to where it begins, and the counter says how
 * far that is from either end. It is walked from the nearer one.
 */
function nearest(table: DirectoryTable, parts: Parts): string {
  const { limit, offset, isFirst } = parts.page;
  if (isFirst) return idsOf(table, parts);
  const all = `coalesce((select d.${table.counter} from directories d where d.org_id = $1), 0)`;
  const half = (direction: 'asc' | 'desc', most: string, skipped: string, isNearer: string) => `
  (select ${table.id} as id from ${rowsOf(table, parts)}
  order by ${table.id} ${direction}
  limit case when ${isNearer} then ${most} else 0 end offset ${skipped})`;
  const forward = half('asc', limit, offset, `${offset} * 2 <= ${all}`);
  const most = `greatest(least(${limit}, ${all} - ${offset}), 0)`;
  const backward = half('desc', most, `greatest(${all} - ${offset} - ${limit}, 0)`, `${offset} * 2 > ${all}`);
  // one of the two is empty; the limit tells the planner how few they are
  return `
  select n.id from (${forward}
  union all${backward}
  ) n
  limit ${limit}`;
}

const lookUps = new LookUpTexts();

function lookUp(table: DirectoryTable, search: DirectorySearch, parts: Parts): LookUpText {
  const { withBody, withGroups, withMembers, total } = search;
  const kind = `${table.name} ${withBody} ${withGroups} ${withMembers} ${total} ${parts.mostBytes} ${parts.filter}`;
  return lookUps.of(kind, () => pageText(table, search, parts));
}

function millisecondsOf(moment: string): string {
  return `(extract(epoch from ${moment}) * 1000)::bigint`;
}

interface Page {
  /** Begins at the first, or behind a position: nothing is skipped. */
  readonly isFirst: boolean;
  readonly after: string;
  readonly limit: string;
  readonly offset: string;
  /** How many match when the page says it already: it reaches the end of what matches. SQL, null when it does not. */
  readonly known: string;
}

function readPage(page: DirectorySearch['page'], order: Order, parameters: Parameters): Page {
  if ('startIndex' in page) {
    const limit = parameters.add(page.count, 'bigint');
    const offset = parameters.add(page.startIndex - 1, 'bigint');
    const known = `case when f.resources < ${limit} and (f.resources > 0 or ${offset} = 0) then ${offset} + f.resources end`;
    return { isFirst: page.startIndex === 1, after: '', limit, offset, known };
  }
  const limit = parameters.add(page.count === 0 ? 0 : page.count + 1, 'bigint');
  if (page.after)
    return { isFirst: true, after: ` and ${order.after(page.after)}`, limit, offset: '0', known: 'null::bigint' };
  return {
    isFirst: true,
    after: '',
    limit,
    offset: '0',
    known: `case when f.resources < ${limit} then f.resources end`,
  };
}

/** Of all, a counter says it; of a filter, the page when it is the last one, else they are counted. */
function totalOf({ counter }: DirectoryTable, filtered: string | undefined, { known }: Page): string {
  return filtered === undefined
    ? `coalesce((select d.${counter} from directories d where d.org_id = $1), 0)`
    : `coalesce(${known}, (select count(*) from ${filtered}))`;
}

/** What a row takes of a page, in bytes, or little more. */
function sizeOf({ name }: DirectoryTable, { withBody, withGroups, withMembers }: DirectorySearch): string {
  const body = withBody ? 'octet_length(r.body::text)::bigint' : '0::bigint';
  if (name === 'directory_groups' && withMembers) return `${body} + r.members::bigint * ${BYTES_OF_RELATED}`;
  if (name !== 'directory_users' || !withGroups) return body;
  return `${body} + ${BYTES_OF_RELATED} * (
      select count(*) from directory_members m where m.org_id = $1 and m.user_id = r.user_id)`;
}

/** Groups of a user or members of a group (as `directory_group` shows them), as JSON; nothing is read of them unless it is wanted. */
function relatedOf({ name }: DirectoryTable, { withGroups, withMembers }: DirectorySearch): string {
  if (name === 'directory_users' && withGroups)
    return `(select jsonb_agg(jsonb_build_object('groupId', g.group_id, 'displayName', g.display_name) order by g.group_id)
    from directory_members m join directory_groups g on g.org_id = m.org_id and g.group_id = m.group_id
    where m.org_id = $1 and m.user_id = r.user_id)`;
  if (name === 'directory_groups' && withMembers)
    return `(select jsonb_agg(jsonb_build_object('userId', u.user_id, 'display', coalesce(nullif(u.body ->> 'displayName', ''), u.user_name))
      order by m.user_id)
    from directory_members m join directory_users u on u.org_id = m.org_id and u.user_id = m.user_id
    where m.org_id = $1 and m.group_id = r.group_id)`;
  return 'null';
}

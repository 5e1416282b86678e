import type { DirectoryPosition } from '@rolecall/persistence';
import {
  openCursor,
  resolveSearch,
  ScimError,
  sealCursor,
  type Search,
  type SearchPage,
  type SearchParameters,
} from '@rolecall/scim';
import { LIMITS } from '../http/limits.ts';
import type { Call, Reply } from './call.ts';
import { type CursorKey, find, type SearchedType } from './search.ts';
import { listContent, type Shown } from './shown.ts';

/**
 * GET and POST `.search` at the root (RFC 7644 §3.4.2.1): users and groups in one list. What one type does not have is absent there.
 * Without a filter that is everything; sorted can only be what is of one type.
 * @throws ScimError
 */
export async function searchAll(call: Call, parameters: SearchParameters, key: CursorKey): Promise<Reply> {
  const users = searchOf(call, 'user', parameters);
  const searches: Searches = [
    ['user', users],
    ['group', searchOf(call, 'group', parameters)],
  ];
  const { page } = users;
  return page.by === 'index'
    ? pageByIndex(call, searches, page, parameters)
    : pageByCursor(call, searches, page, parameters, key);
}

/** In the order of the answer: all users, then all groups. */
type Searches = readonly (readonly [SearchedType, Search])[];

function searchOf(call: Call, type: SearchedType, parameters: SearchParameters): Search {
  const { schemas } = call.organization;
  return resolveSearch(parameters, schemas[type], { mode: schemas.mode, limits: LIMITS, unknown: 'absent' });
}

async function pageByIndex(
  call: Call,
  searches: Searches,
  { startIndex, count }: Extract<SearchPage, { by: 'index' }>,
  { sortBy }: SearchParameters,
): Promise<Reply> {
  const resources: Shown[] = [];
  const totals: number[] = [];
  let skipped = startIndex - 1;
  let left = count;
  for (const [type, search] of searches) {
    const page = { startIndex: Math.max(skipped, 0) + 1, count: left };
    const found = await find(call, type, search, page, true);
    resources.push(...found.resources);
    totals.push(found.total ?? 0);
    skipped -= found.total ?? 0;
    // a page that ended early, since it is large, ends before the next type
    left = found.next ? 0 : left - found.resources.length;
  }
  if (sortBy !== undefined && totals.filter((total) => total > 0).length > 1) throw mixedSort();
  const total = totals.reduce((sum, each) => sum + each, 0);
  return { status: 200, ...listContent({ resources, total, startIndex }) };
}

async function pageByCursor(
  call: Call,
  searches: Searches,
  { cursor, count }: Extract<SearchPage, { by: 'cursor' }>,
  parameters: SearchParameters,
  key: CursorKey,
): Promise<Reply> {
  if (parameters.sortBy !== undefined) throw mixedSort();
  const { organization, actor } = call;
  const context = { organizationId: organization.id, endpoint: '/', search: parameters, count };
  const how = { now: actor.at, timeoutSeconds: LIMITS.cursorTimeoutSeconds };
  const start = cursor === '' ? { at: 0, after: undefined } : readPlace(openCursor(cursor, context, key, how));
  const resources: Shown[] = [];
  let next: DirectoryPosition | undefined;
  for (const [at, [type, search]] of searches.entries()) {
    if (at < start.at || next || count === 0) continue;
    const left = count - resources.length;
    const after = at === start.at ? start.after : undefined;
    const found = await find(call, type, search, { after, count: Math.max(left, 1) }, false);
    resources.push(...found.resources.slice(0, left));
    // a page that is full when a type begins ends before it, if there is any of that type
    if (left === 0 && found.resources.length > 0) next = placeOf(at, undefined);
    else if (found.next) next = placeOf(at, found.next);
  }
  const nextCursor = next && sealCursor(next, context, key, actor.at);
  return { status: 200, ...listContent({ resources, total: undefined, nextCursor }) };
}

/** A position among all types, as a cursor carries it. @param after undefined = before the first of its type */
function placeOf(at: number, after: DirectoryPosition | undefined): DirectoryPosition {
  return { sortKey: after?.sortKey ?? null, id: `${at}:${after?.id ?? ''}` };
}

function readPlace({ sortKey, id }: DirectoryPosition): {
  readonly at: number;
  readonly after: DirectoryPosition | undefined;
} {
  const [at = '', own = ''] = id.split(':', 2);
  return { at: Number(at), after: own === '' ? undefined : { sortKey, id: own } };
}

function mixedSort(): ScimError {
  return new ScimError(400, 'invalidPath', 'users and groups are not sorted together; ask /Users or /Groups');
}

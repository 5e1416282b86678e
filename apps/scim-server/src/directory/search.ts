import type { DirectoryPage, DirectoryPosition } from '@rolecall/persistence';
import { openCursor, presentUser, resolveSearch, sealCursor, type Search, type SearchParameters } from '@rolecall/scim';
import { LIMITS } from '../http/limits.ts';
import type { Call, Reply } from './call.ts';
import { listContent, type Shown, shownGroup, shownUser } from './shown.ts';

export type SearchedType = 'user' | 'group';

/** What seals cursors: the same for all processes of a deployment. */
export type CursorKey = Buffer;

/**
 * GET /Users, GET /Groups and POST to their `.search` (RFC 7644 §3.4.2, §3.4.3; RFC 9865): pages by index or by cursor.
 * @throws ScimError
 */
export async function searchResources(
  call: Call,
  type: SearchedType,
  parameters: SearchParameters,
  key: CursorKey,
): Promise<Reply> {
  call.notes.about(type === 'user' ? 'User' : 'Group');
  const { schemas } = call.organization;
  const resource = schemas[type];
  const search = resolveSearch(parameters, resource, { mode: schemas.mode, limits: LIMITS });
  const { page } = search;
  if (page.by === 'index') {
    const { resources, total = 0 } = await find(call, type, search, page, true);
    return { status: 200, ...listContent({ resources, total, startIndex: page.startIndex }) };
  }
  const context = {
    organizationId: call.organization.id,
    endpoint: resource.type.endpoint,
    search: parameters,
    count: page.count,
  };
  const { at: now } = call.actor;
  const timeoutSeconds = LIMITS.cursorTimeoutSeconds;
  const after = page.cursor === '' ? undefined : openCursor(page.cursor, context, key, { now, timeoutSeconds });
  // the first page says how many there are; the others would only count again
  const found = await find(call, type, search, { after, count: page.count }, after === undefined);
  const nextCursor = found.next && page.count > 0 ? sealCursor(found.next, context, key, now) : undefined;
  return { status: 200, ...listContent({ resources: found.resources, total: found.total, nextCursor }) };
}

type Page =
  | { readonly startIndex: number; readonly count: number }
  | { readonly after: DirectoryPosition | undefined; readonly count: number };

/** One page of resources; what nobody wants to see is not read. */
export async function find(
  call: Call,
  type: SearchedType,
  { filter, sort, projection }: Search,
  page: Page,
  total: boolean,
): Promise<DirectoryPage<Shown>> {
  const { store, organization, actor, base } = call;
  const resource = organization.schemas[type];
  const search = {
    ...(filter && { filter }),
    ...(sort && { sort }),
    page,
    // a user's body says which schemas are in use
    withBody: type === 'user' || projection.wants('displayName') || projection.wants('externalId'),
    withGroups: type === 'user' && projection.wants('groups'),
    withMembers: type === 'group' && projection.wants('members'),
    total,
  };
  const how = { baseUrl: base, resource, projection };
  if (type === 'user') {
    const found = await store.searchUsers(organization.id, search, actor.at);
    return { ...found, resources: found.resources.map((user) => shownUser(() => presentUser(user, how))) };
  }
  const found = await store.searchGroups(organization.id, search, actor.at);
  return { ...found, resources: found.resources.map((group) => shownGroup(group, how)) };
}

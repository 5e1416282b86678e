import type { ResourceBody, ResourceMeta, ScimObject, ScimValue } from '../resource.ts';
import type { ResourceSchemas } from '../schema/registry.ts';
import { ENTERPRISE_SCHEMA } from '../schema/extensions.ts';
import type { Projection } from './projection.ts';
import { isObject } from './reading.ts';

const LIST_SCHEMA = 'urn:ietf:params:scim:api:messages:2.0:ListResponse';

/** How the resources of one response are shown. */
export interface Presentation {
  /** Absolute address under which `/Users` and `/Groups` are, without a slash at its end: from configuration, never from a request. */
  readonly baseUrl: string;
  /** Of the resource's type. */
  readonly resource: ResourceSchemas;
  readonly projection: Projection;
}

export interface PresentableUser {
  readonly userId: string;
  readonly body: ResourceBody;
  readonly meta: ResourceMeta;
  /** undefined = they were not read, since the projection does not want them. */
  readonly groups?: readonly { readonly groupId: string; readonly displayName: string }[] | undefined;
}

export interface PresentableGroup {
  readonly groupId: string;
  readonly body: ResourceBody;
  readonly meta: ResourceMeta;
  readonly members?: readonly { readonly userId: string; readonly display?: string | undefined }[] | undefined;
}

/** A user as responses have it: only what the directory's schemas know, the schemas in use (T1, X23), the computed attributes. */
export function presentUser(user: PresentableUser, how: Presentation): ScimObject {
  const groups = user.groups?.map(({ groupId, displayName }) => ({
    value: groupId,
    $ref: locationOf('Group', groupId, how.baseUrl),
    display: displayName,
    type: 'direct',
  }));
  const { body } = user;
  const enterprise = withManagerAddress(body[ENTERPRISE_SCHEMA], how.baseUrl);
  const computed = { active: body['active'] ?? true, groups: some(groups) };
  return present(
    user.userId,
    body,
    user.meta,
    how,
    enterprise ? { ...computed, [ENTERPRISE_SCHEMA]: enterprise } : computed,
  );
}

export function presentGroup(group: PresentableGroup, how: Presentation): ScimObject {
  const members = group.members?.map(({ userId, display }) => ({
    value: userId,
    $ref: locationOf('User', userId, how.baseUrl),
    type: 'User',
    ...(display !== undefined && { display }),
  }));
  return present(group.groupId, group.body, group.meta, how, { members: some(members) });
}

/** Absolute address of a resource: its `meta.location` and the `Location` of the response that created it (C1, T11). */
export function locationOf(type: 'User' | 'Group', id: string, baseUrl: string): string {
  return `${baseUrl}/${type}s/${encodeURIComponent(id)}`;
}

/** Weak ETag: the header, and `meta.version` (V1). */
export function etagOf({ version }: Pick<ResourceMeta, 'version'>): string {
  return `W/"${version}"`;
}

/** One page of a search. `total` = all that match, on all pages; `Resources` is there even when it is empty (F19, G2, G5). */
export type ListPage =
  | { readonly resources: readonly object[]; readonly total: number; readonly startIndex: number }
  | {
      readonly resources: readonly object[];
      readonly total: number | undefined;
      readonly nextCursor: string | undefined;
    };

export function presentList(page: ListPage): object {
  const { resources, total } = page;
  return {
    schemas: [LIST_SCHEMA],
    ...(total !== undefined && { totalResults: total }),
    ...('startIndex' in page && { startIndex: page.startIndex }),
    itemsPerPage: resources.length,
    ...('nextCursor' in page && page.nextCursor !== undefined && { nextCursor: page.nextCursor }),
    Resources: resources,
  };
}

function present(
  id: string,
  body: ResourceBody,
  meta: ResourceMeta,
  { baseUrl, resource: { type }, projection }: Presentation,
  computed: ScimObject,
): ScimObject {
  const schemas = [type.schema.id];
  for (const { schema } of type.extensions) if (isObject(body[schema.id])) schemas.push(schema.id);
  return projection.project({
    ...body,
    ...computed,
    schemas,
    id,
    meta: {
      resourceType: type.name,
      created: meta.created.toISOString(),
      lastModified: meta.lastModified.toISOString(),
      location: locationOf(type.name, id, baseUrl),
      version: etagOf(meta),
    },
  });
}

/** With the manager's `$ref`, when it is one of our ids; identity providers send others too. undefined = nothing to add. */
function withManagerAddress(enterprise: ScimValue | undefined, baseUrl: string): ScimObject | undefined {
  const manager = isObject(enterprise) ? (enterprise as ScimObject)['manager'] : undefined;
  const id = isObject(manager) ? (manager as ScimObject)['value'] : undefined;
  if (typeof id !== 'string' || !/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/.test(id)) return undefined;
  return {
    ...(enterprise as ScimObject),
    manager: { ...(manager as ScimObject), $ref: locationOf('User', id, baseUrl) },
  };
}

function some(values: readonly ScimValue[] | undefined): readonly ScimValue[] | undefined {
  return values && values.length > 0 ? values : undefined;
}

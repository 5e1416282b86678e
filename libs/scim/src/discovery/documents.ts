import { presentList } from '../resource/present.ts';
import type { Attribute, ResourceType, Schema } from '../schema/attribute.ts';
import type { DirectoryMode, DirectorySchemas } from '../schema/registry.ts';
import type { PageLimits } from '../search/search.ts';
import { CONFIG_SCHEMA, DISCOVERY_SCHEMAS, RESOURCE_TYPE_SCHEMA, SCHEMA_SCHEMA } from './schemas.ts';

/** The bounds that the server keeps to; what is published is what holds (D6). */
export interface ServiceLimits extends PageLimits {
  readonly bulkOperations: number;
  /** Bytes. */
  readonly bulkBody: number;
  readonly cursorTimeoutSeconds: number;
}

/**
 * What the server supports (RFC 7643 §5).
 *
 * @param baseUrl - as of `Presentation`
 * @param mode - of the directory that asks; without a directory `tolerant`, which promises less
 */
export function serviceProviderConfig(baseUrl: string, limits: ServiceLimits, mode: DirectoryMode): object {
  const [yes, no] = [{ supported: true }, { supported: false }];
  return {
    schemas: [CONFIG_SCHEMA],
    patch: yes,
    bulk: { ...yes, maxOperations: limits.bulkOperations, maxPayloadSize: limits.bulkBody },
    filter: { ...yes, maxResults: limits.page },
    changePassword: no,
    sort: yes,
    etag: yes,
    authenticationSchemes: [
      {
        type: 'oauthbearertoken',
        name: 'OAuth Bearer Token',
        description: 'A token of one directory of one organization, in the Authorization header',
        specUri: 'https://www.rfc-editor.org/info/rfc6750',
        primary: true,
      },
    ],
    pagination: {
      cursor: true,
      index: true,
      defaultPaginationMethod: 'index',
      defaultPageSize: limits.defaultPage,
      maxPageSize: limits.page,
      cursorTimeout: limits.cursorTimeoutSeconds,
    },
    // clients in use refuse members that came after RFC 9865 (scim2-client 0.13); without them they mean the same
    ...(mode === 'strict' && {
      securityEvents: { asyncRequest: 'none', eventUris: [] },
      interopProfileConformant: true,
    }),
    meta: { resourceType: 'ServiceProviderConfig', location: `${baseUrl}/ServiceProviderConfig` },
  };
}

/** The kinds of resources of a directory, as a list response (RFC 7644 §4). */
export function resourceTypeList(schemas: DirectorySchemas, baseUrl: string): object {
  return wholeList(typesOf(schemas).map((type) => presentType(type, baseUrl)));
}

/** One of them by its name; undefined = there is none. */
export function resourceTypeByName(name: string, schemas: DirectorySchemas, baseUrl: string): object | undefined {
  const found = typesOf(schemas).find((type) => type.name === name);
  return found && presentType(found, baseUrl);
}

/** Every schema that the directory's resources and discovery itself have, as a list response. */
export function schemaList(schemas: DirectorySchemas, baseUrl: string): object {
  return wholeList(servedSchemas(schemas).map((schema) => presentSchema(schema, baseUrl)));
}

/** One of them by its URN, whatever its case (RFC 7643 §3.1); undefined = there is none. */
export function schemaByUrn(urn: string, schemas: DirectorySchemas, baseUrl: string): object | undefined {
  const found = servedSchemas(schemas).find(({ id }) => id.toLowerCase() === urn.toLowerCase());
  return found && presentSchema(found, baseUrl);
}

function typesOf({ user, group }: DirectorySchemas): readonly ResourceType[] {
  return [user.type, group.type];
}

function servedSchemas(schemas: DirectorySchemas): readonly Schema[] {
  const own = typesOf(schemas).flatMap(({ schema, extensions }) => [schema, ...extensions.map((each) => each.schema)]);
  return [...own, ...DISCOVERY_SCHEMAS];
}

function presentType({ name, endpoint, description, schema, extensions }: ResourceType, baseUrl: string): object {
  return {
    schemas: [RESOURCE_TYPE_SCHEMA],
    id: name,
    name,
    description,
    endpoint,
    schema: schema.id,
    ...(extensions.length > 0 && {
      schemaExtensions: extensions.map((each) => ({ schema: each.schema.id, required: each.required })),
    }),
    meta: { resourceType: 'ResourceType', location: `${baseUrl}/ResourceTypes/${name}` },
  };
}

function presentSchema({ id, name, description, attributes }: Schema, baseUrl: string): object {
  return {
    schemas: [SCHEMA_SCHEMA],
    id,
    name,
    description,
    attributes: attributes.filter(isImplemented),
    meta: { resourceType: 'Schema', location: `${baseUrl}/Schemas/${id}` },
  };
}

/** D8, T5: what is accepted to be dropped, as a password is, is not offered. */
function isImplemented({ mutability }: Attribute): boolean {
  return mutability !== 'writeOnly';
}

function wholeList(resources: readonly object[]): object {
  return presentList({ resources, total: resources.length, startIndex: 1 });
}

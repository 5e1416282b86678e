import { CONFIG_SCHEMA, SCHEMA_SCHEMA, SCHEMAS } from './schemas.ts';
import type { Schema } from './schemas.ts';

const LIST_SCHEMA = 'urn:ietf:params:scim:api:messages:2.0:ListResponse';

/** RFC 7643 §5. Says only what works today: nothing can be provisioned yet. */
export function serviceProviderConfig(baseUrl: string): object {
  const no = { supported: false };
  return {
    schemas: [CONFIG_SCHEMA],
    patch: no,
    bulk: { ...no, maxOperations: 0, maxPayloadSize: 0 },
    filter: { ...no, maxResults: 0 },
    changePassword: no,
    sort: no,
    etag: no,
    authenticationSchemes: [
      {
        type: 'oauthbearertoken',
        name: 'OAuth Bearer Token',
        description: 'A token of one directory of one organization, in the Authorization header',
        specUri: 'https://www.rfc-editor.org/info/rfc6750',
        primary: true,
      },
    ],
    meta: { resourceType: 'ServiceProviderConfig', location: `${baseUrl}/scim/v2/ServiceProviderConfig` },
  };
}

/** RFC 7644 §4. A resource type is listed as soon as its endpoint serves something; none does yet. */
export function resourceTypes(): object {
  return listOf([]);
}

/** All schemas, as a list response. */
export function schemas(baseUrl: string): object {
  return listOf(SCHEMAS.map((schema) => present(schema, baseUrl)));
}

/** One schema by its URI; URIs compare without regard to case (RFC 7643 §3.1). */
export function schemaById(id: string, baseUrl: string): object | undefined {
  const found = SCHEMAS.find((schema) => schema.id.toLowerCase() === id.toLowerCase());
  return found && present(found, baseUrl);
}

function present(schema: Schema, baseUrl: string): object {
  const meta = { resourceType: 'Schema', location: `${baseUrl}/scim/v2/Schemas/${schema.id}` };
  return { schemas: [SCHEMA_SCHEMA], ...schema, meta };
}

function listOf(resources: readonly object[]): object {
  const count = resources.length;
  return { schemas: [LIST_SCHEMA], totalResults: count, startIndex: 1, itemsPerPage: count, Resources: resources };
}

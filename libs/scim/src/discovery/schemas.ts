import type { Attribute, AttributeType, Schema } from '../schema/attribute.ts';
import * as define from '../schema/define.ts';

export const SCHEMA_SCHEMA = 'urn:ietf:params:scim:schemas:core:2.0:Schema';
export const CONFIG_SCHEMA = 'urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig';
export const RESOURCE_TYPE_SCHEMA = 'urn:ietf:params:scim:schemas:core:2.0:ResourceType';

type More = Partial<Pick<Attribute, 'multiValued' | 'required' | 'caseExact' | 'canonicalValues' | 'referenceTypes'>>;

const optional = { required: false } as const;
const url = { caseExact: true, referenceTypes: ['external'] } as const;
const uri = { caseExact: true, referenceTypes: ['uri'] } as const;

/** Read-only as all of discovery, and required unless said otherwise, as most of it is. */
function attribute(
  name: string,
  type: Exclude<AttributeType, 'complex'>,
  description: string,
  more: More = {},
): Attribute {
  return define.attribute(name, type, description, { required: true, mutability: 'readOnly', ...more });
}

function complex(name: string, description: string, subAttributes: readonly Attribute[], more: More = {}): Attribute {
  return define.complex(name, description, subAttributes, { required: true, mutability: 'readOnly', ...more });
}

const supported = (feature: string) => attribute('supported', 'boolean', `Whether ${feature} can be used.`);

/** RFC 7643 §5, with `pagination` of RFC 9865 §4 and `securityEvents` of RFC 9967 §4. */
const serviceProviderConfig: Schema = {
  id: CONFIG_SCHEMA,
  name: 'Service Provider Configuration',
  description: 'What this server supports of the SCIM protocol.',
  attributes: [
    attribute('documentationUri', 'reference', 'A page for people.', { ...url, ...optional }),
    complex('patch', 'PATCH operations.', [supported('PATCH')]),
    complex('bulk', 'Bulk operations.', [
      supported('bulk'),
      attribute('maxOperations', 'integer', 'Operations in one bulk request at most.'),
      attribute('maxPayloadSize', 'integer', 'Bytes in one bulk request at most.'),
    ]),
    complex('filter', 'Filters.', [
      supported('filter'),
      attribute('maxResults', 'integer', 'Resources in one response at most.'),
    ]),
    complex('changePassword', 'Changing passwords.', [supported('changing a password')]),
    complex('sort', 'Sorting.', [supported('sorting')]),
    complex('etag', 'Versions of resources.', [supported('ETag')]),
    complex(
      'authenticationSchemes',
      'How a client authenticates.',
      [
        attribute('type', 'string', 'The scheme.', {
          canonicalValues: ['oauth', 'oauth2', 'oauthbearertoken', 'httpbasic', 'httpdigest'],
        }),
        attribute('name', 'string', "The scheme's common name."),
        attribute('description', 'string', 'What the scheme is.'),
        attribute('specUri', 'reference', "The scheme's specification.", { ...url, ...optional }),
        attribute('documentationUri', 'reference', 'How to use it here.', { ...url, ...optional }),
        attribute('primary', 'boolean', 'Whether it is the preferred one.', optional),
      ],
      { multiValued: true },
    ),
    complex(
      'pagination',
      'How pages are asked for.',
      [
        attribute('cursor', 'boolean', 'Whether pages can be asked for by cursor.'),
        attribute('index', 'boolean', 'Whether pages can be asked for by index.'),
        attribute('defaultPaginationMethod', 'string', 'The one when none is asked for.', {
          canonicalValues: ['cursor', 'index'],
          ...optional,
        }),
        attribute('defaultPageSize', 'integer', 'Resources on a page when no count is asked for.', optional),
        attribute('maxPageSize', 'integer', 'Resources on a page at most.', optional),
        attribute('cursorTimeout', 'integer', 'Seconds for which a cursor is good.', optional),
      ],
      optional,
    ),
    complex(
      'securityEvents',
      'Security event tokens.',
      [
        attribute('asyncRequest', 'string', 'When requests are answered later.', {
          canonicalValues: ['none', 'long', 'request'],
        }),
        attribute('eventUris', 'reference', 'Events that are sent.', { ...uri, ...optional, multiValued: true }),
      ],
      optional,
    ),
    attribute('interopProfileConformant', 'boolean', 'Whether the interoperability profile is kept to.', optional),
  ],
};

/** RFC 7643 §6. */
const resourceType: Schema = {
  id: RESOURCE_TYPE_SCHEMA,
  name: 'Resource Type',
  description: 'A kind of resource and where it is served.',
  attributes: [
    attribute('id', 'string', 'The same as the name.', { ...optional, caseExact: true }),
    attribute('name', 'string', "The resource type's name.", { caseExact: true }),
    attribute('description', 'string', 'For people.', optional),
    attribute('endpoint', 'reference', 'Its address relative to the base URL.', uri),
    attribute('schema', 'reference', 'Its primary schema.', uri),
    complex(
      'schemaExtensions',
      'Schemas that extend it.',
      [
        attribute('schema', 'reference', "The extension's URI.", uri),
        attribute('required', 'boolean', 'Whether every resource has it.'),
      ],
      { multiValued: true, ...optional },
    ),
  ],
};

const characteristics: readonly Attribute[] = [
  attribute('name', 'string', "The attribute's name.", { caseExact: true }),
  attribute('type', 'string', 'Its data type.', {
    canonicalValues: ['string', 'complex', 'boolean', 'decimal', 'integer', 'dateTime', 'reference', 'binary'],
  }),
  attribute('multiValued', 'boolean', 'Whether it has several values.'),
  attribute('description', 'string', 'For people.', optional),
  attribute('required', 'boolean', 'Whether it must have a value.', optional),
  attribute('canonicalValues', 'string', 'Suggested values.', { multiValued: true, ...optional }),
  attribute('caseExact', 'boolean', 'Whether case matters in comparisons.', optional),
  attribute('mutability', 'string', 'When it can be written.', {
    canonicalValues: ['readOnly', 'readWrite', 'immutable', 'writeOnly'],
    ...optional,
  }),
  attribute('returned', 'string', 'When it is returned.', {
    canonicalValues: ['always', 'never', 'default', 'request'],
    ...optional,
  }),
  attribute('uniqueness', 'string', 'Among what its value is unique.', {
    canonicalValues: ['none', 'server', 'global'],
    ...optional,
  }),
  attribute('referenceTypes', 'string', 'What it may refer to.', { multiValued: true, caseExact: true, ...optional }),
];

/** RFC 7643 §7. */
const schema: Schema = {
  id: SCHEMA_SCHEMA,
  name: 'Schema',
  description: 'The attributes of a kind of resource.',
  attributes: [
    attribute('id', 'string', "The schema's URI.", { caseExact: true }),
    attribute('name', 'string', "The schema's name.", { ...optional, caseExact: true }),
    attribute('description', 'string', 'For people.', optional),
    complex(
      'attributes',
      'Its attributes.',
      [
        ...characteristics,
        complex('subAttributes', 'Attributes of a complex attribute.', characteristics, {
          multiValued: true,
          ...optional,
        }),
      ],
      { multiValued: true },
    ),
  ],
};

/** Schemas of discovery itself (RFC 7643 §8.7.2). */
export const DISCOVERY_SCHEMAS: readonly Schema[] = [serviceProviderConfig, resourceType, schema];

import type { Attribute } from './attribute.ts';
import { attribute, complex } from './define.ts';

const readOnly = { mutability: 'readOnly' } as const;

/** What every resource has beside its schemas (RFC 7643 §3.1); part of no schema, so not served as one. */
export const COMMON_ATTRIBUTES: readonly Attribute[] = [
  attribute('schemas', 'reference', 'URNs of the schemas in use.', {
    multiValued: true,
    required: true,
    caseExact: false,
    returned: 'always',
    referenceTypes: ['uri'],
    ...readOnly,
  }),
  attribute('id', 'string', 'Our name of the resource.', {
    caseExact: true,
    returned: 'always',
    uniqueness: 'server',
    ...readOnly,
  }),
  attribute('externalId', 'string', "The client's name of the resource.", { caseExact: true }),
  complex(
    'meta',
    'Facts of the resource itself.',
    [
      attribute('resourceType', 'string', 'User or Group.', { caseExact: true, ...readOnly }),
      attribute('created', 'dateTime', 'When it was made.', readOnly),
      attribute('lastModified', 'dateTime', 'When it was last changed.', readOnly),
      attribute('location', 'reference', 'Its address.', { referenceTypes: ['uri'], ...readOnly }),
      attribute('version', 'string', 'Its ETag.', { caseExact: true, ...readOnly }),
    ],
    readOnly,
  ),
];

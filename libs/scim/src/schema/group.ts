import type { Schema } from './attribute.ts';
import { attribute, complex } from './define.ts';

const GROUP_SCHEMA = 'urn:ietf:params:scim:schemas:core:2.0:Group';

/** RFC 7643 §4.2. Groups are not members of groups here: `type` is User. */
export const GROUP: Schema = {
  id: GROUP_SCHEMA,
  name: 'Group',
  description: 'A set of users',
  attributes: [
    attribute('displayName', 'string', 'Names the group; a fact of its members.', { required: true }),
    complex(
      'members',
      'The users in the group.',
      [
        attribute('value', 'string', "The user's id.", { required: true, caseExact: true, mutability: 'immutable' }),
        attribute('$ref', 'reference', "The user's address.", { referenceTypes: ['User'], mutability: 'immutable' }),
        attribute('type', 'string', 'Its kind.', { canonicalValues: ['User'], mutability: 'immutable' }),
        attribute('display', 'string', "The user's name.", { mutability: 'readOnly' }),
      ],
      { multiValued: true },
    ),
  ],
};

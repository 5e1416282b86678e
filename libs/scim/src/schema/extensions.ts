import type { Schema } from './attribute.ts';
import { attribute, complex } from './define.ts';

export const ENTERPRISE_SCHEMA = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
/** In the form that Entra demands of an extension's URN. */
export const ACCOUNTS_SCHEMA = 'urn:ietf:params:scim:schemas:extension:rolecall:2.0:User';

const text = (name: string, description: string) => attribute(name, 'string', description);

/** RFC 7643 §4.3. */
export const ENTERPRISE_USER: Schema = {
  id: ENTERPRISE_SCHEMA,
  name: 'Enterprise User',
  description: 'What an enterprise knows of a person',
  attributes: [
    text('employeeNumber', 'Number or other identifier in the organization.'),
    text('costCenter', 'Cost center.'),
    text('organization', 'Organization.'),
    text('division', 'Division.'),
    text('department', 'Department.'),
    complex('manager', "The user's manager.", [
      attribute('value', 'string', "The manager's id.", { caseExact: true }),
      // computed from the value, so that a PUT of what was got changes nothing
      attribute('$ref', 'reference', "The manager's address.", { referenceTypes: ['User'], mutability: 'readOnly' }),
      attribute('displayName', 'string', "The manager's name.", { mutability: 'readOnly' }),
    ]),
  ],
};

export const ACCOUNTS_ATTRIBUTE = complex(
  'accounts',
  'One entry per account.',
  [
    attribute('value', 'string', 'Names the account, as accountAttributes does.', { required: true, caseExact: true }),
    attribute('roles', 'string', 'Roles in the account; none = no access.', { multiValued: true, caseExact: true }),
    attribute('teams', 'string', 'Teams in the account.', { multiValued: true, caseExact: true }),
    attribute('status', 'string', 'inactive = no access, whatever the roles are.', {
      canonicalValues: ['active', 'inactive'],
    }),
  ],
  { multiValued: true },
);

/** Roles, teams and status of a user per account of the organization (`accountAttributes` of its document). */
export const ACCOUNTS: Schema = {
  id: ACCOUNTS_SCHEMA,
  name: 'Accounts',
  description: 'What the user may do in which account',
  attributes: [ACCOUNTS_ATTRIBUTE],
};

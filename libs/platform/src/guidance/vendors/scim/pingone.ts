import type { ScimFacts } from '../facts.ts';
import { TOKEN } from './token.ts';

export const pingoneScim: ScimFacts = {
  steps: [
    {
      text: 'Open **Integrations > Provisioning**, choose **+ > New Connection**, **Identity Store**, and **SCIM Outbound**.',
    },
    {
      text: 'Under **Configure authentication** enter:',
      fields: [
        { label: 'SCIM BASE URL', value: 'scimUrl' },
        { label: 'Users Resource', text: '/Users' },
        { label: 'Groups Resource', text: '/Groups' },
        { label: 'SCIM Version', text: '2.0' },
        { label: 'Authentication Method', text: 'OAuth 2 Bearer Token' },
        { label: 'OAuth Access Token', ...TOKEN },
        { label: 'Auth Type Header', text: 'Bearer' },
      ],
    },
    { text: 'Choose **Test Connection**.' },
    {
      text: 'Under **Configure preferences** keep the user filter `userName Eq "%s"` and the identifier `userName`; choose what happens at the end of access: **Disable** or **Delete**.',
    },
    {
      text: 'Make a **Rule** from the population to this connection with the attributes of the table below, add groups under **Group Provisioning**, and switch connection and rule on.',
    },
  ],
  test: 'It reads users. Nobody is created.',
  attributes: [
    { attribute: 'userName', source: 'Username', fact: 'userName' },
    { attribute: 'workEmail', source: 'Email Address', fact: 'email' },
    { attribute: 'firstName', source: 'Given Name', fact: 'givenName' },
    { attribute: 'lastName', source: 'Family Name', fact: 'familyName' },
    { attribute: 'active', source: 'Enabled', fact: 'who may sign in' },
    { attribute: 'groups', source: 'Group Provisioning', fact: 'groups' },
  ],
  traps: [
    'Ping updates users by PUT: an attribute that the rule does not map is cleared here.',
    'Ping finds its groups by reading all of them: names have to be unique, which they are unless the document says otherwise.',
  ],
};

import type { ScimFacts } from '../facts.ts';
import { TOKEN } from './token.ts';

export const jumpcloudScim: ScimFacts = {
  steps: [
    { text: 'Open the application under **SSO Applications**, and there the tab **Identity Management**.' },
    {
      text: 'Choose **SCIM API**, version **SCIM 2.0**, and enter:',
      fields: [
        { label: 'Base URL', value: 'scimUrl' },
        { label: 'Token Key', ...TOKEN },
        {
          label: 'Test User Email',
          text: 'scim.test@acme.com',
          note: 'of a domain of the organization, and nobody’s real address',
        },
      ],
    },
    { text: 'Choose **Test Connection**, then **Activate** and **Save**.' },
    {
      text: 'Tick **Enable management of User Groups and Group Membership**, and choose on the tab **User Groups** who shall have the application.',
    },
  ],
  test: 'It creates the test user and a test group, changes both and deletes them again. The test user has to be of a domain of the organization.',
  attributes: [
    { attribute: 'userName', source: 'Username or Email', fact: 'userName' },
    { attribute: 'emails[primary].value', source: 'Email', fact: 'email' },
    { attribute: 'name.givenName', source: 'First Name', fact: 'givenName' },
    { attribute: 'name.familyName', source: 'Last Name', fact: 'familyName' },
    { attribute: 'groups', source: 'User Groups', fact: 'groups' },
  ],
  traps: [
    'JumpCloud sends no attributes of extensions: give roles by groups.',
    'A test that ended in the middle may leave its test user, and the next one is then a conflict (409): take another test address.',
  ],
};

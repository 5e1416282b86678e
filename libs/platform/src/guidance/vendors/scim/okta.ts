import type { ScimFacts } from '../facts.ts';
import { TOKEN } from './token.ts';

export const oktaScim: ScimFacts = {
  steps: [
    {
      text: 'Open the integration that signs people in, on the tab **General** choose **App Settings > Edit**, switch **Provisioning** to **SCIM** and save. An OpenID Connect integration has no such switch: make a second one (SAML or SWA) for provisioning, hidden from the users.',
    },
    {
      text: 'On the new tab **Provisioning > Integration > Edit** enter:',
      fields: [
        { label: 'SCIM connector base URL', value: 'scimUrl' },
        { label: 'Unique identifier field for users', text: 'userName' },
        {
          label: 'Supported provisioning actions',
          text: '',
          note: 'tick **Push New Users**, **Push Profile Updates** and **Push Groups**; the imports too, if Okta shall know who is here already',
        },
        { label: 'Authentication Mode', text: 'HTTP Header' },
        { label: 'Authorization (Bearer)', ...TOKEN },
      ],
    },
    { text: 'Choose **Test Connector Configuration**, then **Save**.' },
    {
      text: 'Under **Provisioning > To App > Edit** enable **Create Users**, **Update User Attributes** and **Deactivate Users**.',
    },
    {
      text: 'Assign people or groups under **Assignments**, and choose under **Push Groups** the groups whose names your rules know.',
    },
  ],
  test: 'It reads a page of two users. Nobody is created; an empty list is a success.',
  attributes: [
    { attribute: 'userName', source: 'Okta username', fact: 'userName' },
    { attribute: 'name.givenName', source: 'user.firstName', fact: 'givenName' },
    { attribute: 'name.familyName', source: 'user.lastName', fact: 'familyName' },
    { attribute: 'emails[primary].value', source: 'user.email', fact: 'email' },
    { attribute: 'externalId', source: 'the id of the user in Okta', fact: 'externalId' },
    { attribute: 'groups', source: 'Push Groups', fact: 'groups' },
  ],
  traps: [
    'Okta never deletes a user: who is unassigned is deactivated here, keeps the id, and comes back when assigned again.',
    'Assigning a group to the application and pushing it are two things: the first creates its people, the second makes the group. Do not use one group for both: Okta then misses members.',
    'Attributes of your own go under **Profile Editor > the application > Add Attribute**, with the external namespace of the extension that the document declares.',
    'Okta sends a random password with each new user unless that is switched off; it is dropped here.',
  ],
};

import type { ScimFacts } from '../facts.ts';
import { TOKEN } from './token.ts';

export const oneloginScim: ScimFacts = {
  steps: [
    {
      text: 'Under **Applications > Applications > Add App** take **SCIM Provisioner with SAML (SCIM v2 Enterprise)**. It signs in and provisions; a **SAML Custom Connector** only signs in.',
    },
    {
      text: 'On the tab **Configuration** enter:',
      fields: [
        { label: 'SCIM Base URL', value: 'scimUrl' },
        { label: 'SCIM Bearer Token', ...TOKEN },
      ],
    },
    { text: 'Choose **API Connection: Enable**, and save.' },
    {
      text: 'On the tab **Provisioning** tick **Enable provisioning**, decide which actions need an approval, and what happens when users are deleted or their access is removed: **Suspend** or **Delete**.',
    },
    { text: 'On the tab **Parameters** set **SCIM Username** to the e-mail address or another lasting name.' },
    {
      text: 'For groups tick **Include in User Provisioning** of the parameter **Groups**, and set groups by **Rules**. **Refresh** under **Provisioning > Entitlements** reads the groups that are here.',
    },
  ],
  test: '**Enable** looks for a user who does not exist, and wants an empty list. Nobody is created.',
  attributes: [
    { attribute: 'userName', source: 'SCIM Username', fact: 'userName' },
    { attribute: 'emails[primary].value', source: 'Email', fact: 'email' },
    { attribute: 'name.givenName', source: 'First Name', fact: 'givenName' },
    { attribute: 'name.familyName', source: 'Last Name', fact: 'familyName' },
    {
      attribute: 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department',
      source: 'Department',
      fact: 'department',
    },
    { attribute: 'groups', source: 'Groups, by rules', fact: 'groups' },
  ],
  traps: [
    'Further attributes stand in the **SCIM JSON Template** of the tab **Configuration**.',
    'Actions that need an approval wait under **Users > Provisioning** until somebody gives it.',
    'OneLogin names only groups that it has read: choose **Refresh** after you made one here.',
  ],
};

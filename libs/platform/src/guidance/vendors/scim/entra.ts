import type { ScimFacts } from '../facts.ts';
import { TOKEN } from './token.ts';

export const entraScim: ScimFacts = {
  steps: [
    {
      text: 'In the Microsoft Entra admin center open **Enterprise applications > the application > Provisioning > New configuration** (it is a non-gallery application).',
    },
    {
      text: 'Choose **Bearer authentication** and enter:',
      fields: [
        {
          label: 'Tenant URL',
          value: 'scimUrl',
          note: 'with `?aadOptscim062020` at its end Entra keeps closer to the standard; both ways are understood',
        },
        { label: 'Secret token', ...TOKEN },
      ],
    },
    { text: 'Choose **Test connection**, then **Create**.' },
    {
      text: 'Under **Attribute mapping** keep the mapping of users and switch groups on. Matching goes by `userName`; set the source of `externalId` to `objectId`, which never changes.',
    },
    {
      text: 'Under **Users and groups** assign the people and groups who shall have the application. Try one person by **Provision on demand**, then **Start provisioning**.',
    },
  ],
  test: 'It looks for a user and a group with a random name, and wants two empty lists. Nobody is created.',
  attributes: [
    { attribute: 'userName', source: 'userPrincipalName', fact: 'userName' },
    {
      attribute: 'active',
      source: 'Switch([IsSoftDeleted], , "False", "True", "True", "False")',
      fact: 'who may sign in',
    },
    { attribute: 'emails[type eq "work"].value', source: 'mail', fact: 'email' },
    { attribute: 'name.givenName', source: 'givenName', fact: 'givenName' },
    { attribute: 'name.familyName', source: 'surname', fact: 'familyName' },
    { attribute: 'externalId', source: 'objectId', fact: 'externalId' },
    {
      attribute: 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department',
      source: 'department',
      fact: 'department',
    },
    { attribute: 'displayName (groups)', source: 'displayName', fact: 'groups' },
  ],
  traps: [
    'Entra works in cycles of about 40 minutes; **Provision on demand** acts at once.',
    'Members of nested groups are not provisioned by Entra: assign the groups that people are in directly.',
    'Who leaves the scope is deactivated; who is deleted in Entra is deleted here about 30 days later.',
    'After many errors Entra puts the whole configuration into quarantine: `rolecall scim log` shows what was refused and why; then choose **Restart provisioning**.',
    'An expired token leads to quarantine, too: `rolecall scim token issue` makes the next one while the former still works.',
    'The URN of an extension of your own has to have the form `urn:ietf:params:scim:schemas:extension:acme:2.0:User`, and stands under **Show advanced options > Edit attribute list**.',
  ],
};

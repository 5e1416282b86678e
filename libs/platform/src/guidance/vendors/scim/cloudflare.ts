import type { ScimFacts } from '../facts.ts';
import { TOKEN } from './token.ts';

export const cloudflareScim: ScimFacts = {
  steps: [
    {
      text: 'Provisioning from Access to a SaaS application is a beta that is set through the API: the field `scim_config` of the application (`PUT /accounts/<account>/access/apps/<app>`).',
    },
    {
      text: 'Set in `scim_config`:',
      fields: [
        { label: 'remote_uri', value: 'scimUrl' },
        { label: 'authentication.scheme', text: 'oauthbearertoken' },
        { label: 'authentication.token', ...TOKEN },
        { label: 'idp_uid', text: '', note: 'the id of the identity provider in Access whose users are provisioned' },
        { label: 'deactivate_on_delete', text: 'true', note: 'false deletes them instead' },
        { label: 'enabled', text: 'true' },
      ],
    },
    {
      text: 'Map attributes under `mappings`, where the identity provider behind Access sends others than the standard ones.',
    },
  ],
  test: 'There is none: assign one person, and look at `rolecall scim log`.',
  attributes: [
    { attribute: 'userName', source: 'userName of the identity provider behind Access', fact: 'userName' },
    { attribute: 'emails[primary].value', source: 'email', fact: 'email' },
    { attribute: 'name.givenName', source: 'given_name', fact: 'givenName' },
    { attribute: 'name.familyName', source: 'family_name', fact: 'familyName' },
    { attribute: 'groups', source: 'groups', fact: 'groups' },
  ],
  traps: [
    'Access passes on what its own identity provider tells it by SCIM: that has to be set up first.',
    'The SCIM settings of an identity provider in the Zero Trust dashboard are the other direction, into Cloudflare.',
  ],
};

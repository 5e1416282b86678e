import type { ScimFacts } from '../facts.ts';
import { TOKEN } from './token.ts';

export const genericScim: ScimFacts = {
  steps: [
    {
      text: 'Enter wherever it asks for SCIM 2.0:',
      fields: [
        { label: 'Base URL', value: 'scimUrl', note: 'without `/Users`' },
        { label: 'Bearer token', ...TOKEN },
      ],
    },
    { text: 'Let it match users by `userName`, and send an `externalId` that never changes.' },
    { text: 'Let it send groups, if rules of the document read `groups`.' },
  ],
  test: 'Whatever it does: `rolecall scim log` shows each of its requests and what was answered.',
  attributes: [
    { attribute: 'userName', source: 'a name that never goes to somebody else', fact: 'userName' },
    { attribute: 'emails[primary].value', source: 'the e-mail address', fact: 'email' },
    { attribute: 'name.givenName', source: 'the given name', fact: 'givenName' },
    { attribute: 'name.familyName', source: 'the family name', fact: 'familyName' },
    { attribute: 'groups', source: 'the groups', fact: 'groups' },
  ],
  traps: [],
};

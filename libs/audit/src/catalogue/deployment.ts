import { applied, key } from './key.ts';
import type { Catalogue } from './key.ts';

/** What belongs to the deployment, and the audit log itself. */
export const DEPLOYMENT_EVENTS: Catalogue<'platform' | 'token' | 'audit'> = {
  'platform.updated': {
    description: 'An apply changed the document of the deployment; in the chain of the deployment',
    subject: 'Id of the deployment, all zeros',
    data: applied,
  },
  'token.exchanged': {
    description: 'A job of a pipeline got an API token for its own; in the chain of the deployment',
    subject: 'Id of the API token',
    data: {
      trust: key('text', 'Name of the entry under trustedIssuers'),
      issuer: key('text', 'Who signed the token of the job'),
      workload: key('text', 'Its subject: repository, branch or environment, as the issuer writes it'),
      rights: key('texts', 'Rights of the API token'),
      organizations: key('texts', 'Patterns of names that it is held to; none = the whole deployment'),
      expiresAt: key('text', 'When it ends'),
    },
  },
  'token.ended': {
    description: 'An API token of a job ended before its time; in the chain of the deployment',
    subject: 'Id of the API token',
    data: { reason: key('text', 'trust_withdrawn: the platform document gives it no more') },
  },
  'audit.address_erased': {
    description: 'The owner of the database erased the address of one client beside the log before its time',
    subject: 'Id of the organization',
    data: {
      clients: key('number', 'Of how many of its hours it stood there'),
      origins: key('texts', 'What the events of these hours have as their origin'),
    },
  },
  'audit.exported': {
    description:
      'Somebody exported the audit log, or what a filter leaves of it, or read a hundred events of it or more at once',
    subject: 'Id of the organization; all zeros of the log of the deployment',
    data: {
      eventType: key('text', 'Only events of this type'),
      of: key('text', 'Only what this actor did'),
      about: key('text', 'Only what is about this'),
      byAddress: key('flag', 'Only what was asked from one address'),
      since: key('text', 'Only from this moment on'),
      until: key('text', 'Only up to this moment'),
    },
  },
};

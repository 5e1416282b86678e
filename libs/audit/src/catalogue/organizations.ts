import { applied, code, identityProvider, key, organization, revision } from './key.ts';
import type { Catalogue } from './key.ts';

const metadata = {
  identityProvider,
  digest: key('text', 'SHA-256 of the metadata document'),
  added: key('texts', 'SHA-256 fingerprints of signing certificates that came'),
  removed: key('texts', 'SHA-256 fingerprints of signing certificates that went'),
  ssoUrlMoved: key('flag', 'The address of the sign-on page is another one'),
};
const emailDomain = 'E-mail domain';
const domainError = key('text', 'record_missing, record_differs, dns_unreachable or email_domain_taken');

/** Settings of an organization: its document, its identity providers' metadata, its e-mail domains. */
export const ORGANIZATION_EVENTS: Catalogue<'organization' | 'metadata' | 'sso' | 'domain'> = {
  'organization.created': {
    description: 'An apply created the organization',
    subject: organization,
    data: { ...applied, name: key('text', 'Name of the organization') },
  },
  'organization.updated': {
    description: "An apply changed the organization's document, or took or gave up its ownership",
    subject: organization,
    data: {
      ...applied,
      paths: key('pointers', 'JSON pointers of the fields that changed, without their values'),
      adopted: key('flag', 'The collection took ownership; without `paths` it changed nothing else'),
      released: key('flag', 'The collection gave up ownership and changed nothing else'),
    },
  },
  'organization.renamed': {
    description: 'The organization has another name; the former one still leads to it',
    subject: organization,
    data: { revision, from: key('text', 'Former name'), to: key('text', 'New name') },
  },
  'organization.deleted': {
    description: 'An apply deleted the organization',
    subject: organization,
    data: { ...applied, name: key('text', 'Name of the organization') },
  },
  'organization.overridden': {
    description: 'Somebody set fields of the organization otherwise for a while (break-glass)',
    subject: organization,
    data: {
      paths: key('pointers', 'JSON pointers of the fields, without their values'),
      reason: key('text', 'Why, in the words of whoever did it'),
      until: key('text', 'When it ends'),
    },
  },
  'organization.override_ended': {
    description: 'Overrides ended: somebody ended them before their time, or the server took their fields back at it',
    subject: organization,
    data: { paths: key('pointers', 'JSON pointers of the fields, without their values') },
  },
  'metadata.changed': {
    description: "A refresh took what the URL of an identity provider's SAML metadata serves now",
    subject: 'Name of the identity provider',
    data: metadata,
  },
  'metadata.held': {
    description: 'A refresh found SAML metadata that an administrator must accept first; the known keys stay in use',
    subject: 'Name of the identity provider',
    data: { ...metadata, code: key('text', 'Why it is held') },
  },
  'metadata.accepted': {
    description: 'An administrator accepted SAML metadata that was held; it is in use',
    subject: 'Name of the identity provider',
    data: metadata,
  },
  'sso.tested': {
    description: 'Somebody tested an identity provider; nobody was signed in',
    subject: 'Name of the identity provider',
    data: { identityProvider, outcome: key('text', 'succeeded or refused'), code },
  },
  'sso.enforced': {
    description: 'Single sign-on is the only way in from this revision on, save for people who are exempt',
    subject: organization,
    data: { revision, exempt: key('number', 'How many people are exempt') },
  },
  'sso.released': {
    description: 'Single sign-on is not enforced any more; every session ended',
    subject: organization,
    data: { revision },
  },
  'domain.verified': {
    description: "The TXT record of an e-mail domain proved that it is the organization's",
    subject: emailDomain,
    data: {},
  },
  'domain.lost': {
    description: 'The proof of an e-mail domain was missing for a week: it leads nobody to the organization any more',
    subject: emailDomain,
    data: { error: domainError },
  },
  'domain.refused': {
    description:
      "The organization proved an e-mail domain that is another one's: nothing was changed, somebody should look",
    subject: emailDomain,
    data: { error: domainError },
  },
};

import type { AuditEventType } from './event.ts';

/**
 * What a key of an event's data holds. A list of names = a list of records with these keys, each a text or a number.
 * Everything else is dropped by `redact`, so a profile or an assertion cannot slip in as a nested value.
 */
export type Holds = 'text' | 'number' | 'flag' | 'texts' | readonly string[];

export interface CataloguedKey {
  readonly description: string;
  readonly holds: Holds;
}

export interface CataloguedEvent {
  readonly description: string;
  /** What the event's `subject` is. */
  readonly subject: string;
  readonly data: Readonly<Record<string, CataloguedKey>>;
}

const key = (holds: Holds, description: string): CataloguedKey => ({ description, holds });

const revision = key('number', 'Revision of the configuration that was in force, or that this event made');
const identityProvider = key('text', 'Name of the identity provider');
const code = key('text', 'Stable code of the refusal');
const granted = key(['scope', 'role'], 'Grants that this user gained');
const revoked = key(['scope', 'role'], 'Grants that this user lost');
const joined = key('texts', 'Groups that this user joined');
const receipt = key('text', 'Id of the off-boarding receipt, which says what ended');
const added = key('texts', 'Ids of the users who became members');
const removed = key('texts', 'Ids of the users who were members');
const directoryGroup = 'Id of a group of the directory';
const holdReason = key('text', 'mass_change or last_sso_admin');
const left = key('texts', 'Groups that this user left');

const factor = key('text', 'totp, email_code or recovery_code');

const metadata = {
  identityProvider,
  digest: key('text', 'SHA-256 of the metadata document'),
  added: key('texts', 'SHA-256 fingerprints of signing certificates that came'),
  removed: key('texts', 'SHA-256 fingerprints of signing certificates that went'),
  ssoUrlMoved: key('flag', 'The address of the sign-on page is another one'),
};

const applied = {
  revision,
  digest: key('text', 'SHA-256 of the canonical document'),
  file: key('text', 'File in the repository'),
  commit: key('text', 'Commit that was applied'),
  repository: key('text', 'Repository that it came from'),
  collection: key('text', 'Collection that owns the organization'),
};

const organization = 'Organization id';
const user = 'User id';
const recoveryAdmin = 'SHA-256 of the address of the recovery admin in lower case, hex';
const emailDomain = 'E-mail domain';
const nameOfToken = key('text', 'Name of the token in the document');
const domainError = key('text', 'record_missing, record_differs, dns_unreachable or email_domain_taken');

/**
 * Every type of audit event, with everything that its data may say. What is not listed is not kept: add a key here before
 * recording it. No key holds an e-mail address, a name of a person, a value of the facts, a token or an assertion.
 */
export const EVENT_CATALOGUE: Readonly<Record<AuditEventType, CataloguedEvent>> = {
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
      paths: key('texts', 'JSON pointers of the fields that changed, without their values'),
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
    description: 'Somebody set declared fields of the organization otherwise for a while (break-glass)',
    subject: organization,
    data: {
      paths: key('texts', 'JSON pointers of the fields, without their values'),
      reason: key('text', 'Why, in the words of whoever did it'),
      until: key('text', 'When it ends'),
    },
  },
  'organization.override_ended': {
    description: 'Somebody ended overrides before their time; the next apply takes the fields back',
    subject: organization,
    data: { paths: key('texts', 'JSON pointers of the fields, without their values') },
  },
  'user.created': {
    description: 'A user was created, at the first login or by a SCIM client',
    subject: user,
    data: { identityProvider, revision },
  },
  'user.updated': {
    description: 'The profile or the status of a user changed',
    subject: user,
    data: {
      identityProvider,
      revision,
      fields: key(
        'texts',
        "Names of the profile fields, or of the directory's attributes, that changed, without their values",
      ),
      status: key('text', 'The new status, where it changed'),
    },
  },
  'user.adopted': {
    description:
      'A SCIM client created a user who existed by the same e-mail address; it keeps its access until its next change',
    subject: user,
    data: { revision },
  },
  'user.invited': {
    description: 'Somebody invited a user, or sent an invited one another link',
    subject: user,
    data: { revision, granted, joined, again: key('flag', 'Another link; the one before ended') },
  },
  'user.deactivated': {
    description: 'A SCIM client or an administrator deactivated a user; every way in of it ended',
    subject: user,
    data: { revision, receipt },
  },
  'user.reactivated': {
    description: 'A SCIM client or an administrator activated a user who was inactive',
    subject: user,
    data: { revision },
  },
  'user.deleted': {
    description: 'A SCIM client or an administrator deleted a user with all that belongs to it',
    subject: user,
    data: { receipt },
  },
  'identity.linked': {
    description: 'An identity of an identity provider was linked to an existing user',
    subject: user,
    data: {
      identityProvider,
      revision,
      how: key(
        'text',
        'verified_email: by an address of the organization that the identity provider vouches for; alias: by one that is an alias of it; directory: by userName, externalId or such an address in the directory; user: the user linked it, signed in',
      ),
    },
  },
  'identity.unlinked': {
    description:
      'A user took an identity of an identity provider away from their account; the sessions that it opened ended',
    subject: user,
    data: { identityProvider, sessions: key('number', 'How many sessions ended') },
  },
  'user.invitation_accepted': {
    description: 'An invited user set a password by the link of the invitation',
    subject: user,
    data: {},
  },
  'password.set': {
    description: 'A user has another password: sessions, links and pending sign-ins of the former one ended',
    subject: user,
    data: {
      how: key('text', 'invitation or reset: by a link that was mailed; change: by the user, signed in'),
      sessions: key('number', 'How many sessions ended'),
    },
  },
  'password.removed': {
    description: 'The password of a user signs in no longer, since the user linked an account of their own',
    subject: user,
    data: { identityProvider },
  },
  'password.reset_requested': {
    description: 'Somebody asked for a link to set a password, and it was mailed to the user',
    subject: user,
    data: {},
  },
  'second_factor.enrolled': {
    description: 'A user has a second factor for sign-ins by password, or new recovery codes',
    subject: user,
    data: { factor },
  },
  'second_factor.removed': {
    description: 'A second factor of a user is gone',
    subject: user,
    data: { factor },
  },
  'second_factor.failed': {
    description: 'The password was right, and a code of the second factor was not',
    subject: user,
    data: { factor, tries: key('number', 'How many codes were tried in this sign-in') },
  },
  'grants.changed': {
    description: 'Grants changed: of one user by a login, or of an organization by new rules',
    subject: `${user}; organization id when new rules did it`,
    data: {
      revision,
      granted,
      revoked,
      affectedUsers: key('number', 'Users whose grants or groups the new rules changed'),
      refusedUsers: key('number', 'Users whom the new rules would refuse; they lost all that rules gave them'),
      grants: key(['scope', 'role', 'gain', 'lose'], 'How many users gained and lost each grant by the new rules'),
      groups: key(['group', 'gain', 'lose'], 'How many users joined and left each group by the new rules'),
    },
  },
  'grants.edited': {
    description: 'Somebody gave a user roles, or took them, where roles are edited and no mapping gives them',
    subject: user,
    data: { revision, granted, revoked },
  },
  'groups.changed': {
    description: 'Group memberships of a user changed',
    subject: user,
    data: { revision, joined, left },
  },
  'login.succeeded': {
    description: 'A user signed in',
    subject: user,
    data: { identityProvider, revision },
  },
  'login.refused': {
    description: 'A login was refused; the trace id leads to its flow record',
    subject: 'Name of the identity provider',
    data: { identityProvider, code, revision },
  },
  'logout.refused': {
    description: 'A logout message of an identity provider was refused; the trace id leads to its flow record',
    subject: 'Name of the identity provider',
    data: { identityProvider, code },
  },
  'session.opened': {
    description: 'A session was opened',
    subject: user,
    data: { identityProvider },
  },
  'session.revoked': {
    description: 'Sessions of a user, or of a disabled or removed identity provider, ended before their time',
    subject: `${user}; organization id when an apply did it`,
    data: {
      reason: key(
        'text',
        'logout, single_logout (the identity provider said so), user_disabled, administrator, identity_provider_disabled, sso_enforced or sso_released',
      ),
      identityProvider,
      sessions: key('number', 'How many sessions ended'),
    },
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
  'recovery.requested': {
    description: 'A recovery admin asked for a one-time link to repair the sign-in',
    subject: recoveryAdmin,
    data: { twoPerson: key('flag', 'Another recovery admin has to confirm first') },
  },
  'recovery.confirmed': {
    description: 'Another recovery admin confirmed what the subject asked for; the link was sent',
    subject: recoveryAdmin,
    data: {},
  },
  'recovery.refused': {
    description: 'Somebody asked for a recovery link who is no recovery admin, or with a link that is good no longer',
    subject: organization,
    data: { code },
  },
  'recovery.opened': {
    description: 'A recovery link was used: a session that can repair the sign-in and do nothing else',
    subject: recoveryAdmin,
    data: {},
  },
  'recovery.ended': {
    description: 'A recovery session was ended by its user',
    subject: recoveryAdmin,
    data: {},
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
  'directory.token_issued': {
    description: 'A token of the directory was made; those of its name that were alive end after the overlap',
    subject: 'Id of the token',
    data: {
      name: nameOfToken,
      expiresAt: key('text', 'When it ends'),
      former: key('number', 'How many tokens of its name were alive'),
    },
  },
  'directory.token_revoked': {
    description: 'A token of the directory ended before its time',
    subject: 'Id of the token',
    data: {
      name: nameOfToken,
      reason: key('text', 'request, or undeclared: an apply took its name out of the document'),
    },
  },
  'group.created': {
    description: 'A SCIM client created a group of the directory',
    subject: directoryGroup,
    data: { added },
  },
  'group.changed': {
    description: 'A SCIM client changed a group of the directory, or its members',
    subject: directoryGroup,
    data: { fields: key('texts', 'Names of the attributes that changed, without their values'), added, removed },
  },
  'group.name_lost': {
    description: 'Another group took a name that this one had formerly: it gives nothing to the members any more',
    subject: directoryGroup,
    data: { to: key('text', 'Id of the group that is called so now') },
  },
  'group.deleted': {
    description: 'A SCIM client deleted a group of the directory',
    subject: directoryGroup,
    data: { removed },
  },
  'directory.held': {
    description:
      'A SCIM client would have deactivated or deleted too many users, or the last administrator: nothing was changed',
    subject: 'Hold id',
    data: { reason: holdReason, user: key('text', 'User id of the last administrator') },
  },
  'directory.released': {
    description: 'Somebody let what was held through, for the time of the window',
    subject: 'Hold id',
    data: { reason: holdReason },
  },
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
  'users.exported': {
    description: 'Somebody read the users of the organization in bulk: by a large page, or by one page after the other',
    subject: 'Id of the organization',
    data: { users: key('number', 'How many came with this page') },
  },
  'audit.exported': {
    description: 'Somebody exported the audit log, or what a filter leaves of it',
    subject: 'Id of the organization; all zeros of the log of the deployment',
    data: {
      eventType: key('text', 'Only events of this type'),
      of: key('text', 'Only what this actor did'),
      about: key('text', 'Only what is about this'),
      since: key('text', 'Only from this moment on'),
      until: key('text', 'Only up to this moment'),
    },
  },
};

import { identityProvider, key, revision, user } from './key.ts';
import type { Catalogue } from './key.ts';

const granted = key(['scope', 'role'], 'Grants that this user gained');
const revoked = key(['scope', 'role'], 'Grants that this user lost');
const joined = key('texts', 'Groups that this user joined');
const receipt = key('text', 'Id of the off-boarding receipt, which says what ended');
const left = key('texts', 'Groups that this user left');

/** Who the users are, and what they may do. */
export const USER_EVENTS: Catalogue<'user' | 'identity' | 'grants' | 'groups' | 'users'> = {
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
      'An account elsewhere signs a user in no longer: the user, an administrator or a mailed reset took it away; the sessions that it opened ended',
    subject: user,
    data: { identityProvider, sessions: key('number', 'How many sessions ended') },
  },
  'user.invitation_accepted': {
    description: 'An invited user set a password by the link of the invitation',
    subject: user,
    data: {},
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
  'users.exported': {
    description:
      'Somebody read the users of the organization in bulk: by a large page, by one page after the other, or by a plan that names whom it concerns',
    subject: 'Id of the organization',
    data: { users: key('number', 'How many came with this page or plan') },
  },
};

import { key } from './key.ts';
import type { Catalogue } from './key.ts';

const added = key('texts', 'Ids of the users who became members');
const removed = key('texts', 'Ids of the users who were members');
const directoryGroup = 'Id of a group of the directory';
const holdReason = key('text', 'mass_change or last_sso_admin');
const nameOfToken = key('text', 'Name of the token in the document');

/** What SCIM clients and their tokens do. */
export const DIRECTORY_EVENTS: Catalogue<'directory' | 'group'> = {
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
};

import { count, list, moment, nullable, object, orNull, ref, string } from './parts.ts';

const uuid = { type: 'string', format: 'uuid' };

const user = {
  userId: uuid,
  status: { enum: ['invited', 'active', 'disabled'] },
  email: orNull(string),
  givenName: orNull(string),
  familyName: orNull(string),
  displayName: orNull(string),
  managed: { type: 'boolean', description: 'A user of the directory' },
};

const ADDRESS = "^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]{1,63}(?:\\.[A-Za-z0-9-]{1,63})+$";
const name = { type: 'string', pattern: '^[A-Za-z0-9._/-]{1,128}$' };
const printLink = { const: true, description: 'Answer the link, and send no mail' };

const why = {
  sources: { ...list({ type: 'object' }), description: 'What gives it: entries of the policy, or who edited it' },
  revision: { type: 'integer', minimum: 1, description: 'Of the document whose rules gave it' },
  since: moment,
};

/** Users. */
export const users = {
  UserPage: object({ users: list(ref('User')), nextCursor: { type: ['string', 'null'] } }),
  User: object({
    ...user,
    identityProviders: list(string),
    grants: list(object({ scope: string, role: string })),
    groups: list(string),
  }),
  UserDetail: object({
    ...user,
    createdAt: moment,
    updatedAt: moment,
    stoppedAt: { ...orNull(moment), description: 'Since when an administrator keeps the user out' },
    sessions: { ...count, description: 'How many are open' },
    identities: list(object({ identityProvider: string, lastLoginAt: moment })),
    grants: list(object({ scope: string, role: string, ...why })),
    groups: list(object({ group: string, ...why })),
  }),
  UserSessions: object({
    sessions: list(
      object({
        id: { ...string, description: 'Names it; opens nothing' },
        identityProvider: string,
        browser: { ...orNull(string), description: 'A short name for people' },
        openedAt: moment,
        lastSeenAt: { ...moment, description: 'Within a minute' },
        expiresAt: moment,
      }),
    ),
  }),
  Invitation: object(
    {
      email: { type: 'string', maxLength: 254, pattern: ADDRESS },
      displayName: { type: 'string', minLength: 1, maxLength: 200, pattern: '^[^\\u0000-\\u001f\\u007f]*$' },
      grants: { ...list(object({ scope: name, role: name }), 1000), description: 'On scopes whose roles are edited' },
      groups: { ...list(name, 1000), description: 'With managedBy: app' },
      printLink,
    },
    ['displayName', 'grants', 'groups', 'printLink'],
  ),
  UserImport: object(
    {
      csv: { type: 'string', maxLength: 5_000_000, description: 'Columns: email, displayName, and accounts with role maps' },
      apply: { type: 'boolean', description: 'Default false: nothing is written' },
    },
    ['apply'],
  ),
  ImportedUsers: object({
    applied: { type: 'boolean' },
    created: { ...count, description: 'Invited: the mail goes out with an invitation of their own' },
    changed: count,
    unchanged: count,
  }),
  InvitationAgain: object({ printLink }, ['printLink']),
  Invited: object({
    userId: uuid,
    expiresAt: moment,
    link: { ...orNull(string), description: 'SECRET: lets in as this user, once. null: it went by mail' },
  }),
  SignedReceipt: object({ receipt: ref('OffboardingReceipt'), jws: string }),
  EndedSessions: object({ sessionsEnded: count }),
  StoppedUser: object({
    outcome: { enum: ['deactivated', 'deleted', 'unchanged'], description: 'unchanged: was deactivated already' },
    receipt: nullable(ref('OffboardingReceipt')),
  }),
  ReactivatedUser: object({ outcome: { enum: ['reactivated', 'unchanged'] }, user: ref('UserDetail') }),
  UnlinkedIdentity: object({
    outcome: { enum: ['unlinked', 'unchanged'] },
    sessionsEnded: { type: 'integer', description: 'That it had opened' },
  }),
  EditedMembership: object({ outcome: { enum: ['joined', 'left', 'unchanged'] }, user: ref('UserDetail') }),
  EditedUser: object({ outcome: { enum: ['granted', 'revoked', 'unchanged'] }, user: ref('UserDetail') }),
  UserAccess: object({
    at: moment,
    grants: list(
      object({
        scope: string,
        role: string,
        since: moment,
        until: { ...orNull(moment), description: 'null: it is held as it was' },
        sources: {
          ...list({ type: 'object' }),
          description: 'Entry of the policy with the attribute and the value that matched, and its place; or who edited it',
        },
        revision: nullable(
          object({
            number: { type: 'integer', minimum: 1 },
            appliedAt: moment,
            appliedBy: string,
            repository: orNull(string),
            commit: orNull(string),
            file: orNull(string),
          }),
        ),
      }),
    ),
  }),
  OffboardingReceipt: object({
    id: uuid,
    userId: uuid,
    at: { ...moment, description: 'When it was asked for' },
    by: { ...string, description: "Name of the directory's token, or of an administrator: `token/<id>`, `user/<id>`" },
    cause: { enum: ['deactivated', 'deleted'] },
    sessionsEnded: count,
    applicationsEnded: { ...count, description: 'Sign-ins to applications by OpenID Connect that ended with them, tokens and all' },
    forwardAuthEnded: { ...count, description: 'Sign-ins to applications behind a proxy that ended with them' },
    signInsEnded: { ...count, description: 'Sign-ins that were under way' },
    linksEnded: { ...count, description: 'One-time links that were out: invitations, resets, recovery' },
    recoverySessionsEnded: count,
    devicesForgotten: count,
    identities: { ...count, description: 'Linked identities that stay (deactivated) or went along (deleted)' },
    grants: count,
    groups: count,
    effectiveAt: { ...orNull(moment), description: 'When nothing was open any more; null: not noted at that time' },
    milliseconds: { type: ['integer', 'null'], minimum: 0, description: 'From the request to the effect, in PostgreSQL' },
  }),
};

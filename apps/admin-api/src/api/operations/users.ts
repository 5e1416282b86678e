import { PAGE_SIZE } from './operation.ts';
import type { Operation } from './operation.ts';

/** Ten thousand users with role maps of some accounts. */
const IMPORT_BODY = 7 * 1024 * 1024;
const USER = '/v1/organizations/:organization/users/:user';

const LAST_SSO_ADMIN = {
  lastSsoAdmin: {
    description: 'Consent to take the last user who holds sso_admin, where SSO is enforced',
    schema: { enum: ['true'] },
  },
} as const;

/** Users, as administrators look after them. */
export const users = {
  listUsers: {
    id: 'listUsers',
    method: 'get',
    path: '/v1/organizations/:organization/users',
    summary: 'The users of one organization with the roles and groups that they hold, page by page; personal data',
    right: 'users.read',
    query: {
      status: { description: 'Only these', schema: { enum: ['invited', 'active', 'disabled'] } },
      email: { description: 'Only with this address', schema: { type: 'string', maxLength: 254 } },
      role: { description: 'Only who holds this role, on any scope', schema: { type: 'string', maxLength: 128 } },
      group: { description: 'Only who is in this group', schema: { type: 'string', maxLength: 128 } },
      managed: { description: 'Only users of the directory, or only the others', schema: { enum: ['true', 'false'] } },
      cursor: { description: '`nextCursor` of the page before', schema: { type: 'string', format: 'uuid' } },
      limit: PAGE_SIZE,
    },
    response: 'UserPage',
    refusals: { 404: ['unknown_organization'] },
  },
  readUser: {
    id: 'readUser',
    method: 'get',
    path: USER,
    summary: 'One user, with what it holds, from which source and since when; personal data',
    right: 'users.read',
    response: 'UserDetail',
    refusals: { 404: ['unknown_organization', 'unknown_user'] },
  },
  listUserSessions: {
    id: 'listUserSessions',
    method: 'get',
    path: `${USER}/sessions`,
    summary: 'Where one user is signed in, the newest first',
    right: 'users.read',
    response: 'UserSessions',
    refusals: { 404: ['unknown_organization', 'unknown_user'] },
  },
  endUserSessions: {
    id: 'endUserSessions',
    method: 'delete',
    path: `${USER}/sessions`,
    summary: 'Ends every session of one user at once; the user may sign in again',
    right: 'users.write',
    response: 'EndedSessions',
    refusals: { 404: ['unknown_organization', 'unknown_user'] },
  },
  inviteUser: {
    id: 'inviteUser',
    method: 'post',
    path: '/v1/organizations/:organization/users',
    summary:
      'Invites somebody: creates a user with edited roles and groups, who is let in by a link once, by mail or (printLink) in the answer',
    right: 'users.write',
    body: 'Invitation',
    response: 'Invited',
    refusals: {
      404: ['unknown_organization', 'unknown_scope', 'unknown_role', 'unknown_group'],
      409: ['address_taken', 'managed_by_idp', 'mail_not_configured'],
      422: ['email_domain_refused'],
    },
  },
  importUsers: {
    id: 'importUsers',
    method: 'post',
    path: '/v1/organizations/:organization/users/import',
    summary:
      'Binds existing users by address and creates invited ones, from CSV as the export has it, each with exactly the roles of its line: all or nobody; without apply it only says what it would do',
    right: 'users.write',
    body: 'UserImport',
    bodyLimit: IMPORT_BODY,
    query: LAST_SSO_ADMIN,
    response: 'ImportedUsers',
    refusals: { 404: ['unknown_organization'], 409: ['no_sso_admin'], 422: ['import_invalid'] },
  },
  inviteUserAgain: {
    id: 'inviteUserAgain',
    method: 'post',
    path: `${USER}/invitation`,
    summary: 'Sends an invited user another link; the one before ends',
    right: 'users.write',
    body: 'InvitationAgain',
    response: 'Invited',
    refusals: {
      404: ['unknown_organization', 'unknown_user'],
      409: ['not_invited', 'managed_by_scim', 'mail_not_configured'],
    },
  },
  listUserReceipts: {
    id: 'listUserReceipts',
    method: 'get',
    path: '/v1/organizations/:organization/receipts',
    summary: 'What ended with one user, each time that it went, the newest first; also of a user who is gone',
    right: 'users.read',
    query: { user: { description: 'Its id', schema: { type: 'string', format: 'uuid' } } },
    response: 'OffboardingReceipts',
    refusals: { 404: ['unknown_organization'] },
  },
  readReceipt: {
    id: 'readReceipt',
    method: 'get',
    path: '/v1/organizations/:organization/receipts/:receipt',
    summary: 'One off-boarding receipt, signed (JWS, EdDSA) by a key of /.well-known/jwks.json',
    right: 'users.read',
    response: 'SignedReceipt',
    refusals: { 404: ['unknown_organization', 'unknown_receipt'] },
  },
  deactivateUser: {
    id: 'deactivateUser',
    method: 'post',
    path: `${USER}/deactivate`,
    summary:
      'Ends every way in of one user at once, and keeps the user out until somebody reactivates it, whatever a directory says; with a receipt',
    right: 'users.write',
    query: LAST_SSO_ADMIN,
    response: 'StoppedUser',
    refusals: { 404: ['unknown_organization', 'unknown_user'], 409: ['no_sso_admin'] },
  },
  reactivateUser: {
    id: 'reactivateUser',
    method: 'post',
    path: `${USER}/reactivate`,
    summary: 'Lets a deactivated user in again; nothing that ended comes back',
    right: 'users.write',
    response: 'ReactivatedUser',
    refusals: { 404: ['unknown_organization', 'unknown_user'], 409: ['managed_by_scim'] },
  },
  deleteUser: {
    id: 'deleteUser',
    method: 'delete',
    path: USER,
    summary: 'Ends every way in of one user at once, and deletes the user with all that is its own; with a receipt',
    right: 'users.write',
    query: LAST_SSO_ADMIN,
    response: 'StoppedUser',
    refusals: { 404: ['unknown_organization', 'unknown_user'], 409: ['managed_by_scim', 'no_sso_admin'] },
  },
  grantRole: {
    id: 'grantRole',
    method: 'put',
    path: `${USER}/grants/:scope/:role`,
    summary:
      'Gives one user a role on a scope whose roles are edited (managedBy: app, or appScopes); tells the user by mail',
    right: 'users.write',
    response: 'EditedUser',
    refusals: {
      404: ['unknown_organization', 'unknown_user', 'unknown_scope', 'unknown_role'],
      409: ['managed_by_idp', 'managed_by_scim'],
    },
  },
  revokeRole: {
    id: 'revokeRole',
    method: 'delete',
    path: `${USER}/grants/:scope/:role`,
    summary: 'Takes a role from one user on a scope whose roles are edited; tells the user by mail',
    right: 'users.write',
    query: LAST_SSO_ADMIN,
    response: 'EditedUser',
    refusals: {
      404: ['unknown_organization', 'unknown_user', 'unknown_scope', 'unknown_role'],
      409: ['managed_by_idp', 'managed_by_scim', 'no_sso_admin'],
    },
  },
  joinGroup: {
    id: 'joinGroup',
    method: 'put',
    path: `${USER}/groups/:group`,
    summary: 'Has one user join a declared group, where the application manages access (managedBy: app)',
    right: 'users.write',
    response: 'EditedMembership',
    refusals: { 404: ['unknown_organization', 'unknown_user', 'unknown_group'], 409: ['managed_by_idp'] },
  },
  leaveGroup: {
    id: 'leaveGroup',
    method: 'delete',
    path: `${USER}/groups/:group`,
    summary: 'Has one user leave a declared group, where the application manages access',
    right: 'users.write',
    response: 'EditedMembership',
    refusals: { 404: ['unknown_organization', 'unknown_user', 'unknown_group'], 409: ['managed_by_idp'] },
  },
  unlinkIdentity: {
    id: 'unlinkIdentity',
    method: 'delete',
    path: `${USER}/identities/:identityProvider`,
    summary:
      'Takes an account that one user has linked (consumerAccounts: link) away, with the sessions that it opened; tells the user by mail, who may set a password by a link again',
    right: 'users.write',
    response: 'UnlinkedIdentity',
    refusals: {
      404: ['unknown_organization', 'unknown_user', 'unknown_identity_provider'],
      409: ['managed_by_idp'],
    },
  },
  readUserAccess: {
    id: 'readUserAccess',
    method: 'get',
    path: `${USER}/access`,
    summary:
      'Which roles one user has and why, now or at a moment of the past: entry, place in the files, commit, evidence, since when; personal data',
    right: 'users.read',
    query: { at: { description: 'Default now', schema: { type: 'string', format: 'date-time' } } },
    response: 'UserAccess',
    refusals: { 404: ['unknown_organization', 'unknown_user'] },
  },
} as const satisfies Record<string, Operation>;

import { code, identityProvider, key, organization, revision, user } from './key.ts';
import type { Catalogue } from './key.ts';

const application = key('text', 'Name of the application');
const factor = key('text', 'totp, email_code or recovery_code');
const recoveryAdmin =
  'the recovery admin by revision and place in login.recoveryAdmins, such as r14-2: the second of revision 14';

/** Ways in and out: single sign-on, passwords, second factors, recovery links. */
export const SIGN_IN_EVENTS: Catalogue<
  'password' | 'second_factor' | 'login' | 'logout' | 'session' | 'application' | 'recovery'
> = {
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
  'application.signed_in': {
    description:
      'A user who is signed in opened an application: it got a code for its tokens, or the browser its cookie there',
    subject: user,
    data: { application },
  },
  'application.token_reused': {
    description: 'A code or refresh token that had been used came once more: the sign-in to the application ended',
    subject: user,
    data: { application, kind: key('text', 'code or refresh') },
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
};

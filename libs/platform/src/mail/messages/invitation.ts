import type { MessageOf } from './message.ts';
import { linkParts } from './message.ts';

export const invitation: MessageOf<'invitation'> = ({ link, inviter, enforced }, { organization }) => ({
  subject: `You are invited to ${organization}`,
  parts: [
    {
      p:
        inviter === undefined
          ? `${organization} has an account for you.`
          : `${inviter} invites you to ${organization}.`,
    },
    {
      p: enforced
        ? 'You sign in with the account that you have at your company: there is no password to set.'
        : 'Accept the invitation to choose a password, or to sign in with the account that you have at your company.',
    },
    ...linkParts(enforced ? 'Accept and sign in' : 'Accept the invitation', link),
    { small: 'The link works once, for 7 days. If you do not know what this is about, leave it alone.' },
  ],
});

import type { MessageOf } from './message.ts';
import { when } from './message.ts';

export const identityChanged: MessageOf<'identity-changed'> = ({ what, account, at }, { organization, signInUrl }) => {
  if (what === 'linked') {
    return {
      subject: `Your ${account} account signs you in to ${organization} from now on`,
      parts: [
        { p: `That was on ${when(at)}. A password that you had here does not work any more.` },
        { p: 'If it was you, there is nothing to do. If it was not, tell your administrator now, who can unlink it.' },
      ],
    };
  }
  const by = what === 'unlinked' ? 'in your account' : 'by an administrator';
  return {
    subject: `Your ${account} account does not sign you in to ${organization} any more`,
    parts: [
      { p: `It was unlinked ${by} on ${when(at)}, and the sessions that it had opened have ended.` },
      { p: 'Have you no other way to sign in, set a password by a link that we mail you.' },
      { button: { label: 'Get a password', url: `${signInUrl}/forgot` } },
    ],
  };
};

import type { MessageOf } from './message.ts';
import { linkParts } from './message.ts';

export const recoveryConfirm: MessageOf<'recovery-confirm'> = ({ link, address }, { organization }) => ({
  subject: `Confirm recovery access to ${organization}?`,
  parts: [
    {
      p: `${address} asks for access to repair the single sign-on of ${organization}. A second recovery admin has to agree.`,
    },
    { p: 'Call them before you do: a mail can come from a mailbox that somebody else has opened.' },
    ...linkParts('Look and confirm', link),
    { small: 'The link works once, for 15 minutes. If you do nothing, nobody gets in.' },
  ],
});

import type { MessageOf } from './message.ts';
import { when } from './message.ts';

export const recoveryAnnounced: MessageOf<'recovery-announced'> = ({ address, at }, { organization }) => ({
  subject: `Recovery access to ${organization} was asked for`,
  parts: [
    { p: `${address} asked for access to repair the single sign-on of ${organization}, on ${when(at)}.` },
    {
      p: 'You get this because you are a recovery admin. If your team is repairing something, there is nothing to do.',
    },
    {
      p: 'If nobody of you is, somebody may be in the mailbox of that person: call them, and have the mailbox locked.',
    },
  ],
});

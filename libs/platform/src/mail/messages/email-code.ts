import type { MessageOf } from './message.ts';

/** The code stands in no subject, which a locked screen shows. */
export const emailCode: MessageOf<'email-code'> = ({ code }, { organization }) => ({
  subject: `Your code to sign in to ${organization}`,
  parts: [
    { p: 'Enter this code on the page where you are signing in:' },
    { code },
    { p: `It works once, for 10 minutes. Nobody of ${organization} will ever ask you for it.` },
    { small: 'If you are not signing in at this moment, somebody else knows your password: change it.' },
  ],
});

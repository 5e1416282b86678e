import type { MessageOf } from './message.ts';
import { linkParts } from './message.ts';

export const verifyEmail: MessageOf<'verify-email'> = ({ link }, { organization }) => ({
  subject: `Confirm your e-mail address for ${organization}`,
  parts: [
    { p: `Confirm that this address is yours, so that ${organization} can use it for your account.` },
    ...linkParts('Confirm this address', link),
    { small: 'The link works once, for a day. If this is not your account, do nothing.' },
  ],
});

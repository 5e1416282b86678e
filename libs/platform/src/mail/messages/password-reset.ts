import type { MessageOf } from './message.ts';
import { linkParts } from './message.ts';

export const passwordReset: MessageOf<'password-reset'> = ({ link }, { organization }) => ({
  subject: `Choose a new password for ${organization}`,
  parts: [
    { p: `Somebody, most likely you, asked for a new password for your account at ${organization}.` },
    ...linkParts('Choose a new password', link),
    { small: 'The link works once, for 30 minutes. If it was not you, do nothing: your password stays as it is.' },
  ],
});

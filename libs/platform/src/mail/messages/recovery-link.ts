import type { MessageOf } from './message.ts';
import { linkParts } from './message.ts';

export const recoveryLink: MessageOf<'recovery-link'> = ({ link, requestedFrom }, { organization }) => ({
  subject: `Recovery access to ${organization}`,
  parts: [
    { p: `Somebody, most likely you, asked for access to repair the single sign-on of ${organization}.` },
    { p: `Asked from: ${requestedFrom}` },
    ...linkParts('Open recovery access', link),
    {
      small:
        'The link works once, for 15 minutes. All recovery admins are told of it. If it was not you, do not open it, and tell the others.',
    },
  ],
});

import type { MessageOf } from './message.ts';
import { when } from './message.ts';

export const passwordChanged: MessageOf<'password-changed'> = ({ at }, { organization, signInUrl }) => ({
  subject: `Your password for ${organization} was changed`,
  parts: [
    { p: `That was on ${when(at)}. Other browsers where you were signed in are signed out.` },
    { p: 'If it was you, there is nothing to do.' },
    { p: `If it was not, ask for another password now, and tell the people who look after ${organization}.` },
    { button: { label: 'It was not me: get another password', url: `${signInUrl}/forgot` } },
  ],
});

import type { MessageOf } from './message.ts';

export const ssoEnforced: MessageOf<'sso-enforced'> = (_data, { organization, signInUrl }) => ({
  subject: `Sign in to ${organization} with your company account`,
  parts: [
    {
      p: `From now on ${organization} is opened with the account that you have at your company. A password that you had here is not asked for any more.`,
    },
    { p: 'You may have been signed out. Your account and what you may do stay as they are.' },
    { button: { label: 'Sign in', url: signInUrl } },
  ],
});

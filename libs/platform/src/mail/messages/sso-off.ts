import type { MessageOf } from './message.ts';

export const ssoOff: MessageOf<'sso-off'> = (_data, { organization, signInUrl }) => ({
  subject: `You can sign in to ${organization} with a password`,
  parts: [
    { p: `${organization} no longer asks for the account that you have at your company. Everybody was signed out.` },
    { p: 'A password that you had before works again. If you have none, choose one:' },
    { button: { label: 'Get a password', url: `${signInUrl}/forgot` } },
    { small: 'Your account and what you may do stay as they are.' },
  ],
});

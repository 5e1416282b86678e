import type { MessageOf } from './message.ts';

export const secondFactorOff: MessageOf<'second-factor-off'> = (_data, { organization }) => ({
  subject: `The second factor at ${organization} was switched off`,
  parts: [
    { p: `${organization} now signs in with the accounts that people have at their company.` },
    {
      p: 'Your company asks for a second factor there, if it wants one. The authenticator app and the recovery codes that you had here were removed; you can delete the entry in your app.',
    },
  ],
});

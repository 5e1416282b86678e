import type { SecondFactorChange } from '@rolecall/persistence';
import type { MessageOf } from './message.ts';
import { when } from './message.ts';

const WHAT: Readonly<Record<SecondFactorChange, { readonly subject: string; readonly what: string }>> = {
  enrolled: {
    subject: 'An authenticator app was added',
    what: 'From now on you are asked for a code of your authenticator app after your password.',
  },
  removed: {
    subject: 'Your authenticator app was removed',
    what: 'You are not asked for its codes any more, and the recovery codes have gone with it.',
  },
  codes_made: {
    subject: 'New recovery codes were made',
    what: 'Those that you had before do not work any more.',
  },
  code_used: {
    subject: 'A recovery code was used',
    what: 'It signed you in in place of your authenticator app, and does not work a second time.',
  },
  ended_unproved: {
    subject: 'The authenticator app was removed',
    what: 'It was set up behind an invitation that was handed over and not mailed, so it may have been another person’s. You have set a new password by a mailed link: set your app up anew in your account.',
  },
};

export const secondFactorChanged: MessageOf<'second-factor-changed'> = (data, { organization, signInUrl }) => {
  const { subject, what } = WHAT[data.what];
  return {
    subject: `${subject} at ${organization}`,
    parts: [
      { p: `That was on ${when(data.at)}. ${what}` },
      { p: 'If it was you, there is nothing to do. If it was not, choose another password now.' },
      { button: { label: 'It was not me: get another password', url: `${signInUrl}/forgot` } },
    ],
  };
};

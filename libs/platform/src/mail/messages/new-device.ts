import type { MessageOf } from './message.ts';
import { when } from './message.ts';

export const newDevice: MessageOf<'new-device'> = ({ at, browser }, { organization, signInUrl }) => ({
  subject: `New sign-in to ${organization}`,
  parts: [
    { p: 'Your password was used in a browser that we have not seen before.' },
    { list: [`When: ${when(at)}`, `Browser: ${browser}`] },
    {
      p: 'If it was you, there is nothing to do. If it was not, choose another password now: that ends the other session.',
    },
    { button: { label: 'It was not me: get another password', url: `${signInUrl}/forgot` } },
  ],
});

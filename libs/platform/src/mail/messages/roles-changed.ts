import type { MailedRole } from '@rolecall/persistence';
import type { Part } from '../frame.ts';
import type { MessageOf } from './message.ts';

const MOST = 50;

export const rolesChanged: MessageOf<'roles-changed'> = ({ granted, revoked }, { organization }) => ({
  subject: `Your roles at ${organization} were changed`,
  parts: [
    { p: 'An administrator changed what you may do. It is so from now on.' },
    ...listed('New:', granted),
    ...listed('Taken away:', revoked),
    { small: 'If that is not right, ask the administrator of your company.' },
  ],
});

function listed(title: string, roles: readonly MailedRole[]): readonly Part[] {
  if (roles.length === 0) return [];
  const items = roles.slice(0, MOST).map(({ scope, role }) => `${role} on ${scope}`);
  const more = roles.length > MOST ? [`and ${roles.length - MOST} more`] : [];
  return [{ p: title }, { list: [...items, ...more] }];
}

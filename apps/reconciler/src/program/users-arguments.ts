import type { Command } from 'commander';
import { ORGANIZATION } from './parts.ts';

export const LAST = '--last-sso-admin';
export const LAST_MEANS = 'also when nobody else holds sso_admin and SSO is enforced';

/** A command about one user of an organization. */
export function ofUser(users: Command, name: string): Command {
  return users.command(name).argument('<org>', ORGANIZATION).argument('<user>', 'the user, by e-mail address or id');
}

import { type Database, type GrantSource, LOCAL_SIGN_IN } from '@rolecall/persistence';
import { linksOnly } from '../login/linked-login.ts';
import type { Organization } from '../organizations/organization.ts';
import type { AccountPageProps } from '../pages/account-page.tsx';
import type { Present } from './own-accounts.ts';

/** What the page shows; undefined when the user has gone meanwhile. */
export async function accountView(
  { organization, userId, session, identities }: Present,
  { users }: Pick<Database, 'users'>,
  now: Date,
): Promise<Omit<AccountPageProps, 'password'> | undefined> {
  const [user, sessions] = await Promise.all([
    users.find(organization.id, userId, now),
    users.sessions(organization.id, userId, now),
  ]);
  if (!user || !sessions) return undefined;
  const linkedAt = identities.map(({ identityProvider }) => identityProvider);
  const current = session.toString('hex').slice(0, 16);
  return {
    name: user.displayName ?? user.email ?? 'Signed in',
    email: user.email ?? undefined,
    organization: organization.settings.displayName,
    managed: user.managed,
    identities: identities.map(({ identityProvider, email }) => ({
      displayName: nameOfDoor(organization, identityProvider),
      email,
    })),
    linking: [...organization.enabledIdentityProviders.map(({ name }) => name), ...linkedAt].some((name) =>
      linksOnly(organization, name),
    ),
    grants: user.grants.map(({ scope, role, sources }) => ({ scope, role, from: sources.map(sourceInWords) })),
    groups: user.groups.map(({ group, sources }) => ({ group, from: sources.map(sourceInWords) })),
    sessions: sessions.map(({ id, identityProvider, browser, openedAt, lastSeenAt }) => {
      const by = nameOfDoor(organization, identityProvider);
      return { id, by, browser: browser ?? 'A browser', openedAt, lastSeenAt, current: id === current };
    }),
  };
}

/** As people know it. */
function nameOfDoor(organization: Organization, identityProvider: string): string {
  if (identityProvider === LOCAL_SIGN_IN) return 'Password';
  return organization.identityProvider(identityProvider)?.displayName ?? identityProvider;
}

/** Where a role or a group comes from. */
function sourceInWords(source: GrantSource): string {
  if (source.kind === 'app') return 'Edited by an administrator';
  const { kind, name, attribute, value } = source;
  if (kind === 'default') return 'Given to everybody';
  if (kind === 'accountAttribute') return `Attribute “${name}”`;
  const because = attribute === undefined || value === undefined ? '' : ` (${attribute}: ${value})`;
  return `${kind === 'rule' ? 'Rule' : 'Mapping role'} “${name}”${because}`;
}

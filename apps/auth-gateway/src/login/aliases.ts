import { emailDomainOf } from '@rolecall/org-config';
import type { StoredUser, SubjectKey } from '@rolecall/persistence';
import { NIL } from 'uuid';
import { identifies, linkableUsers } from './believed-addresses.ts';
import { isManaged } from './directory-user.ts';
import type { LoginContext } from './login-context.ts';

const ALIAS_FORMAT = 'urn:rolecall:alias:';

/**
 * Whom the person may be beside the user who has the very address: users with an alias of it (`ami+team@` of `ami@`), where the
 * identity provider has `aliases: plus`. The address must be one that identifies a user (docs/decisions/0018), and nobody
 * else's: aliases belong to whoever has the address itself.
 * @param known the user whom the subject is linked to
 */
export async function aliasAccounts(context: LoginContext, known?: StoredUser): Promise<readonly StoredUser[]> {
  const { identityProvider, organization, saidEmail, subject, tx } = context;
  if (identityProvider.aliases !== 'plus' || saidEmail === undefined || !identifies(context, saidEmail)) return [];
  const address = saidEmail.toLowerCase();
  const local = address.slice(0, address.lastIndexOf('@'));
  if (local.includes('+') || (await isAnothers(context, saidEmail, known))) return [];
  const found = await tx.findAliasUsers({ local, domain: emailDomainOf(address) }, subject, ALIAS_FORMAT);
  // a user whom the directory manages has the subjects that the directory's rules bind, and no other
  return found.filter((user) => isAliasOf(user.profile.email, address) && !isManaged(organization, user));
}

async function isAnothers(context: LoginContext, email: string, known: StoredUser | undefined): Promise<boolean> {
  if (known === undefined && (await linkableUsers(context)).length === 1) return false;
  return context.tx.isAddressOfAnother(email, known?.userId ?? NIL);
}

/** Whether `stored` is `said` with a `+tag`. */
export function isAliasOf(stored: string | undefined, said: string): boolean {
  const match = /^([^@+]+)\+[^@]*@([^@]+)$/.exec((stored ?? '').toLowerCase());
  return match !== null && `${match[1]}@${match[2]}` === said.toLowerCase();
}

/**
 * The identity by which a subject has opened an alias account: one subject has one user of its own, and from then on no other
 * subject of the identity provider opens this account.
 */
export function aliasSubject({ identityProvider, nameId }: SubjectKey, userId: string): SubjectKey {
  return { identityProvider, nameId: { value: nameId.value, format: `${ALIAS_FORMAT}${userId}` } };
}

import type { ProvisionedUser, StoredUser } from '@rolecall/persistence';
import { decide, factsFromJson, nameFacts } from '@rolecall/role-mapping';
import { LoginRefused } from '../errors/login-refused.ts';
import type { Organization } from '../organizations/organization.ts';
import { identifies } from './believed-addresses.ts';
import { checkUserActive, decisionRefused } from './checks.ts';
import type { LoginContext } from './login-context.ts';

/** A user for whom the organization's directory (SCIM) decides who gets in and with what; a login changes none of it. */
export type ManagedUser = StoredUser & { readonly directory: NonNullable<StoredUser['directory']> };

/** Whether the directory manages the user. One that the document has no more manages nobody. */
export function isManaged({ settings }: Organization, user: StoredUser | undefined): user is ManagedUser {
  return settings.scim !== undefined && user?.directory !== undefined;
}

/**
 * The same login, decided by what decides for the user: the directory's facts; until the directory has changed somebody whom it
 * adopted, what an identity provider said last before.
 */
export function decidedForUser<T extends Pick<LoginContext, 'organization' | 'now'>>(
  context: T,
  { directory: { identityProvider, facts: said } }: ManagedUser,
): T & Pick<LoginContext, 'facts' | 'decision'> {
  const { organization, now } = context;
  const { attributes = {} } = organization.identityProvider(identityProvider ?? '') ?? {};
  const facts = nameFacts(factsFromJson(said), attributes);
  return { ...context, facts, decision: decide(facts, organization.policy, now) };
}

/** The facts that decide let the user in. @throws LoginRefused with the mapping's code, which says that it was the directory */
export function checkManagedAccess(
  { decision, flow, organization }: Pick<LoginContext, 'decision' | 'flow' | 'organization'>,
  { directory: { identityProvider } }: ManagedUser,
): void {
  const before = identityProvider === undefined ? '' : `, which keeps what ${identityProvider} said before`;
  const whose = `the directory (SCIM)${before}`;
  if (decision.outcome === 'refused') {
    const { code, check, message, detail } = decisionRefused(decision.refusal);
    const where = `rolecall scim log ${organization.settings.name} shows what it sent`;
    throw new LoginRefused(code, check, message, { ...detail, got: `decided by ${whose}; ${where}; ${detail.got}` });
  }
  const { grants, groups } = decision;
  flow.pass('access_decided', `by ${whose}, not by this sign-in: grants: ${grants.length}, groups: ${groups.length}`);
}

/**
 * The user of the directory who signs in for the first time by a subject that is nobody's. The subject's name or address must be
 * the user's `userName`, `externalId` or primary address, and the identity provider must be believed about it; and the user must
 * have no other subject there. A user of the directory who is named and cannot be linked refuses the login: created anew, the
 * person would be here twice, and once past the directory.
 * @throws LoginRefused `account_ambiguous`, `account_not_linkable`, `user_deactivated`
 */
export async function provisionedUser(context: LoginContext): Promise<ManagedUser | undefined> {
  const { tx, organization, subject, saidEmail, flow } = context;
  if (organization.settings.scim === undefined) return undefined;
  const named = await tx.findProvisioned(subject, saidEmail);
  if (named.length === 0) return undefined;
  const believed = named.filter((it) => isBelieved(context, it));
  const present = believed.filter(({ user }) => user.status !== 'disabled');
  const [only, another] = present.filter(
    ({ identityProviders }) => !identityProviders.includes(subject.identityProvider),
  );
  if (another) throw ambiguous(present.length);
  if (only && isManaged(organization, only.user)) {
    flow.pass('user_found', 'in the directory: by userName, externalId or verified e-mail address');
    return only.user;
  }
  const [gone] = present.length === 0 ? believed : [];
  if (gone) checkUserActive(context, gone.user);
  throw notLinkable(context, named, believed);
}

/**
 * Whether the identity provider may say that somebody is called so: an address, when it vouches for it and the organization for
 * its domain; a name that is none, as the subject's alone (an e-mail claim is often the person's own to write), unless the
 * identity provider is for some domains alone or the user signs in at another one: nobody vouches for who gets which name there.
 */
function isBelieved(context: LoginContext, user: ProvisionedUser): boolean {
  const namesItself = context.identityProvider.emailDomains === undefined && elsewhere(context, user) === undefined;
  return user.namedBy.some(({ value, isAddress, isSubject }) =>
    isAddress ? identifies(context, value) : isSubject && namesItself,
  );
}

/** Another identity provider of the organization at which the user has signed in. One that the document has no more is none. */
function elsewhere(
  { organization, subject }: LoginContext,
  { identityProviders }: ProvisionedUser,
): string | undefined {
  return identityProviders.find((name) => name !== subject.identityProvider && organization.identityProvider(name));
}

function ambiguous(count: number): LoginRefused {
  const message = 'The sign-in names several users of the directory: give each a userName and an address of its own.';
  return new LoginRefused('account_ambiguous', 'user_found', message, {
    want: 'one user of the directory',
    got: `${count} with this userName, externalId or address`,
  });
}

function notLinkable(
  context: LoginContext,
  named: readonly ProvisionedUser[],
  believed: readonly ProvisionedUser[],
): LoginRefused {
  const [want, got] =
    believed.length > 0
      ? ['a user without another subject of this identity provider', 'signs in as another subject']
      : ['a name or address that the identity provider is believed', whyNotBelieved(context, named)];
  const message =
    'Declare and prove the e-mail domain, or let the identity provider send the subject that the user signed in with before.';
  return new LoginRefused('account_not_linkable', 'user_found', message, {
    want,
    got: `user ${named[0]?.user.userId ?? ''} ${got}`,
  });
}

function whyNotBelieved(context: LoginContext, [first]: readonly ProvisionedUser[]): string {
  const other = first && elsewhere(context, first);
  return other !== undefined && first?.namedBy.some(({ isAddress }) => !isAddress) === true
    ? `by a name that is no address, and signs in at ${other}`
    : 'by an address that nobody vouches for, or by an e-mail claim that is none';
}

import type { OrganizationTransaction, StoredUser } from '@rolecall/persistence';
import { decide, factsFromJson, nameFacts } from '@rolecall/role-mapping';
import type { Organization } from '../organizations/organization.ts';
import { aliasAccounts, isAliasOf } from './aliases.ts';
import { checkEmailDomain, checkKnownEmail } from './believed-addresses.ts';
import { checkIdentityProvider, checkProfileFits, checkUserActive, decisionRefused } from './checks.ts';
import { checkManagedAccess, decidedForUser, isManaged, provisionedUser } from './directory-user.ts';
import type { Flow } from './flow.ts';
import { identify } from './identify.ts';
import type { LoginContext, LoginToFinish, Person } from './login-context.ts';
import { retractGrants } from './store-login.ts';

/**
 * What the VERIFIED facts mean under the organization's present revision. The identity provider's `attributes:` name the
 * profile fields; the stored facts stay as they were said.
 * @throws LoginRefused when the identity provider is gone or switched off
 */
export function decideLogin(
  tx: OrganizationTransaction,
  organization: Organization,
  login: LoginToFinish,
  flow: Flow,
  now: Date,
): LoginContext {
  const identityProvider = checkIdentityProvider(organization, login, flow);
  const facts = nameFacts(factsFromJson(login.facts), identityProvider.attributes);
  const decision = decide(facts, organization.policy, now);
  const subject = { identityProvider: identityProvider.name, nameId: login.nameId };
  const saidEmail = decision.profile.email;
  return { tx, organization, identityProvider, login, subject, facts, decision, saidEmail, flow, now };
}

/** A login whose subject was looked up. */
export interface RecognizedLogin {
  /** With the facts that decide: those of this login, but for a user whom the directory manages. */
  readonly context: LoginContext;
  readonly known: StoredUser | undefined;
  /** Present for a user whom the directory manages. */
  readonly managed?: Extract<Person, { readonly is: 'managed' }>;
}

/** Who the subject is, and by whose facts that user is decided. @throws LoginRefused as `provisionedUser` */
export async function recognize(said: LoginContext): Promise<RecognizedLogin> {
  const known = await said.tx.findUserBySubject(said.subject);
  const user = known ?? (await provisionedUser(said));
  if (!isManaged(said.organization, user)) return { context: said, known };
  const context = decidedForUser(said, user);
  return { context, known, managed: { is: 'managed', user, links: known === undefined } };
}

/**
 * Every check of a login whose answer is verified, in order. Writes nothing, except that a known user whom the mapping
 * refuses loses the grants that have no source any more.
 * @throws LoginRefused with the code of the check that failed
 */
export async function checkLogin({ context: said, known, managed }: RecognizedLogin): Promise<CheckedLogin> {
  if (managed) return checkManaged(said, managed);
  checkProfileFits(said);
  checkUserActive(said, known);
  if (known) checkKnownEmail(said, known); // first: a refusal of the mapping stores what the login said
  const context = known ? await keepAddressesApart(said, known) : said;
  await checkAccess(context, known);
  await checkEmailDomain(context, known);
  const accounts = await aliasAccounts(context, known);
  const person = known ? knownBySubject(context, known) : await identify(context, accounts);
  if (person.is === 'new') return { context, person, accounts };
  const others = accounts.filter(({ userId }) => userId !== person.user.userId);
  const isAlias = person.is === 'linked' && person.how === 'alias';
  return { context: isAlias ? withAddressOf(context, person.user) : context, person, accounts: others };
}

/**
 * Nothing of what the identity provider says is stored, so nothing of it is checked; nor is an alias account offered, for which it
 * would decide.
 */
function checkManaged(context: LoginContext, person: Extract<Person, { readonly is: 'managed' }>): CheckedLogin {
  checkUserActive(context, person.user);
  checkManagedAccess(context, person.user);
  if (!person.links) context.flow.pass('user_found', 'by subject');
  return { context, person, accounts: [] };
}

function knownBySubject({ flow }: LoginContext, user: StoredUser): Person {
  flow.pass('user_found', 'by subject');
  return { is: 'known', user };
}

/** A login that passed: what may be stored of it, and whose it is. */
export interface CheckedLogin {
  readonly context: LoginContext;
  readonly person: Person;
  /** Whose accounts the person may open instead. */
  readonly accounts: readonly StoredUser[];
}

/**
 * A known user whom the identity provider now calls by another user's address keeps the one they had: applications tell users
 * apart by it, and whoever may edit a profile at the identity provider must not appear as somebody else. An alias that the
 * user has keeps its tag.
 */
async function keepAddressesApart(context: LoginContext, known: StoredUser): Promise<LoginContext> {
  const { tx, identityProvider, saidEmail, flow } = context;
  if (saidEmail === undefined || saidEmail === known.profile.email) return context;
  if (identityProvider.aliases === 'plus' && isAliasOf(known.profile.email, saidEmail))
    return withAddressOf(context, known);
  if (!(await tx.isAddressOfAnother(saidEmail, known.userId))) return context;
  flow.pass('email_kept', 'the address that the identity provider sent is another user\u2019s');
  return withAddressOf(context, known);
}

/** The same login, which leaves the user the address that they have. */
export function withAddressOf(context: LoginContext, { profile: { email } }: StoredUser): LoginContext {
  const { email: _, ...rest } = context.decision.profile;
  const profile = email === undefined ? rest : { ...rest, email };
  return { ...context, decision: { ...context.decision, profile } };
}

/** The mapping lets the user in. A known one whom it refuses loses what has no source any more. @throws LoginRefused */
export async function checkAccess(context: LoginContext, known: StoredUser | undefined): Promise<void> {
  const { decision, flow, login } = context;
  if (decision.outcome === 'granted') {
    flow.pass('access_decided', `grants: ${decision.grants.length}, groups: ${decision.groups.length}`);
    return;
  }
  if (known && login.mode === 'login') await retractGrants(context, known);
  throw decisionRefused(decision.refusal);
}

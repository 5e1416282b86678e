import type { OrganizationTransaction, StoredUser } from '@rolecall/persistence';
import { decide, factsFromJson, nameFacts } from '@rolecall/role-mapping';
import type { Organization } from '../organizations/organization.ts';
import {
  checkEmailDomain,
  checkIdentityProvider,
  checkKnownEmail,
  checkProfileFits,
  checkUserActive,
  decisionRefused,
  identify,
} from './checks.ts';
import type { Flow } from './flow.ts';
import type { LoginContext, LoginToFinish, Person } from './login-context.ts';
import { retractGrants } from './writes.ts';

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
  return { tx, organization, identityProvider, login, subject, facts, decision, flow, now };
}

/**
 * Every check of a login whose answer is verified, in order. Writes nothing, except that a known user whom the mapping
 * refuses loses the grants that have no source any more.
 * @throws LoginRefused with the code of the check that failed
 */
export async function checkLogin(said: LoginContext): Promise<CheckedLogin> {
  checkProfileFits(said);
  const known = await said.tx.findUserBySubject(said.subject);
  checkUserActive(said, known);
  if (known) checkKnownEmail(said, known); // first: a refusal of the mapping stores what the login said
  const context = known ? await keepAddressesApart(said, known) : said;
  await checkAccess(context, known);
  checkEmailDomain(context, known);
  if (!known) return { context, person: await identify(context) };
  context.flow.pass('user_found', 'by subject');
  return { context, person: { is: 'known', user: known } };
}

/** A login that passed: what may be stored of it, and whose it is. */
export interface CheckedLogin {
  readonly context: LoginContext;
  readonly person: Person;
}

/**
 * A known user whom the identity provider now calls by another user's address keeps the one they had: applications tell users
 * apart by it, and whoever may edit a profile at the identity provider must not appear as somebody else.
 */
async function keepAddressesApart(context: LoginContext, known: StoredUser): Promise<LoginContext> {
  const { tx, decision, flow } = context;
  const { email } = decision.profile;
  const former = known.profile.email;
  if (email === undefined || email === former || !(await tx.isAddressOfAnother(email, known.userId))) return context;
  flow.pass('email_kept', 'the address that the identity provider sent is another user\u2019s');
  const { email: _, ...rest } = decision.profile;
  const profile = former === undefined ? rest : { ...rest, email: former };
  return { ...context, decision: { ...decision, profile } };
}

async function checkAccess(context: LoginContext, known: StoredUser | undefined): Promise<void> {
  const { decision, flow, login } = context;
  if (decision.outcome === 'granted') {
    flow.pass('access_decided', `grants: ${decision.grants.length}, groups: ${decision.groups.length}`);
    return;
  }
  if (known && login.mode === 'login') await retractGrants(context, known);
  throw decisionRefused(decision.refusal);
}

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
export async function checkLogin(context: LoginContext): Promise<Person> {
  checkProfileFits(context);
  const known = await context.tx.findUserBySubject(context.subject);
  checkUserActive(context, known);
  if (known) checkKnownEmail(context, known); // first: a refusal of the mapping stores what the login said
  await checkAccess(context, known);
  checkEmailDomain(context, known);
  if (!known) return identify(context);
  context.flow.pass('user_found', 'by subject');
  return { is: 'known', user: known };
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

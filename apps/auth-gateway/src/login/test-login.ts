import type { OrganizationTransaction } from '@rolecall/persistence';
import { LoginRefused } from '../errors/login-refused.ts';
import type { IdpTarget } from '../organizations/idp-target.ts';
import type { Organization } from '../organizations/organization.ts';
import { checkLogin, decideLogin, recognize } from './check-login.ts';
import type { Completion } from './complete-login.ts';
import { testedEvent } from './events.ts';
import type { Flow } from './flow.ts';
import { checkLinked, linksOnly } from './linked-login.ts';
import type { LoginContext, LoginToFinish } from './login-context.ts';
import { outcomeOnly, type TestReport } from './test-report.ts';
import { testResultOf } from './test-result.ts';

/** The same checks without a session: what a login would have done, for the page of `/sso/test`. */
export async function testLogin(
  tx: OrganizationTransaction,
  organization: Organization,
  login: LoginToFinish,
  flow: Flow,
  now: Date,
): Promise<Completion> {
  let context: LoginContext | undefined;
  let refusal: LoginRefused | undefined;
  let decidedByDirectory = false;
  try {
    context = decideLogin(tx, organization, login, flow, now);
    if (linksOnly(organization, login.identityProvider)) await checkLinked({ tx, organization, login, flow, now });
    else {
      const recognized = await recognize(context);
      ({ context } = recognized);
      decidedByDirectory = recognized.managed !== undefined;
      await checkLogin(recognized);
    }
    await flow.succeed(tx, undefined, [testedEvent(login, now)], now);
  } catch (error) {
    if (!(error instanceof LoginRefused)) throw error;
    refusal = error;
    await flow.refuse(tx, refusal, now);
  }
  const { facts, decision } = context ?? {};
  const { traceId, identityProvider } = login;
  const names = { ...reportHead(organization, flow), code: refusal?.code, steps: flow.steps };
  const found = { ...names, detailed: true, facts, decision, decidedByDirectory };
  const report = await reported(tx, organization, identityProvider, found, now);
  return { outcome: 'tested', traceId, identityProvider, report };
}

/** The report of a test that was refused before its answer was verified. */
export function refusedTest(
  tx: OrganizationTransaction,
  { organization, identityProvider }: IdpTarget,
  flow: Flow,
  { code }: LoginRefused,
  now: Date,
): Promise<TestReport> {
  const report = { ...reportHead(organization, flow), code, steps: flow.steps, detailed: true };
  return reported(tx, organization, identityProvider.name, report, now);
}

/** Keeps what a test found for the people who made its link; who came without one gets the outcome alone. */
async function reported(
  tx: OrganizationTransaction,
  organization: Organization,
  identityProvider: string,
  report: TestReport,
  now: Date,
): Promise<TestReport> {
  const { attributes = {} } = organization.identityProvider(identityProvider) ?? {};
  const result = testResultOf(report, organization.settings.policy, attributes);
  return (await tx.finishTest(report.traceId, result, now)) ? report : outcomeOnly(report);
}

function reportHead(organization: Organization, { head }: Flow) {
  const { displayName = head.identityProvider } = organization.identityProvider(head.identityProvider) ?? {};
  const { traceId, vendor = 'generic' } = head;
  const protocol: TestReport['protocol'] = head.protocol === 'oidc' ? 'oidc' : 'saml'; // a password has nothing to test
  return { organization: organization.settings.displayName, identityProvider: displayName, traceId, protocol, vendor };
}

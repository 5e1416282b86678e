import type { OrganizationTransaction } from '@rolecall/persistence';
import { LoginRefused } from '../errors/login-refused.ts';
import type { IdpTarget } from '../organizations/idp-target.ts';
import type { Organization } from '../organizations/organization.ts';
import { checkLogin, decideLogin, recognize } from './check-login.ts';
import { checkSessionEnd } from './checks.ts';
import { signedInEvents, testedEvent } from './events.ts';
import { Flow, type FlowHead } from './flow.ts';
import { checkLinked, linksOnly, linkToUser, signInLinked } from './linked-login.ts';
import type { LoginContext, LoginToFinish } from './login-context.ts';
import { outcomeOnly, type TestReport } from './test-report.ts';
import { testResultOf } from './test-result.ts';
import { type OpenedSession, openSession, storeLogin } from './writes.ts';

/** The browser that came back with a handle: hashes of what it presented. Unverified until a login was taken with them. */
export interface Arrival extends BrowserArrival {
  readonly handleHash: Buffer;
  /** Where: at `/saml/continue`, or with the user's yes to a login that began at the IdP. The two never take each other's. */
  readonly at: 'continue' | 'confirm';
  /** A short name for people, of known words only. */
  readonly browser: string;
}

/** The browser at either protocol's end. */
export interface BrowserArrival {
  readonly browserHash: Buffer;
  /** Of this request: names a refusal whose login is not known. */
  readonly traceId: string;
}

export type Completion =
  | {
      readonly outcome: 'signed_in';
      readonly traceId: string;
      readonly identityProvider: string;
      readonly session: OpenedSession;
    }
  | { readonly outcome: 'linked'; readonly traceId: string }
  | { readonly outcome: 'refused'; readonly traceId: string; readonly refusal: LoginRefused }
  | {
      readonly outcome: 'tested';
      readonly traceId: string;
      readonly identityProvider: string;
      readonly report: TestReport;
    };

/**
 * Completes a SAML login (design §6): the second half, run when the browser that started it comes back with its one-time
 * handle. Everything happens in the caller's transaction, the refusal's record included; a thrown error rolls all of it
 * back, the handle too, so the same request may be sent again.
 */
export async function completeLogin(
  tx: OrganizationTransaction,
  organization: Organization,
  arrival: Arrival,
  now: Date,
): Promise<Completion> {
  const { handleHash, browserHash, browser, at } = arrival;
  const login =
    at === 'confirm'
      ? await tx.takeUnsolicitedLogin(handleHash, browserHash, now)
      : await tx.takeVerifiedLogin(handleHash, browserHash, now);
  if (login === 'unknown') return { outcome: 'refused', traceId: arrival.traceId, refusal: handleUnknown() };
  if (login === 'other_browser') return refuseOtherBrowser(tx, 'saml', arrival, now);
  return finishLogin(tx, organization, { ...login, browser, vouchedEmails: 'any' }, 'saml', now);
}

/**
 * The half that both protocols share: what the VERIFIED login means, and what comes of it. Everything happens in the
 * caller's transaction, the refusal's record included.
 */
export async function finishLogin(
  tx: OrganizationTransaction,
  organization: Organization,
  login: LoginToFinish,
  protocol: FlowHead['protocol'],
  now: Date,
): Promise<Completion> {
  const { traceId, mode, identityProvider, startedAt } = login;
  const vendor = organization.vendorOf(identityProvider, now);
  const flow = new Flow({ protocol, traceId, mode, identityProvider, vendor, startedAt });
  flow.pass('answer_verified');
  flow.pass('answer_used_once');
  flow.pass('same_browser');
  if (login.unsolicited) flow.pass('confirmed_by_user', 'a sign-in that began at the identity provider');
  return login.mode === 'test' ? test(tx, organization, login, flow, now) : signIn(tx, organization, login, flow, now);
}

/** The story of a login. Until `storeLogin` nothing was written; a refusal leaves only its record. */
async function signIn(
  tx: OrganizationTransaction,
  organization: Organization,
  login: LoginToFinish,
  flow: Flow,
  now: Date,
): Promise<Completion> {
  const { link, traceId, identityProvider } = login;
  const linked = { tx, organization, login, flow, now };
  try {
    if (link) {
      await linkToUser(linked, link.userId, link.session);
      return { outcome: 'linked', traceId };
    }
    if (linksOnly(organization, identityProvider)) {
      return { outcome: 'signed_in', traceId, identityProvider, session: await signInLinked(linked) };
    }
    const said = decideLogin(tx, organization, login, flow, now);
    const expiresAt = checkSessionEnd(said);
    const { context, person, accounts } = await checkLogin(await recognize(said));
    const { user, created, changes } = await storeLogin(context, person);
    const session = await openSession(context, user, created, changes, expiresAt, accounts);
    await flow.succeed(tx, user.userId, signedInEvents(context, person, user, created, changes), now);
    return { outcome: 'signed_in', traceId, identityProvider, session };
  } catch (error) {
    if (!(error instanceof LoginRefused)) throw error;
    await flow.refuse(tx, error, now);
    return { outcome: 'refused', traceId, refusal: error };
  }
}

/** The same checks without a session: what a login would have done, for the page of `/sso/test`. */
async function test(
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

/** The handle or state is burnt, and its login stays unknown: whoever started it has another cookie. */
export async function refuseOtherBrowser(
  tx: OrganizationTransaction,
  protocol: FlowHead['protocol'],
  { traceId }: BrowserArrival,
  now: Date,
): Promise<Extract<Completion, { outcome: 'refused' }>> {
  const refusal = new LoginRefused(
    'other_browser',
    'same_browser',
    'Somebody opened a sign-in that was started in another browser.',
    {
      want: 'the cookie of the browser that started the sign-in',
      got: 'another or none',
    },
  );
  const head = { protocol, traceId, mode: 'login', identityProvider: 'unknown', startedAt: now } as const;
  await new Flow(head).refuse(tx, refusal, now);
  return { outcome: 'refused', traceId, refusal };
}

/** Not recorded: a reload of the address does it, and whoever makes an address up could fill the log. */
export function handleUnknown(): LoginRefused {
  return new LoginRefused('handle_unknown', 'handle_known', 'The handle is unknown, was used before, or is too old.');
}

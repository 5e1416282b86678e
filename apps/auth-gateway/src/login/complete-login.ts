import type { OrganizationTransaction } from '@rolecall/persistence';
import { LoginRefused } from '../errors/login-refused.ts';
import type { Organization } from '../organizations/organization.ts';
import { type Arrival, type BrowserArrival, handleUnknown } from './arrival.ts';
import { checkLogin, decideLogin, recognize } from './check-login.ts';
import { checkSessionEnd } from './checks.ts';
import { signedInEvents } from './events.ts';
import { Flow, type FlowHead } from './flow.ts';
import { linksOnly, linkToUser, signInLinked } from './linked-login.ts';
import type { LoginToFinish } from './login-context.ts';
import { type OpenedSession, openSession } from './open-session.ts';
import { storeLogin } from './store-login.ts';
import { testLogin } from './test-login.ts';
import type { TestReport } from './test-report.ts';

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
 * Completes a SAML login (step 5 of docs/architecture.md): the second half, run when the browser that started it comes back with its one-time
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
  return login.mode === 'test'
    ? testLogin(tx, organization, login, flow, now)
    : signIn(tx, organization, login, flow, now);
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
    const stored = await storeLogin(context, person);
    const session = await openSession(context, stored, expiresAt, accounts);
    await flow.succeed(tx, stored.user.userId, signedInEvents(context, person, stored), now);
    return { outcome: 'signed_in', traceId, identityProvider, session };
  } catch (error) {
    if (!(error instanceof LoginRefused)) throw error;
    await flow.refuse(tx, error, now);
    return { outcome: 'refused', traceId, refusal: error };
  }
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

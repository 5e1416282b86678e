import { sha256 } from '@rolecall/persistence';
import type { interactionPolicy, KoaContextWithOIDC } from 'oidc-provider';
import { REAUTHENTICATE } from '../http/return-to.ts';
import { withQuery } from '../http/with-query.ts';
import { hasLocalDoor } from '../local/local-door.ts';
import { loginPath, type Organization } from '../organizations/organization.ts';
import { ProviderRequest } from './provider-request.ts';

/**
 * In the address that a sign-in comes back to: when it was asked for, and which session was there, so that the browser has to come with
 * another one. No clocks are compared: those of two processes differ.
 */
export const SIGN_IN_ASKED = 'sign_in_asked';

/** How many sign-ins one after the other have led back without a session. */
export const TRIES = 'sign_in_tries';

/** After so many, the browser does not keep the session: the next would end as they did. */
export const FUTILE = 3;

/** Who comes back later has done something else meanwhile. */
const AT_ONCE_MS = 2 * 60_000;

/** How long after it was asked for a sign-in counts as one that was asked for. */
const FRESH_MS = 60 * 60_000;

/** Longer ones do not fit into what a login remembers. */
const MAX_LENGTH = 4_096;

/** Why a session that is there does not do: the application wants another one. */
const NOT_FRESH: readonly string[] = ['login_prompt', 'too_long_ago'];

type Policies = typeof interactionPolicy;

/**
 * When a browser has to sign in first: nobody of the application's organization is signed in, or not lately enough. The session is always
 * the gateway's own (`adapterOf`). There is no consent to ask for: the organization has declared the application.
 *
 * The way to the sign-in page and back stands in the address. Whoever changes it can leave out what the application asked for, as they could
 * have done with its own request. `auth_time` of the ID token is when the session was opened here, which an identity provider may have done silently.
 */
export function signInPolicy({ base, Check }: Policies, now: () => Date): interactionPolicy.DefaultPolicy {
  const policy = base();
  policy.remove('consent');
  const checks = policy.get('login')?.checks;
  if (checks === undefined) throw new Error('oidc-provider has another policy');
  for (const reason of ['no_session', 'max_age']) checks.remove(reason);
  checks.add(
    new Check(
      'no_session',
      'End-User authentication is required',
      'login_required',
      (context) => context.oidc.account === undefined,
    ),
  );
  checks.add(
    new Check('too_long_ago', 'End-User authentication could not be obtained', 'login_required', (context) => {
      if (context.oidc.account === undefined) return false; // said already
      if (askedOf(context)?.session === sessionOf(context)) return true;
      const { max_age: maxAge } = context.oidc.params ?? {};
      if (maxAge === undefined || isFresh(context, now())) return false;
      return now().getTime() - openedAtOf(context) > Number(maxAge) * 1000;
    }),
  );
  return policy;
}

/** Whether the browser comes back from the sign-in that this very request led to. */
export function isFresh(context: KoaContextWithOIDC, now: Date): boolean {
  const asked = askedOf(context);
  return asked !== undefined && asked.session !== sessionOf(context) && Math.abs(now.getTime() - asked.at) < FRESH_MS;
}

/** Why the browser has to sign in, and as who it came. */
interface Asking {
  readonly reasons: readonly string[];
  readonly tries: number;
  /** As `sessionOf` names it. */
  readonly session: string;
  readonly now: Date;
}

/**
 * Where to sign in, on the way back to the request; undefined when the request is too long to be kept. Straight to the identity provider
 * when there is one way only.
 * @param authorizationUrl our endpoint
 */
export function signInUrl(
  organization: Organization,
  authorizationUrl: string,
  params: Readonly<Record<string, unknown>>,
  { reasons, tries, session, now }: Asking,
): string | undefined {
  const [only, another] = organization.enabledIdentityProviders;
  const isOneWay = only !== undefined && another === undefined && !hasLocalDoor(organization, now);
  const path = isOneWay ? loginPath(organization, only) : `/login/${organization.settings.name}`;
  const back = new URL(authorizationUrl);
  for (const [name, value] of Object.entries(params)) {
    if (typeof value === 'string' && name !== 'prompt' && name !== SIGN_IN_ASKED) back.searchParams.set(name, value);
  }
  back.searchParams.set(SIGN_IN_ASKED, `${now.getTime()}.${session}`);
  back.searchParams.set(TRIES, String(tries + 1));
  if (reasons.some((reason) => NOT_FRESH.includes(reason))) back.searchParams.set(REAUTHENTICATE, '1');
  if (back.href.length > MAX_LENGTH) return undefined;
  return new URL(authorizationUrl).origin + withQuery(path, { returnTo: back.href });
}

/** Of a browser that comes back at once, and without any session. */
export function triesOf(context: KoaContextWithOIDC, now: Date): number {
  const asked = askedOf(context);
  const tries = context.oidc.params?.[TRIES];
  const isAgain =
    asked !== undefined && Math.abs(now.getTime() - asked.at) < AT_ONCE_MS && !ProviderRequest.of(context).browser;
  return isAgain && typeof tries === 'string' && /^\d$/.test(tries) ? Number(tries) : 0;
}

/** A name of the browser's session that leads nobody to it. */
export function sessionOf(context: KoaContextWithOIDC): string {
  const { browser } = ProviderRequest.of(context);
  return browser === undefined ? 'none' : sha256(browser.tokenHash).toString('hex', 0, 8);
}

function askedOf(context: KoaContextWithOIDC): { readonly at: number; readonly session: string } | undefined {
  const value = context.oidc.params?.[SIGN_IN_ASKED];
  const match = typeof value === 'string' ? /^(\d{1,15})\.(none|[0-9a-f]{16})$/.exec(value) : null;
  return match === null ? undefined : { at: Number(match[1]), session: match[2] ?? '' };
}

function openedAtOf(context: KoaContextWithOIDC): number {
  return ProviderRequest.of(context).browser?.view.openedAt.getTime() ?? 0;
}

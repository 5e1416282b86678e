import { randomBytes } from 'node:crypto';
import type { OutgoingMessage } from '@rolecall/saml';
import { LoginRefused } from '../errors/login-refused.ts';
import type { IdpTarget } from '../organizations/idp-target.ts';

export interface LoginWish {
  /** test = `/sso/test`: also for a disabled identity provider, so that it can be tried before it is switched on. */
  readonly mode: 'login' | 'test';
  /** Already allowed (`allowedReturnTo`). Says also whether the user must authenticate anew (`mustReauthenticate`), and is kept with the login. */
  readonly returnTo: string | undefined;
  readonly traceId: string;
  /** The e-mail address that the person typed; goes to an OpenID provider as `login_hint` and is kept nowhere. */
  readonly loginHint?: string | undefined;
  /** The signed-in user who wants to link an account. */
  readonly linkTo?: string | undefined;
  /** The flow cookie that the browser sent, unverified: reused, so that two tabs can sign in at once. */
  readonly flowCookie: string | undefined;
}

/** How one request of a login is named in its flow record, should it be refused. */
export interface Attempt {
  readonly traceId: string;
  readonly mode: 'login' | 'test';
  /** At an ACS: the request of ours that the response claims to answer. UNVERIFIED. */
  readonly inResponseTo?: string | undefined;
  /** At a callback: the login that was taken for it, so that there is one refusal of it at most. */
  readonly startedAt?: Date | undefined;
}

/** How the browser goes on now, and the flow cookie that binds it to this login. */
export interface StartedLogin {
  readonly message: OutgoingMessage;
  readonly flowCookie: string;
}

/** @throws LoginRefused `idp_disabled` */
export function checkMayStart({ identityProvider }: IdpTarget, { mode }: Pick<LoginWish, 'mode'>): void {
  if (identityProvider.enabled || mode === 'test') return;
  throw new LoginRefused(
    'idp_disabled',
    'identity_provider_enabled',
    'Set enabled: true for this identity provider, or remove its links.',
  );
}

/** The browser's flow cookie when it can be one of ours, else a new one, so that nobody chooses a weak one for a browser. */
export function flowCookieOf({ flowCookie }: Pick<LoginWish, 'flowCookie'>): string {
  const ours = flowCookie !== undefined && /^[A-Za-z0-9_-]{43}$/.test(flowCookie);
  return ours ? flowCookie : randomBytes(32).toString('base64url');
}

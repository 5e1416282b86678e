import type { FactsJson } from '@rolecall/role-mapping';
import type { Acceptance, VerifiedAssertion } from '@rolecall/saml';

/** A login between `/saml/:org/:idp/login` and its end: one row, consumed atomically, bound to one browser. */
export interface NewLogin {
  readonly organizationId: string;
  readonly identityProvider: string;
  /** The AuthnRequest's id; at an OpenID provider any id that is used once. */
  readonly requestId: string;
  /** SHA-256 of the flow cookie's value. */
  readonly browserHash: Buffer;
  readonly traceId: string;
  /** A destination that the gateway already allowed. */
  readonly returnTo: string | undefined;
  /** test = `/sso/test`: shows facts and decision, opens no session. */
  readonly mode: 'login' | 'test';
  readonly createdAt: Date;
  readonly expiresAt: Date;
  /** Present for a login at an OpenID provider. */
  readonly oidc?: {
    /** SHA-256 of the random part of `state`. */
    readonly stateHash: Buffer;
    readonly nonce: string;
    readonly codeVerifier: string;
    readonly provider: PinnedOidcProvider;
    /** The signed-in user to whom the identity is to be linked; absent for a login. */
    readonly linkUserId?: string | undefined;
  };
}

/** Parameters that an OpenID provider posted, UNVERIFIED; a repeated one is a list. */
export type PostedAnswer = Readonly<Record<string, string | readonly string[]>>;

/** Where a login at an OpenID provider was started; kept with it. */
export interface PinnedOidcProvider {
  readonly issuer: string;
  readonly clientId: string;
  readonly tokenEndpoint: string;
}

/** A login at an OpenID provider that has come back to the browser that began it; consumed. */
export interface TakenOidcLogin {
  readonly identityProvider: string;
  readonly nonce: string;
  readonly codeVerifier: string;
  readonly provider: PinnedOidcProvider;
  /** Present when the provider posted its answer. */
  readonly answer: PostedAnswer | undefined;
  readonly linkUserId: string | undefined;
  readonly traceId: string;
  readonly returnTo: string | undefined;
  readonly mode: 'login' | 'test';
  readonly createdAt: Date;
}

/** What waits at `/saml/continue`: the verified facts, until the same browser comes for them. */
export interface VerifiedLogin {
  readonly identityProvider: string;
  readonly traceId: string;
  readonly returnTo: string | undefined;
  readonly mode: 'login' | 'test';
  /** `createdAt` of the NewLogin. */
  readonly startedAt: Date;
  readonly nameId: { readonly value: string; readonly format: string };
  readonly sessionIndex: string | undefined;
  readonly sessionNotOnOrAfter: Date | undefined;
  readonly facts: FactsJson;
  /** It began at the IdP: nobody here asked for it, so the user was asked (ASVS 7.6.2). */
  readonly unsolicited: boolean;
}

/** A login that began at the IdP, before the user has said yes to it: what its page may be made of. */
export type UnsolicitedLogin = Pick<VerifiedLogin, 'identityProvider' | 'traceId' | 'nameId'>;

/** Where a VERIFIED assertion is stored until a browser comes for it. */
export interface AcceptedLogin {
  readonly organizationId: string;
  readonly identityProvider: string;
  readonly handleHash: Buffer;
  readonly facts: FactsJson;
  readonly now: Date;
}

export interface LoginTransactions {
  /** One statement. */
  begin(login: NewLogin): Promise<void>;
  /** What is known of a pending request, for the flow record of a refusal. Consumes nothing. */
  pending(organizationId: string, requestId: string): Promise<{ traceId: string; mode: 'login' | 'test' } | undefined>;
  /** The OneTimeStore of libs/saml, plus the verified facts stored under `handleHash`: one statement, all or nothing. */
  accept(at: AcceptedLogin, assertion: VerifiedAssertion): Promise<Acceptance>;
  /** The same for an assertion that answers no request: no browser is bound to it yet. One statement. */
  acceptUnsolicited(
    at: AcceptedLogin & { readonly traceId: string; readonly expiresAt: Date },
    assertion: VerifiedAssertion,
  ): Promise<Acceptance>;
  /**
   * Keeps the answer that a provider posted to this `state`, which is used up by it: `takeOidc` gives the login under the handle
   * from now on. False when nobody waits for it. One statement.
   */
  holdOidc(at: {
    organizationId: string;
    stateHash: Buffer;
    handleHash: Buffer;
    answer: PostedAnswer;
    now: Date;
  }): Promise<boolean>;
  /** Deletes and returns the login that this `state` began, in one statement; `other_browser` leaves it consumed as well. */
  takeOidc(at: {
    organizationId: string;
    stateHash: Buffer;
    browserHash: Buffer;
    now: Date;
  }): Promise<TakenOidcLogin | 'unknown' | 'other_browser'>;
}

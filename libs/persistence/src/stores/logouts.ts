import type { SubjectKey } from './people.ts';

/** A session as it was, for the identity provider that opened it. */
export interface EndedSession {
  readonly tokenHash: Buffer;
  readonly userId: string;
  readonly subject: SubjectKey;
  readonly sessionIndex: string | undefined;
}

/** A sign-out that a browser takes to an identity provider. Nothing of ours depends on its end: the session is gone before. */
export interface NewLogout {
  readonly organizationId: string;
  readonly identityProvider: string;
  /** The LogoutRequest's id; at an OpenID provider any id that is used once. */
  readonly requestId: string;
  /** SHA-256 of the flow cookie's value. */
  readonly browserHash: Buffer;
  /** At an OpenID provider: SHA-256 of the random part of `state`, with which the browser comes back when all is done. */
  readonly stateHash: Buffer | undefined;
  readonly expiresAt: Date;
}

/** What an identity provider says, VERIFIED: whose sessions ended there. */
export interface IdpLogout {
  readonly organizationId: string;
  readonly identityProvider: string;
  /** Of the LogoutRequest or the logout token: used once, remembered until then. */
  readonly messageId: string;
  readonly replayableUntil: Date;
  /** Absent = whoever has one of the session indexes. Without `format` the value alone says who. */
  readonly nameId: { readonly value: string; readonly format: string | undefined } | undefined;
  /** Which sessions: those opened with one of these, and those of `nameId` that the IdP gave none; empty = all. */
  readonly sessionIndexes: readonly string[];
  readonly traceId: string;
  readonly now: Date;
}

/** Single logout, both ways. */
export interface LogoutStore {
  begin(logout: NewLogout): Promise<void>;
  /** The IdP answered, once; the browser comes next, with this state. False = nobody waits for the answer. */
  answer(at: {
    readonly organizationId: string;
    readonly identityProvider: string;
    readonly requestId: string;
    readonly everywhere: boolean;
    readonly stateHash: Buffer;
    readonly now: Date;
  }): Promise<boolean>;
  /**
   * Takes the logout that a state names. `asked` = the browser was at the IdP, which does not say what it ended; `here` = the
   * IdP may still have a session, also for an unknown state or browser.
   */
  take(at: {
    readonly organizationId: string;
    readonly stateHash: Buffer;
    readonly browserHash: Buffer;
    readonly now: Date;
  }): Promise<'everywhere' | 'asked' | 'here'>;
  /** Ends the sessions that ended at the IdP, with `session.revoked`, and remembers the message: one transaction. */
  endSessions(logout: IdpLogout): Promise<readonly EndedSession[] | 'replayed'>;
}

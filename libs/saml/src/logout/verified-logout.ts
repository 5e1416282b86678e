/**
 * The IdP says that somebody signed out: every field from bytes that a key of the connection's IdP signed, after every
 * check. Whether it came before is the caller's to say, by (connection, requestId), before anything is ended.
 */
export interface VerifiedLogoutRequest {
  readonly is: 'request';
  readonly connectionId: string;
  readonly requestId: string;
  /** `format` is absent when the IdP leaves it open (absent or unspecified): then the value alone says who (Core 8.3.1). */
  readonly nameId: { readonly value: string; readonly format: string | undefined };
  /** Which of the subject's sessions at the IdP; empty = all (Core 3.7.1). */
  readonly sessionIndexes: readonly string[];
  /** Until when the request's id must be remembered. */
  readonly replayableUntil: Date;
  /** To be returned with the answer as it is (Bindings 3.4.3), and for nothing else. */
  readonly relayState?: string;
}

/** The IdP's answer to a LogoutRequest of ours. Verified as above; whether we sent that request is the caller's to say. */
export interface VerifiedLogoutResponse {
  readonly is: 'response';
  readonly connectionId: string;
  readonly inResponseTo: string;
  /** True = the IdP ended its session and those of all others; false = partly or not at all (Core 3.2.2.2). */
  readonly complete: boolean;
}

export type VerifiedLogoutMessage = VerifiedLogoutRequest | VerifiedLogoutResponse;

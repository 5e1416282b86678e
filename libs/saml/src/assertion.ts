/**
 * What `verifyResponse` returns: every field read from the bytes that a trusted signature covers, after every check of the
 * profile passed. Only this library makes one, save in tests.
 */
export interface VerifiedAssertion {
  readonly connectionId: string;
  readonly assertionId: string;
  readonly issuer: string;
  /** The subject's key is (connection, value, format); e-mail is only an attribute (G16). */
  readonly nameId: { readonly value: string; readonly format: string };
  /** Duplicate names merged, values in document order. */
  readonly attributes: ReadonlyMap<string, readonly string[]>;
  /** The id of our AuthnRequest that this answers; absent = unsolicited, where the connection allows that. */
  readonly inResponseTo?: string;
  readonly authnInstant?: Date;
  readonly authnContextClass?: string;
  readonly sessionIndex?: string;
  readonly sessionNotOnOrAfter?: Date;
  /** Until when the assertion id must be remembered: the last NotOnOrAfter plus the allowed skew. */
  readonly replayableUntil: Date;
}

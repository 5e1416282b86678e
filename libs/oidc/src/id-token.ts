/**
 * What a completed code exchange returns: every claim read from an ID token whose signature, issuer, audience, times and
 * nonce were verified. It cannot be made outside this library.
 */
export interface VerifiedIdToken {
  readonly connectionId: string;
  /** As the token names it: of a template, with the token's tenant in it. */
  readonly issuer: string;
  /** The subject's key is (connection, sub); e-mail is only a claim. */
  readonly sub: string;
  /** All claims as facts: strings, numbers and booleans as text, lists of those as several values; objects left out. */
  readonly claims: ReadonlyMap<string, readonly string[]>;
  /** What the provider says of the claim `email`; absent when it says nothing. */
  readonly emailVerified?: boolean;
  readonly authTime?: Date;
  readonly sid?: string;
}

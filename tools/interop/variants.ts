/** One way in which an identity provider answers, and what the gateway must make of it. */
export interface Variant {
  /** Also the organization's name, behind that of the product. */
  readonly name: string;
  readonly sign: 'assertion' | 'response' | 'both';
  /** Last word of the signature's algorithm: rsa-sha256, … */
  readonly algorithm?: 'rsa-sha512' | 'rsa-sha1';
  /** The organization has keys of its own, so that our metadata offers one to encrypt for. */
  readonly offerKey?: boolean;
  /** Encrypts the assertion: `strong` = AES with RSA-OAEP, `weak` = Triple DES. */
  readonly encrypt?: 'strong' | 'weak';
  /** The organization asks for a new authentication at every login. */
  readonly forceAuthn?: boolean;
  /** The identity provider answers with an error, since it is asked to be passive and nobody is signed in there. */
  readonly passive?: boolean;
  /** Our requests are signed, and the identity provider takes no other. */
  readonly signRequests?: boolean;
  /** Our requests go by HTTP-POST. */
  readonly postRequests?: boolean;
  /** Single logout, from here and from there. */
  readonly singleLogout?: boolean;
  /** The code that refuses the login; absent: the user is signed in. */
  readonly refusedAs?: string;
}

/** What every product can do. */
export const COMMON_VARIANTS: readonly Variant[] = [
  { name: 'assertion-signed', sign: 'assertion' },
  { name: 'response-signed', sign: 'response' },
  { name: 'both-signed', sign: 'both' },
  { name: 'sha512', sign: 'both', algorithm: 'rsa-sha512' },
  { name: 'sha1', sign: 'both', algorithm: 'rsa-sha1', refusedAs: 'signature_algorithm_not_allowed' },
  { name: 'encrypted', sign: 'both', encrypt: 'strong', offerKey: true },
  { name: 'encrypted-unasked', sign: 'both', encrypt: 'strong', refusedAs: 'decryption_key_missing' },
  { name: 'force-authn', sign: 'both', forceAuthn: true },
  { name: 'error-status', sign: 'both', passive: true, refusedAs: 'status_not_success' },
];

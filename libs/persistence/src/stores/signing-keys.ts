/** A public key (RFC 8037) by which others check what this deployment signs. */
export interface PublicSigningKey {
  readonly kty: 'OKP';
  readonly crv: 'Ed25519';
  readonly x: string;
  readonly use: 'sig';
  readonly alg: 'EdDSA';
  /** The thumbprint of the key (RFC 7638). */
  readonly kid: string;
}

export interface SigningOptions {
  /** `typ` of the header (RFC 8725 §3.11): a signature of one kind is none of another. */
  readonly type: string;
  readonly now: Date;
}

/**
 * The keys of the deployment for what it says to others: heads of audit chains, receipts. Ed25519, sealed under the master key, so who
 * owns the database alone cannot sign. A key is replaced after 90 days, and published a day before it signs.
 */
export interface SigningKeys {
  /** A JWS in compact form (RFC 7515) over the payload as JSON. @throws PersistenceError `master_key_missing`, `master_key_mismatch` */
  signJws(payload: Readonly<Record<string, unknown>>, options: SigningOptions): Promise<string>;
  /** Every key that ever signed or is about to, the newest first: what was signed years ago can be checked. */
  publicKeys(): Promise<readonly PublicSigningKey[]>;
}

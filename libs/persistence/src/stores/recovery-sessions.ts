/** How long a recovery session is good, in milliseconds; nothing prolongs it. */
export const RECOVERY_LIFETIME_MS = 30 * 60_000;

/** Somebody who came by a recovery link, and may repair the sign-in of one organization. */
export interface RecoverySession {
  readonly organizationId: string;
  /** Its present name. */
  readonly organization: string;
  /** PERSONAL: the address in lower case, for the person alone. */
  readonly addressKey: string;
  /** SHA-256 of the address, as hexadecimal digits: who it is for the audit log. */
  readonly addressHash: string;
  readonly expiresAt: Date;
}

export interface RecoverySessions {
  /**
   * Parses and looks up what somebody presented; undefined = unknown, malformed, ended, expired, or of an address that is no recovery
   * admin any more or that of a disabled user, without a difference.
   * @param presented UNTRUSTED
   */
  check(presented: string, now: Date): Promise<RecoverySession | undefined>;
  /** By identity provider: when somebody last got in through it. */
  lastSignIns(organizationId: string): Promise<ReadonlyMap<string, Date>>;
}

/** Recovery sessions of the transaction's organization. */
export interface RecoveryTransaction {
  /** Those of the addresses that no disabled user has: whoever is off-boarded recovers nothing, listed still or not. */
  notOffBoarded(addressKeys: readonly string[]): Promise<readonly string[]>;
  /** @returns the token, an organization token, to be given to the browser and nowhere else; only its SHA-256 is stored */
  open(addressKey: string, now: Date): Promise<{ readonly token: string; readonly expiresAt: Date }>;
  /** False = there is none. */
  end(tokenHash: Buffer): Promise<boolean>;
}

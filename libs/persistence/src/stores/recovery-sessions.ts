/** Somebody who came by a recovery link, and may repair the sign-in of one organization. */
export interface RecoverySession {
  readonly organizationId: string;
  /** Its present name. */
  readonly organization: string;
  /** SHA-256 of the address, as hexadecimal digits: who it is for the audit log. */
  readonly addressHash: string;
}

export interface RecoverySessions {
  /**
   * Parses and looks up what somebody presented; undefined = unknown, malformed, ended or expired, without a difference.
   * @param presented UNTRUSTED
   */
  check(presented: string, now: Date): Promise<RecoverySession | undefined>;
}

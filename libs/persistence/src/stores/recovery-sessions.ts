/** How long a recovery session is good, in milliseconds; nothing prolongs it. */
export const RECOVERY_LIFETIME_MS = 30 * 60_000;

/** Somebody who came by a recovery link, and may repair the sign-in of one organization. */
export interface RecoverySession {
  readonly organizationId: string;
  /** Its present name. */
  readonly organization: string;
  /** PERSONAL: the address in lower case, for the person alone. */
  readonly addressKey: string;
  /** `recoveryAdminId` of when it was opened: one for all that is done with it, its own repairs too. */
  readonly adminId: string;
  readonly expiresAt: Date;
}

/**
 * Who a recovery admin is for the audit log, `r14-2`: nothing personal, and nothing that can be found by trying addresses, as a digest
 * could. Who may read revision 14 looks it up there.
 * @param place in `spec.login.recoveryAdmins` of the revision's document, counted from 1
 */
export function recoveryAdminId(revision: number, place: number): string {
  return `r${revision}-${place}`;
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
  open(
    admin: Pick<RecoverySession, 'addressKey' | 'adminId'>,
    now: Date,
  ): Promise<{ readonly token: string; readonly expiresAt: Date }>;
  /** False = there is none. */
  end(tokenHash: Buffer): Promise<boolean>;
}

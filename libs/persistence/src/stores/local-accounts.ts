import type { StoredUser, SubjectKey } from './people.ts';

/** Stands for an identity provider in sessions and records of sign-ins by password. No document can have one of this name. */
export const LOCAL_SIGN_IN = '@password';

/** The subject of a session that a password opened: the user itself. */
export function localSubject(userId: string): SubjectKey {
  return { identityProvider: LOCAL_SIGN_IN, nameId: { value: userId, format: 'urn:rolecall:user' } };
}

/** The address in the form in which accounts and links are found by it; PostgreSQL's `lower()` of the user's agrees for ASCII. */
export function addressKeyOf(address: string): string {
  return address.toLowerCase();
}

/** What a user has to sign in by without an identity provider. Disabled users have theirs still: look at `user.status`. */
export interface LocalAccount {
  readonly user: StoredUser;
  /** The user's address in lower case. */
  readonly addressKey: string;
  /** undefined = none yet, or set for an address that is not the user's any more. */
  readonly password: { /** argon2id in PHC form. */ readonly hash: string; readonly changedAt: Date } | undefined;
  /** A seed that was confirmed by a code of it. */
  readonly totp: boolean;
  /** How many are left. */
  readonly recoveryCodes: number;
  /** Where the user has an identity to sign in by; sorted. */
  readonly identityProviders: readonly string[];
}

/** A time-based one-time password's seed, opened. SECRET. */
export interface TotpSeed {
  readonly seed: Buffer;
  readonly confirmed: boolean;
  /** The last time step that was accepted. */
  readonly lastStep: number | undefined;
}

/** What setting a password came to. */
export interface PasswordSet {
  /** `gone` = disabled, of another address by now, or not what `mailbox` says; `address_taken` = another user has an account under it. */
  readonly outcome: 'set' | 'gone' | 'address_taken';
  /** That ended. */
  readonly sessions: number;
  /** An authenticator app that was set up behind a printed link is gone. */
  readonly secondFactor: boolean;
  /** Accounts that were linked behind a printed link are, too: at which identity providers. */
  readonly unlinked: readonly string[];
}

/** Passwords and second factors of the transaction's organization. */
export interface LocalAccounts {
  /**
   * Whose address it is: of several users the one who has an account under it, else nobody.
   * @param addressKey `addressKeyOf` what somebody typed
   */
  byAddress(addressKey: string): Promise<LocalAccount | undefined>;
  /** undefined = no such user, or one without an address. */
  byUser(userId: string): Promise<LocalAccount | undefined>;
  /**
   * Makes it the password of a user, and ends what the former one could lead to: sessions, pending sign-ins, links, known devices.
   * Second factors stay, but what a printed link has led to: a mailed one ends all of it.
   */
  setPassword(wanted: {
    readonly userId: string;
    readonly addressKey: string;
    readonly hash: string;
    /** SHA-256 of the session that asks; it stays. */
    readonly keptSession?: Buffer | undefined;
    /**
     * `proved` by a mailed link; `unproved` by a printed one, which invited users alone may use; `as-before` where the present password
     * was shown.
     */
    readonly mailbox: 'proved' | 'unproved' | 'as-before';
    readonly now: Date;
  }): Promise<PasswordSet>;
  /** The password signs in no longer, and no link can set another that was sent before. False = there was none. */
  removePassword(userId: string): Promise<boolean>;
  /**
   * An identity provider said who this user is, whose row the caller has locked. When their password came by a printed link, which
   * others may have used, it ends with all that it led to: second factors, linked accounts but this provider's, sessions, links,
   * devices. False = their mailbox was proved, or they have no account: everything stays.
   */
  endUnproved(userId: string, identityProvider: string): Promise<boolean>;
  /**
   * Holds the document against an apply until the transaction's end: first in one that locks users, sign-ins or links, since an apply takes its
   * locks in this order. Throws PersistenceError `stale_revision` when the revision is not live.
   */
  holdRevision(revision: number): Promise<void>;
  /**
   * A sign-in whose password was verified: makes an invited user active. Throws PersistenceError `stale_revision` when `revision`,
   * which allowed it, is not live, and `user_changed` when user or password are not those that were verified any more.
   */
  recordLogin(login: {
    readonly userId: string;
    readonly addressKey: string;
    readonly passwordChangedAt: Date;
    readonly revision: number;
    readonly now: Date;
  }): Promise<void>;
  totpSeed(userId: string): Promise<TotpSeed | undefined>;
  /** Keeps a seed, sealed, until a code of it confirms it. False = a confirmed one is there, or no account. */
  proposeTotp(userId: string, seed: Buffer): Promise<boolean>;
  /** From now on a sign-in by password asks for codes of the seed. False = none is waiting. */
  confirmTotp(userId: string, step: number, now: Date): Promise<boolean>;
  /** Accepts a time step once: false when this or a later one was accepted before. */
  useTotpStep(userId: string, step: number): Promise<boolean>;
  /** With the recovery codes. False = there was none. */
  removeTotp(userId: string): Promise<boolean>;
  /** Makes exactly these (SHA-256 each) the user's recovery codes. */
  replaceRecoveryCodes(userId: string, codeHashes: readonly Buffer[]): Promise<void>;
  /** Deletes the code: of two that present it at the same moment one gets true. */
  useRecoveryCode(userId: string, codeHash: Buffer): Promise<boolean>;
}

/** A sign-in between password and second factor. */
export interface NewPendingSignIn {
  /** SHA-256 of what the browser holds in its cookie. */
  readonly handleHash: Buffer;
  /** SHA-256 of the flow cookie's value. */
  readonly browserHash: Buffer;
  readonly userId: string;
  /** Of the password that was right. */
  readonly passwordChangedAt: Date;
  readonly traceId: string;
  /** A destination that the gateway already allowed. */
  readonly returnTo: string | undefined;
  readonly startedAt: Date;
  readonly expiresAt: Date;
}

export interface PendingSignIn extends NewPendingSignIn {
  /** Codes that were tried, this one included where a try was counted. */
  readonly tries: number;
  /** Of the code that was mailed last. */
  readonly emailCodeHash: Buffer | undefined;
}

/** Which sign-in a browser goes on with. */
export interface PresentedSignIn {
  readonly handleHash: Buffer;
  readonly browserHash: Buffer;
  readonly now: Date;
}

export interface PendingSignIns {
  begin(pending: NewPendingSignIn): Promise<void>;
  /** undefined = unknown, over, or of another browser. */
  find(presented: PresentedSignIn): Promise<PendingSignIn | undefined>;
  /** Counts a try of a code and locks user and sign-in until the transaction's end, so that tries go one after the other. */
  countTry(presented: PresentedSignIn): Promise<PendingSignIn | undefined>;
  /** Only this code is good from now on. */
  noteEmailCode(handleHash: Buffer, codeHash: Buffer): Promise<void>;
  end(handleHash: Buffer): Promise<void>;
}

export interface KnownDevices {
  /** @param deviceHash SHA-256 of user and device cookie */
  isKnown(userId: string, deviceHash: Buffer): Promise<boolean>;
  /** `first` = the user's first device. */
  note(userId: string, deviceHash: Buffer, now: Date): Promise<'known' | 'new' | 'first'>;
}

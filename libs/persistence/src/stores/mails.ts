/**
 * What each kind of mail says beside its frame. Everything is a plain JSON value. PERSONAL and SECRET (addresses, links that sign
 * somebody in): it's stored sealed and never logged. A `link` leads to the gateway, or the mail is not sent.
 */
export interface MailData {
  /** `enforced`: the person signs in at the company's identity provider, so there is no password to set. */
  readonly invitation: { readonly link: string; readonly inviter?: string; readonly enforced: boolean };
  readonly 'password-reset': { readonly link: string };
  readonly 'password-changed': { readonly at: string };
  readonly 'email-code': { readonly code: string };
  /** `requestedFrom`: the network or browser that asked, for people. */
  readonly 'recovery-link': { readonly link: string; readonly requestedFrom: string };
  /** `address`: of who asked, masked (`i•••@acme.com`). */
  readonly 'recovery-announced': { readonly address: string; readonly at: string };
  /** `address`: of who asked, masked. */
  readonly 'recovery-confirm': { readonly link: string; readonly address: string };
  readonly 'new-device': { readonly at: string; readonly browser: string };
  readonly 'roles-changed': { readonly granted: readonly MailedRole[]; readonly revoked: readonly MailedRole[] };
  readonly 'second-factor-changed': { readonly what: SecondFactorChange; readonly at: string };
  /** `account`: the identity provider's display name. */
  readonly 'identity-changed': {
    readonly what: 'linked' | 'unlinked' | 'unlinked_by_administrator';
    readonly account: string;
    readonly at: string;
  };
  readonly 'second-factor-off': Readonly<Record<string, never>>;
  readonly 'sso-enforced': Readonly<Record<string, never>>;
  readonly 'sso-off': Readonly<Record<string, never>>;
}

export interface MailedRole {
  readonly scope: string;
  readonly role: string;
}

export type SecondFactorChange = 'enrolled' | 'removed' | 'codes_made' | 'code_used' | 'ended_unproved';

export type MailKind = keyof MailData;

/** One mail to one person, of the organization whose transaction queues it. `at` and the like are ISO 8601, UTC. */
export type OutgoingMail = {
  readonly [K in MailKind]: {
    readonly kind: K;
    /** One plain address. One that is none is given up when it is due, and fails no transaction. */
    readonly to: string;
    readonly locale?: 'en';
    readonly data: MailData[K];
  };
}[MailKind];

/** A mail that this process alone tries to send, until `ClaimedMail` is due again. */
export interface ClaimedMail {
  readonly organizationId: string;
  readonly mailId: string;
  /** With this one. */
  readonly tries: number;
  readonly givesUpAt: Date;
}

/**
 * The mails of all organizations that wait to be sent. Each is sent AT LEAST once: who claims one, sends it and dies before `forget`
 * leaves it to be sent again.
 */
export interface MailOutbox {
  /**
   * Takes up to `limit` due mails, the most urgent first, for `retryAfterMs` of each: no other process gets them until then.
   * A failed one needs no word: it is due again by itself.
   */
  claim(now: Date, limit: number): Promise<readonly ClaimedMail[]>;
  /** What it says; undefined when its organization is gone. Rejects with `sealed_secret_invalid`, `master_key_mismatch`, … */
  read(mail: ClaimedMail): Promise<OutgoingMail | undefined>;
  /** It was sent, or never will be. */
  forget(mail: ClaimedMail): Promise<void>;
  /** Deletes what is too old to be of use to anybody; how many. */
  giveUp(now: Date): Promise<number>;
  /** How many wait. */
  waiting(): Promise<number>;
  /** Calls `listener` when a transaction of any process has queued mails, and when one may have been missed. Returns what ends it. */
  onQueued(listener: () => void): () => void;
}

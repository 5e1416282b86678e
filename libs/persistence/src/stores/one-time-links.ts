/** What a link is for; it opens nothing else. */
export type LinkPurpose = 'invitation' | 'password-reset' | 'recovery' | 'recovery-confirm';

const MINUTE_MS = 60_000;

/** How long each is good, in milliseconds. */
export const LINK_LIFETIME_MS: Readonly<Record<LinkPurpose, number>> = {
  invitation: 7 * 24 * 60 * MINUTE_MS,
  'password-reset': 30 * MINUTE_MS,
  recovery: 15 * MINUTE_MS,
  'recovery-confirm': 15 * MINUTE_MS,
};

export interface NewLink {
  readonly purpose: LinkPurpose;
  /** undefined for an address that is no user's. */
  readonly userId: string | undefined;
  /** Where it is sent: `addressKeyOf` the address. */
  readonly addressKey: string;
  /** What else it is about, as its purpose says. */
  readonly about?: string | undefined;
  /** Handed to whoever asks, not mailed: it proves no mailbox. */
  readonly printed?: boolean;
  /** Kind and id of who asked for it, such as `api_token:0199…`; never an address. */
  readonly createdBy: string;
  readonly now: Date;
}

export interface CreatedLink {
  /** For the mail: an organization token, to be shown nowhere else. */
  readonly token: string;
  readonly expiresAt: Date;
}

/** A link that is good. */
export interface OneTimeLink {
  readonly purpose: LinkPurpose;
  readonly userId: string | undefined;
  readonly addressKey: string;
  readonly about: string | undefined;
  readonly printed: boolean;
  readonly createdBy: string;
  readonly createdAt: Date;
  readonly expiresAt: Date;
}

/**
 * Links that are mailed to somebody and work once (security-checklist.md 35). Only the SHA-256 of the token is stored. A link of a user is
 * dead as soon as the user is disabled or has another address, an invitation as soon as the user has signed in; setting a password
 * deletes all of the user's.
 */
export interface OneTimeLinks {
  /** Makes a link; the former one of this purpose and user (or address, without user) ends. */
  create(link: NewLink): Promise<CreatedLink>;
  /** Makes a link unless one of this purpose and user (or address, without user) is in time: that one goes on, and it's undefined. */
  createFirst(link: NewLink): Promise<CreatedLink | undefined>;
  /** Looks at it and consumes nothing. undefined = unknown, used, over, or dead. */
  peek(tokenHash: Buffer, now: Date): Promise<OneTimeLink | undefined>;
  /** Deletes and returns it when it is good and for this purpose: of two at the same moment one gets it. Locks its user first. */
  take(tokenHash: Buffer, purpose: LinkPurpose, now: Date): Promise<OneTimeLink | undefined>;
  /** Deletes all of a user; how many. */
  endAll(userId: string): Promise<number>;
}

import type { EndedSession } from './logouts.ts';
import type { Announcement, SubjectKey } from './people.ts';

/** What it takes to open another account of the same person. */
export interface LiveSession {
  readonly userId: string;
  readonly subject: SubjectKey;
  readonly sessionIndex: string | undefined;
  readonly expiresAt: Date;
  readonly announcement: Announcement | undefined;
}

export interface NewSession {
  /** SHA-256 of the cookie's secret; the secret itself is never stored. */
  readonly tokenHash: Buffer;
  readonly userId: string;
  readonly subject: SubjectKey;
  readonly sessionIndex: string | undefined;
  readonly openedAt: Date;
  readonly expiresAt: Date;
  readonly idleSeconds: number;
  readonly announcement: Announcement | undefined;
  /** By which the user recognizes it: a short name, in words of ours. */
  readonly browser?: string | undefined;
  /** Of a local sign-in (`LOCAL_SIGN_IN`), and only of one: the document's revision that allowed it. */
  readonly revision?: number;
}

/** What `/session` answers, read in one statement by organization and token hash. */
export interface SessionView {
  readonly organizationId: string;
  readonly organization: string;
  readonly user: { readonly id: string; readonly email: string | undefined; readonly displayName: string | undefined };
  readonly identityProvider: string;
  readonly grants: Readonly<Record<string, readonly string[]>>;
  readonly groups: readonly string[];
  /** The earlier of the absolute end and the idle end. */
  readonly expiresAt: Date;
}

/** Of one user: one session by its `ListedSession.id`, or all but one by its hash. */
export type OwnSessions = { readonly userId: string } & ({ readonly id: string } | { readonly but: Buffer });

export interface SessionStore {
  /**
   * undefined = no such session, expired, idle too long, or the user or the IdP that opened it is disabled or gone. Extends
   * the idle time at most once a minute.
   */
  check(organizationId: string, tokenHash: Buffer, now: Date): Promise<SessionView | undefined>;
  announcement(organizationId: string, tokenHash: Buffer, now: Date): Promise<Announcement | undefined>;
  /** As the user's own wish. Appends `session.revoked` (`logout`) in the same transaction. */
  endOwn(organizationId: string, which: OwnSessions, now: Date): Promise<readonly EndedSession[]>;
  /** Ends sessions and returns them. Appends `session.revoked` in the same transaction. */
  revoke(
    organizationId: string,
    by: { tokenHash: Buffer } | { userId: string } | 'all',
    reason: 'logout' | 'user_disabled' | 'administrator',
    now: Date,
  ): Promise<readonly EndedSession[]>;
}

import type { SessionView } from './sessions.ts';

/** Who has an application at an origin. */
export interface ForwardOriginUse {
  /** Whether anybody has. */
  readonly declared: boolean;
  /** The organization that has one, when it is a single one. */
  readonly only: string | undefined;
  /** The name of the application there of the organization that was asked for. */
  readonly application: string | undefined;
}

/** What a handle leads to: one session, at one origin, in one browser. */
export interface ForwardHandle {
  readonly organizationId: string;
  readonly origin: string;
  /** SHA-256 of the handle's secret. */
  readonly handleHash: Buffer;
  /** SHA-256 of what the browser that may use it has to show. */
  readonly flowHash: Buffer;
}

/** Applications behind a proxy, by origin. Whatever is kept here ends with the session that it came from, in its transaction. */
export interface ForwardStore {
  /**
   * The session behind a cookie of this origin, as `SessionStore.check` says of it; in one statement. undefined also when the
   * organization has no enabled application there (any more).
   */
  check(organizationId: string, tokenHash: Buffer, origin: string, now: Date): Promise<SessionView | undefined>;
  /** @param organizationId whose application there is asked for, if anybody's */
  usesOf(origin: string, organizationId?: string): Promise<ForwardOriginUse>;
  /** Makes a handle for a session; false = the session has ended. */
  begin(handle: ForwardHandle & { sessionHash: Buffer; now: Date; expiresAt: Date }): Promise<boolean>;
  /**
   * Uses a handle up, whoever presents it: in its browser and at its origin `tokenHash` is a cookie from now on. Of one session and origin
   * the last few live. Appends `application.signed_in` in the same transaction.
   * @returns when the session ends at the latest; undefined when the handle is unknown, used, over, of another origin or another browser's
   */
  take(handle: ForwardHandle & { tokenHash: Buffer; now: Date; traceId: string }): Promise<Date | undefined>;
  /** The hash of the session's token behind a cookie of this origin. UNVERIFIED: it may be over. */
  sessionOf(organizationId: string, tokenHash: Buffer, origin: string): Promise<Buffer | undefined>;
}

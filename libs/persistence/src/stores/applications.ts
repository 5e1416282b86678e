import type { AuditEvent } from '@rolecall/audit';

/** Whose a live session is, read anew at each use: nothing of it is stored with a token. */
export interface ApplicationSession {
  readonly organization: string;
  readonly user: {
    readonly id: string;
    readonly email: string | undefined;
    readonly givenName: string | undefined;
    readonly familyName: string | undefined;
    readonly displayName: string | undefined;
  };
  readonly identityProvider: string;
  readonly grants: Readonly<Record<string, readonly string[]>>;
  readonly groups: readonly string[];
  /** When the user signed in. */
  readonly openedAt: Date;
  /** Its absolute end: nothing that hangs on it lives longer. */
  readonly expiresAt: Date;
}

export type ApplicationTokenKind = 'code' | 'access' | 'refresh';

export interface NewApplicationToken {
  readonly kind: ApplicationTokenKind;
  /** SHA-256 of the secret part: the token itself is never stored. */
  readonly tokenHash: Buffer;
  /** What the provider has to remember: no secret, nothing of the user. */
  readonly payload: Readonly<Record<string, unknown>>;
  /** The end of the session comes first. */
  readonly expiresAt: Date;
  /** SHA-256 of the code or refresh token of the same grant that it is given for, which is used up with it. */
  readonly consumes?: Buffer;
}

/** One sign-in of a session to an application. */
export interface NewApplicationGrant {
  /** A UUID. */
  readonly grantId: string;
  readonly sessionTokenHash: Buffer;
  /** Its present name. */
  readonly application: string;
  /** As the application called itself. */
  readonly clientId: string;
  readonly scope: string;
}

export interface SignInHow {
  /** Of the document that opens the application. */
  readonly revision: number;
  readonly events: readonly AuditEvent[];
  readonly now: Date;
}

export interface ApplicationToken extends Omit<NewApplicationToken, 'tokenHash' | 'consumes'> {
  readonly issuedAt: Date;
  /** Used up: whoever brings it again has it from somebody else. */
  readonly consumed: boolean;
  readonly grant: Omit<NewApplicationGrant, 'sessionTokenHash'>;
  readonly session: ApplicationSession;
}

/**
 * What applications hold. All of it hangs on sessions: it goes with them, and every look-up looks at the session anew, as
 * `SessionStore.check` does. An application's use of a token does not keep a session from going idle; that of its browser does.
 */
export interface ApplicationStore {
  /** The live session; its browser is here. */
  session(organizationId: string, tokenHash: Buffer, now: Date): Promise<ApplicationSession | undefined>;
  /** Stores a grant and its code, and appends the events with them. False when the session has ended, or another revision is live. */
  signIn(
    organizationId: string,
    grant: NewApplicationGrant,
    code: NewApplicationToken,
    how: SignInHow,
  ): Promise<boolean>;
  /** Stores a token of a grant. False when the grant has ended, or what the token is given for is used up: once, over all processes. */
  issue(organizationId: string, grantId: string, token: NewApplicationToken, now: Date): Promise<boolean>;
  /** undefined = never was one, over, or its session is. */
  find(organizationId: string, tokenHash: Buffer, now: Date): Promise<ApplicationToken | undefined>;
  /** Ends a grant with all its tokens. False when it has ended already: then the events are not appended. */
  endGrant(organizationId: string, grantId: string, events: readonly AuditEvent[]): Promise<boolean>;
  endToken(organizationId: string, tokenHash: Buffer): Promise<void>;
}

import type { Actor } from '@rolecall/audit';

/** A live token of a directory, found by what somebody presented. VERIFIED: its secret is in the database, alive at `now`. */
export interface AuthenticatedDirectory {
  readonly organizationId: string;
  readonly tokenId: string;
  /** Its name in the document. The caller checks that the live document still has it, and that the directory is enabled. */
  readonly tokenName: string;
  readonly expiresAt: Date;
}

/** What may be shown of a token. Nothing of its secret is in here. */
export interface DirectoryToken {
  readonly id: string;
  /** Its name in the document, `spec.scim.tokens`. */
  readonly name: string;
  readonly createdAt: Date;
  /** Id of the API token that had it made. */
  readonly createdBy: string;
  /** From then on another should be issued. */
  readonly rotateAt: Date;
  readonly expiresAt: Date;
  /** Noted at most once a minute; undefined = never used. */
  readonly lastUsedAt: Date | undefined;
  readonly revokedAt: Date | undefined;
}

export interface NewDirectoryToken {
  readonly name: string;
  /** Whose document has the name and the durations; when it is not the live one any more, `stale_revision` is thrown. */
  readonly revision: number;
  readonly rotateSeconds: number;
  readonly overlapSeconds: number;
}

/** The newest token of a name, as far as an organization's own people must know. */
export interface DueDirectoryToken {
  readonly organization: string;
  readonly name: string;
  readonly rotateAt: Date;
  readonly expiresAt: Date;
}

/** Who has a token made or ended, for the audit log. */
export interface DirectoryTokenChange {
  readonly by: string;
  /** What has this id; default an API token. */
  readonly kind?: Actor['kind'];
  readonly now: Date;
  readonly traceId?: string;
}

/** As many tokens of one name can be alive at once. */
export const MAX_DIRECTORY_TOKENS = 5;

export interface DirectoryTokenStore {
  /**
   * Parses and looks up a presented token, in one statement or, when it was good seconds ago and nothing was announced of its
   * organization, in none; undefined = unknown, malformed, expired or revoked, without a difference. Notes the use at most once a
   * minute.
   */
  authenticate(presented: string, now: Date): Promise<AuthenticatedDirectory | undefined>;
  /**
   * Makes a token and returns its value `rcs_…`, once: only its SHA-256 is stored. It ends by itself after `rotateSeconds` and
   * `overlapSeconds`; those of its name that are alive end after `overlapSeconds`, if not before. Audited. Throws `stale_revision`.
   */
  issue(
    organizationId: string,
    token: NewDirectoryToken,
    change: DirectoryTokenChange,
  ): Promise<{ readonly value: string; readonly token: DirectoryToken } | 'too_many'>;
  /** Every token that was ever made, the newest first, at most 200. */
  list(organizationId: string): Promise<readonly DirectoryToken[]>;
  /** Tokens to be rotated before then, of a collection's organizations, at most 100 of these; those due first. */
  due(collection: string, before: Date): Promise<readonly DueDirectoryToken[]>;
  /** Ends a token: here at once, in other processes with the notification, and at the latest after ten seconds. False when there is no such token alive. Audited. */
  revoke(organizationId: string, tokenId: string, change: DirectoryTokenChange): Promise<boolean>;
}

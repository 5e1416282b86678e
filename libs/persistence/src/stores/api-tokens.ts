import type { ApiRight } from '@rolecall/org-config';

export { API_RIGHTS, type ApiRight } from '@rolecall/org-config';

export interface ApiToken {
  readonly id: string;
  readonly name: string;
  readonly rights: readonly ApiRight[];
  readonly expiresAt: Date | undefined;
  /** Patterns of names (`matchesGlobs`) that it is held to; undefined = all organizations, and what belongs to none. */
  readonly organizations: readonly string[] | undefined;
}

/** What may be shown of a token. Nothing of its secret is in here. */
export interface ApiTokenEntry extends ApiToken {
  readonly createdAt: Date;
  /** Noted at most once a minute; undefined = never used. */
  readonly lastUsedAt: Date | undefined;
  readonly revokedAt: Date | undefined;
}

export interface ApiTokenStore {
  /** Returns the token `rct_<id>_<secret>` once; only its SHA-256 is stored. */
  create(token: {
    name: string;
    rights: readonly ApiRight[];
    expiresAt: Date | undefined;
    organizations?: readonly string[];
    now: Date;
  }): Promise<{ id: string; token: string }>;
  /** Parses and looks up a presented token; undefined = unknown, malformed, expired or revoked, without a difference. */
  authenticate(presented: string, now: Date): Promise<ApiToken | undefined>;
  revoke(id: string, now: Date): Promise<boolean>;
  /** Every token that was ever made, the newest first; expired and revoked ones stay. */
  list(): Promise<readonly ApiTokenEntry[]>;
}

/**
 * Rights of an API token. `domains.assert` = may vouch for e-mail domains (`verification: asserted`); `flows.read` = may
 * read how logins ended, which can show what an identity provider said of a user; `directory.read` = may read the request log of
 * a directory; `directory.tokens` = may have its tokens made and ended, which let in whoever decides about users;
 * `directory.release` = may let removals through that the brake holds.
 */
export const API_RIGHTS = [
  'organizations.read',
  'plan',
  'apply',
  'domains.assert',
  'flows.read',
  'directory.read',
  'directory.tokens',
  'directory.release',
] as const;

export type ApiRight = (typeof API_RIGHTS)[number];

export interface ApiToken {
  readonly id: string;
  readonly name: string;
  readonly rights: readonly ApiRight[];
  readonly expiresAt: Date | undefined;
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
    now: Date;
  }): Promise<{ id: string; token: string }>;
  /** Parses and looks up a presented token; undefined = unknown, malformed, expired or revoked, without a difference. */
  authenticate(presented: string, now: Date): Promise<ApiToken | undefined>;
  revoke(id: string, now: Date): Promise<boolean>;
  /** Every token that was ever made, the newest first; expired and revoked ones stay. */
  list(): Promise<readonly ApiTokenEntry[]>;
}

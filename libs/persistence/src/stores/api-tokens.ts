import type { ApiRight } from '@rolecall/org-config';

export { API_RIGHTS, type ApiRight } from '@rolecall/org-config';

export interface ApiToken {
  readonly id: string;
  readonly name: string;
  readonly rights: readonly ApiRight[];
  readonly expiresAt: Date | undefined;
  /** Patterns of names (`matchesGlobs`) that it is held to; undefined = all organizations, and what belongs to none. */
  readonly organizations: readonly string[] | undefined;
  /** Who it was exchanged for; absent for a token that somebody made. */
  readonly workload?: Workload;
}

/** A job of a pipeline that proved who it is by a token of its host. */
export interface Workload {
  /** Name of the entry under `trustedIssuers`. */
  readonly trust: string;
  readonly issuer: string;
  readonly audience: string;
  /** Its claim `sub`. */
  readonly subject: string;
  /** Texts and booleans that conditions may ask for; nothing about a person unless a condition did. */
  readonly claims: Readonly<Record<string, string | boolean>>;
}

/** An API token in exchange for the token of a job. */
export interface ExchangedToken {
  readonly name: string;
  readonly rights: readonly ApiRight[];
  readonly organizations: readonly string[] | undefined;
  readonly workload: Workload;
  /** Of the document that gives it. */
  readonly platformRevision: number;
  /** SHA-256: another in every token of a job. */
  readonly replayKey: Buffer;
  readonly replayableUntil: Date;
  readonly expiresAt: Date;
  readonly now: Date;
  readonly traceId: string;
}

export interface WorkloadTokenStore {
  /**
   * Makes and audits the token; `replayed` = the job's token was exchanged before, here or at another process; `trust_moved` = another
   * document is live by now, nothing was done.
   */
  exchange(
    token: ExchangedToken,
  ): Promise<{ readonly id: string; readonly token: string } | 'replayed' | 'trust_moved'>;
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

/** What ends by itself: our own keys, what identity providers gave us, and what we gave out. */
export const EXPIRY_KINDS = [
  'idp-certificate',
  'metadata-valid-until',
  'client-secret',
  'application-secret',
  'scim-token',
  'sp-key',
  'override',
  'exemption',
  'api-token',
] as const;
export type ExpiryKind = (typeof EXPIRY_KINDS)[number];

/** One thing and its end. Names only, as documents and administrators chose them; nothing of a person. */
export interface ExpiringItem {
  /** undefined = the deployment's own. */
  readonly organization: string | undefined;
  readonly kind: ExpiryKind;
  /** Of the identity provider or application, with the use of its key, or of the token; of an override, its path in the document; of exemptions, how many. */
  readonly name: string;
  /** From then on it is of no use. */
  readonly expiresAt: Date;
}

/** Which items; absent = any. */
export interface ExpiryFilter {
  readonly now: Date;
  readonly from?: Date;
  readonly before?: Date;
  readonly organization?: string;
  /** Of organizations with such names (`isOrganizationGlob`), and nothing of the deployment. */
  readonly globs?: readonly string[];
  /** Of this collection's organizations. */
  readonly collection?: string;
  readonly kinds?: readonly ExpiryKind[];
  /** The last item of the page before. */
  readonly after?: ExpiringItem;
  readonly limit: number;
}

/** The register of what ends, over all organizations. */
export interface ExpiryRegister {
  /** Those that end first come first. API tokens are left out a month after their end. */
  list(filter: ExpiryFilter): Promise<readonly ExpiringItem[]>;
  /** Organizations with overrides whose time is over at `now`, each once, the one that waits longest first; `except` are left out. */
  overridesOver(request: {
    readonly now: Date;
    readonly except: readonly string[];
    readonly limit: number;
  }): Promise<readonly string[]>;
  /**
   * Hands out what nobody was told of yet: each item once per end and threshold, to one process at a time. What `deliver` fails
   * to deliver is handed out again.
   * @param thresholds days before the end, e.g. [30, 14, 7, 1]; an item is due under the smallest that it has reached
   * @returns how many were delivered
   */
  notify(
    at: { readonly now: Date; readonly thresholds: readonly number[] },
    deliver: (items: readonly ExpiringItem[]) => Promise<void>,
  ): Promise<number>;
}

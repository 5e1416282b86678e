/** How much one key may do within a window that begins with its first try. */
export interface Limit {
  /** Unique in the deployment; changing numbers behind a name is fine. */
  readonly name: string;
  readonly points: number;
  readonly seconds: number;
}

/** What is left of a limit. */
export interface Taken {
  readonly allowed: boolean;
  /** Milliseconds to the end of the window. */
  readonly endsInMs: number;
}

/** One limit, counted for all processes together. */
export interface SharedLimit {
  /** Counts one try of `key`, also when it is not allowed. The key itself is stored nowhere: see `SharedLimitStore`. */
  take(key: string): Promise<Taken>;
  /** One try less: it was good, and only others are to be counted. */
  giveBack(key: string): Promise<void>;
}

/**
 * Limits in PostgreSQL. What it keeps of a key is an HMAC under the master key, so no table tells who tried what. When the database is
 * away or slow, this process counts for itself, by the same numbers.
 */
export interface SharedLimitStore {
  /** Rejects with `master_key_missing` at the first use. */
  limit(limit: Limit): SharedLimit;
}

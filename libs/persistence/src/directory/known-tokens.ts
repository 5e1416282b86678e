import type { AuthenticatedDirectory } from '../stores/directory-tokens.ts';

/**
 * How long a token is believed without a look. Whatever ends one is told by a notification within milliseconds; this is for the
 * moment in which the connection for notifications is lost.
 */
const MAX_AGE_MS = 10_000;

/** More than a process serves; the oldest go first. */
const MAX_ENTRIES = 10_000;

interface Known {
  readonly directory: AuthenticatedDirectory;
  /** In milliseconds of the caller's clock. */
  readonly until: number;
}

/** Tokens that were found good, by a digest of their whole text. Only good ones: what was never issued fills nothing. */
export class KnownTokens {
  readonly #known = new Map<string, Known>();
  /** Counts what was forgotten, so that a look-up that was under way meanwhile is not kept. */
  #generation = 0;

  /**
   * @param digest of all that was presented, so that no part of it is left unchecked; a token itself is not kept in memory
   * @param look asks the database; undefined = not a token that is alive
   */
  async authenticate(
    digest: string,
    now: Date,
    look: () => Promise<AuthenticatedDirectory | undefined>,
  ): Promise<AuthenticatedDirectory | undefined> {
    const known = this.#known.get(digest);
    if (known && now.getTime() < known.until) return known.directory;
    this.#known.delete(digest);
    const generation = this.#generation;
    const directory = await look();
    if (directory && generation === this.#generation) this.#keep(digest, directory, now);
    return directory;
  }

  forget(organizationId: string): void {
    this.#generation += 1;
    for (const [key, { directory }] of this.#known)
      if (directory.organizationId === organizationId) this.#known.delete(key);
  }

  forgetAll(): void {
    this.#generation += 1;
    this.#known.clear();
  }

  #keep(key: string, directory: AuthenticatedDirectory, now: Date): void {
    const [oldest] = this.#known.keys();
    if (this.#known.size >= MAX_ENTRIES && oldest !== undefined) this.#known.delete(oldest);
    const until = Math.min(now.getTime() + MAX_AGE_MS, directory.expiresAt.getTime());
    this.#known.set(key, { directory, until });
  }
}

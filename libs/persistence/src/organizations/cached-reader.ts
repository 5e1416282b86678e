import type { OrganizationReader, OrganizationSnapshot } from '../stores.ts';

const MAX_AGE_MS = 30_000;

/** Also bounds what guessed names can fill. The oldest entries go first. */
const MAX_ENTRIES = 20_000;

/** Where the reader gets from the database what it does not hold. */
export interface OrganizationSource {
  routeName(name: string): Promise<string | undefined>;
  routeEmailDomain(domain: string): Promise<string | undefined>;
  routeIssuer(issuer: string): Promise<string | undefined>;
  load(organizationId: string, previous: OrganizationSnapshot | undefined): Promise<OrganizationSnapshot | undefined>;
}

interface Entry<T> {
  readonly value: Promise<T | undefined>;
  /** In the clock's milliseconds; from then on it is read anew. */
  readonly until: number;
}

/**
 * Organizations of this process's cache. An entry is good until `forget` names its organization, 30 s at most. A load
 * that was under way when something changed serves its callers and no later ones. Concurrent callers share one load.
 */
export class CachedOrganizationReader implements OrganizationReader {
  readonly #routes = new Map<string, Entry<string>>();
  readonly #organizations = new Map<string, Entry<OrganizationSnapshot>>();

  constructor(
    private readonly source: OrganizationSource,
    private readonly clock: () => number = Date.now,
  ) {}

  byName(name: string): Promise<OrganizationSnapshot | undefined> {
    return this.routed(`name ${name}`, () => this.source.routeName(name));
  }

  byEmailDomain(domain: string): Promise<OrganizationSnapshot | undefined> {
    return this.routed(`domain ${domain}`, () => this.source.routeEmailDomain(domain));
  }

  byIssuer(issuer: string): Promise<OrganizationSnapshot | undefined> {
    return this.routed(`issuer ${issuer}`, () => this.source.routeIssuer(issuer));
  }

  byId(organizationId: string): Promise<OrganizationSnapshot | undefined> {
    return this.held(this.#organizations, organizationId, (previous) => this.source.load(organizationId, previous));
  }

  byIdAnew(organizationId: string): Promise<OrganizationSnapshot | undefined> {
    const held = this.#organizations.get(organizationId);
    if (held !== undefined) this.#organizations.set(organizationId, outdated(held));
    return this.byId(organizationId);
  }

  /** Reads the organization anew before it is given out again and, since its names may have changed, all routes. */
  forget(organizationId: string): void {
    const held = this.#organizations.get(organizationId);
    if (held !== undefined) this.#organizations.set(organizationId, outdated(held));
    this.#routes.clear();
  }

  forgetAll(): void {
    for (const [organizationId, held] of this.#organizations) this.#organizations.set(organizationId, outdated(held));
    this.#routes.clear();
  }

  private async routed(
    key: string,
    find: () => Promise<string | undefined>,
  ): Promise<OrganizationSnapshot | undefined> {
    // PostgreSQL has no such text, so nothing can be called that
    if (key.includes('\0')) return undefined;
    const organizationId = await this.held(this.#routes, key, find);
    return organizationId === undefined ? undefined : this.byId(organizationId);
  }

  private held<T>(
    cache: Map<string, Entry<T>>,
    key: string,
    load: (previous: T | undefined) => Promise<T | undefined>,
  ): Promise<T | undefined> {
    const now = this.clock();
    const held = cache.get(key);
    if (held !== undefined && held.until > now) return held.value;
    const previous = held?.value.catch(() => undefined) ?? Promise.resolve(undefined);
    const entry = { value: previous.then(load), until: now + MAX_AGE_MS };
    cache.delete(key);
    cache.set(key, entry);
    for (const oldest of cache.keys()) {
      if (cache.size <= MAX_ENTRIES) break;
      cache.delete(oldest);
    }
    // an error is the caller's to handle; it is only not kept
    entry.value.catch(() => cache.get(key) === entry && cache.delete(key));
    return entry.value;
  }
}

/** Kept so that what turns out to be unchanged goes on as the same object. */
function outdated<T>({ value }: Entry<T>): Entry<T> {
  return { value, until: -Infinity };
}

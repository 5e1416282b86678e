import type { KeyObject } from 'node:crypto';
import { refuse } from '../errors.ts';
import { discover, type DiscoveryOptions, type ProviderMetadata, readJson } from './discover.ts';
import { type ProviderKey, providerKeysOf } from './provider-keys.ts';

const FRESH_MS = 10 * 60_000;
const REFETCH_MS = 30_000;
const MAX_PROVIDERS = 1_000;

/** What the header of an UNVERIFIED token says of its key. */
export interface KeyHint {
  readonly alg: string;
  readonly kid: string | undefined;
}

interface Fetched<T> {
  /** When it was asked for, in milliseconds. */
  readonly at: number;
  readonly value: Promise<T>;
}

/**
 * Configuration documents and keys of providers, as one process remembers them: 10 minutes, for 1,000 issuers at most. All
 * of it is public and the same for every organization that names the issuer. Failures are not remembered.
 */
export class OidcProviders {
  private readonly documents = new Map<string, Fetched<ProviderMetadata>>();
  private readonly keySets = new Map<string, Fetched<readonly ProviderKey[]>>();

  constructor(readonly options: DiscoveryOptions) {}

  /** @throws OidcError `discovery_…` */
  metadata(issuer: string, now: Date): Promise<ProviderMetadata> {
    return remembered(this.documents, issuer, now, FRESH_MS, () => discover(issuer, this.options));
  }

  /**
   * The one key that a token's header can mean. An unknown key is looked for again, at most once in 30 seconds per issuer:
   * providers change keys, and strangers make key ids up (RFC 7517 §5, security.md §3c).
   * @throws OidcError `jwks_…`, `id_token_key_unknown`, `id_token_key_ambiguous`
   */
  async keyFor(provider: ProviderMetadata, hint: KeyHint, now: Date): Promise<KeyObject> {
    const known = pick(await this.keys(provider, now, FRESH_MS), hint);
    const key = known ?? pick(await this.keys(provider, now, REFETCH_MS), hint);
    return key ?? refuse('id_token_key_unknown', { got: `kid ${hint.kid ?? 'absent'}, alg ${hint.alg}` });
  }

  private keys({ issuer, jwksUri }: ProviderMetadata, now: Date, maxAge: number): Promise<readonly ProviderKey[]> {
    const { transport } = this.options;
    return remembered(this.keySets, issuer, now, maxAge, async () =>
      providerKeysOf(await readJson(() => transport.get(jwksUri), 'jwks_unreachable', 'jwks_invalid')),
    );
  }
}

/** A value at most `maxAge` milliseconds old; asked for once, however many wait for it. */
function remembered<T>(
  cache: Map<string, Fetched<T>>,
  issuer: string,
  now: Date,
  maxAge: number,
  fetch: () => Promise<T>,
): Promise<T> {
  const known = cache.get(issuer);
  if (known && now.getTime() - known.at < maxAge) return known.value;
  cache.delete(issuer);
  const [oldest] = cache.keys();
  if (oldest !== undefined && cache.size >= MAX_PROVIDERS) cache.delete(oldest);
  const fetched = { at: now.getTime(), value: fetch() };
  cache.set(issuer, fetched);
  fetched.value.catch(() => {
    if (cache.get(issuer) === fetched) cache.delete(issuer);
  });
  return fetched.value;
}

function pick(keys: readonly ProviderKey[], { alg, kid }: KeyHint): KeyObject | undefined {
  const [only, another] = keys.filter(
    (each) => each.algorithms.includes(alg) && (kid === undefined || each.kid === kid),
  );
  if (another) return refuse('id_token_key_ambiguous', { got: `kid ${kid ?? 'absent'}, alg ${alg}` });
  return only?.key;
}

import type { ProviderReference } from '../connection.ts';
import { refuse } from '../errors.ts';
import {
  discover,
  discoverKeys,
  type DiscoveryOptions,
  type KeySource,
  type ProviderMetadata,
  readJson,
} from './discover.ts';
import { type ProviderKey, providerKeysOf } from './provider-keys.ts';
import { Remembered } from './remembered.ts';

const FRESH_MS = 10 * 60_000;
const REFETCH_MS = 30_000;
const MAX_PROVIDERS = 1_000;

/** What the header of an UNVERIFIED token says of its key. */
export interface KeyHint {
  readonly alg: string;
  readonly kid: string | undefined;
}

/**
 * Configuration documents and keys of providers, as one process remembers them: 10 minutes, for 1,000 providers at most. All
 * of it is public and the same for every organization that names the provider.
 */
export class OidcProviders {
  private readonly documents = new Remembered<ProviderMetadata>(MAX_PROVIDERS);
  private readonly keySources = new Remembered<KeySource>(MAX_PROVIDERS);
  private readonly keySets = new Remembered<readonly ProviderKey[]>(MAX_PROVIDERS);

  constructor(readonly options: DiscoveryOptions) {}

  /** @throws OidcError `discovery_…` */
  metadata(provider: ProviderReference, now: Date): Promise<ProviderMetadata> {
    const { issuer, configurationUrl = '' } = provider;
    return this.documents.get(`${issuer} ${configurationUrl}`, now, FRESH_MS, () => discover(provider, this.options));
  }

  /** Where an issuer has its keys, which may be all that it publishes. @throws OidcError `discovery_…` */
  keySource(issuer: string, now: Date): Promise<KeySource> {
    return this.keySources.get(issuer, now, FRESH_MS, () => discoverKeys(issuer, this.options));
  }

  /**
   * The one key that a token's header can mean. An unknown key is looked for again, at most once in 30 seconds per key set:
   * providers change keys, and strangers make key ids up (RFC 7517 §5).
   * @throws OidcError `jwks_…`, `id_token_key_unknown`, `id_token_key_ambiguous`
   */
  async keyFor(provider: KeySource, hint: KeyHint, now: Date): Promise<ProviderKey> {
    const known = pick(await this.keys(provider, now, FRESH_MS), hint);
    const key = known ?? pick(await this.keys(provider, now, REFETCH_MS), hint);
    return key ?? refuse('id_token_key_unknown', { got: `kid ${hint.kid ?? 'absent'}, alg ${hint.alg}` });
  }

  private keys({ issuer, jwksUri }: KeySource, now: Date, maxAge: number): Promise<readonly ProviderKey[]> {
    const { transport } = this.options;
    return this.keySets.get(`${issuer} ${jwksUri}`, now, maxAge, async () =>
      providerKeysOf(await readJson(() => transport.get(jwksUri), 'jwks_unreachable', 'jwks_invalid')),
    );
  }
}

function pick(keys: readonly ProviderKey[], { alg, kid }: KeyHint): ProviderKey | undefined {
  const [only, another] = keys.filter(
    (each) => each.algorithms.includes(alg) && (kid === undefined || each.kid === kid),
  );
  if (another) return refuse('id_token_key_ambiguous', { got: `kid ${kid ?? 'absent'}, alg ${alg}` });
  return only;
}

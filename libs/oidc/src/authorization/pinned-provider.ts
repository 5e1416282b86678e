import type { OidcConnection } from '../connection.ts';
import type { ProviderMetadata } from '../discovery/discover.ts';
import { refuse } from '../errors.ts';

/** Where a login was started, kept with it: its code goes nowhere else, whatever is configured or published meanwhile. */
export interface PinnedProvider {
  readonly issuer: string;
  readonly clientId: string;
  readonly tokenEndpoint: string;
}

export function pinnedProvider(
  { provider: { issuer }, clientId }: OidcConnection,
  { tokenEndpoint }: ProviderMetadata,
): PinnedProvider {
  return { issuer, clientId, tokenEndpoint };
}

/** @throws OidcError `provider_changed` when the login was started at another provider, or as another client */
export function checkPinned(pinned: PinnedProvider, connection: OidcConnection, metadata: ProviderMetadata): void {
  const present = pinnedProvider(connection, metadata);
  for (const name of ['issuer', 'clientId', 'tokenEndpoint'] as const) {
    if (present[name] !== pinned[name])
      refuse('provider_changed', { want: `${name} ${pinned[name]}`, got: present[name] });
  }
}

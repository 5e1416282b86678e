import { openIdProviderOf } from '@rolecall/org-config';
import type { IdentityProvider, OidcIdentityProvider } from '@rolecall/org-config';
import type { OrganizationHead, StateTransaction } from '@rolecall/reconcile';
import { requireRight } from '../access/principal.ts';
import type { Principal } from '../access/principal.ts';
import type { CheckedOrganization } from './check-documents.ts';
import { headOf } from './head-of.ts';

/**
 * For a caller without the right `domains.assert`: no provider may vouch for whatever address it sends that does not do so
 * already, as the same provider, for the same client and by the same claim. What stands stays.
 * @param after the documents as they will be live: trust that only the server has must not pass to another issuer
 * @throws Problem 403 `missing_right`
 */
export async function requireNoNewEmailTrust(
  after: readonly CheckedOrganization[],
  heads: ReadonlyMap<string, OrganizationHead>,
  state: Pick<StateTransaction, 'document'>,
  caller: Principal,
): Promise<void> {
  for (const { document } of after) {
    const trusted = trustedOf(document.spec.identityProviders);
    if (trusted.size === 0) continue;
    const head = headOf(document, heads);
    const before = head && trustedOf((await state.document(head.id)).spec.identityProviders);
    for (const [name, provider] of trusted) {
      const known = [name, ...(provider.previously ?? [])].flatMap((candidate) => before?.get(candidate) ?? []);
      if (known.some((one) => vouchingOf(one) === vouchingOf(provider))) continue;
      const what = `\`trustEmail: true\` of the new or changed identity provider ${name} of ${document.metadata.name}`;
      requireRight(caller, 'domains.assert', what);
    }
  }
}

function trustedOf(providers: Readonly<Record<string, IdentityProvider>> = {}) {
  const trusted = new Map<string, OidcIdentityProvider>();
  for (const [name, provider] of Object.entries(providers)) {
    if (provider.type === 'oidc' && provider.trustEmail === true) trusted.set(name, provider);
  }
  return trusted;
}

/** Who says an address, to whom, and in which claim. */
function vouchingOf(provider: OidcIdentityProvider): string {
  return JSON.stringify([openIdProviderOf(provider), provider.clientId, provider.attributes?.email ?? 'email']);
}

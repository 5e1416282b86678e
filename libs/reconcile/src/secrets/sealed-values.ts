import type { IdentityProvider, OrganizationDocument } from '@rolecall/org-config';
import { sealedDigest } from './secret.ts';

/** The document with digests in the place of sealed values: twenty lines of ciphertext tell nobody anything. */
export function withoutSealedValues(document: OrganizationDocument): OrganizationDocument {
  const { identityProviders } = document.spec;
  const sealed = Object.entries(identityProviders ?? {}).filter(([, provider]) => sealedIn(provider) !== undefined);
  if (sealed.length === 0) return document;
  const shown = new Map(sealed.map(([name, provider]) => [name, withDigest(provider)]));
  const entries = Object.entries(identityProviders ?? {}).map(([name, provider]) => [
    name,
    shown.get(name) ?? provider,
  ]);
  return {
    ...document,
    spec: { ...document.spec, identityProviders: Object.fromEntries(entries) as Record<string, IdentityProvider> },
  };
}

function sealedIn(provider: IdentityProvider): string | undefined {
  const reference = provider.type === 'oidc' ? provider.clientSecret : undefined;
  return reference && 'age' in reference ? reference.age : undefined;
}

function withDigest(provider: IdentityProvider): IdentityProvider {
  const age = sealedIn(provider);
  if (age === undefined || provider.type !== 'oidc') return provider;
  return { ...provider, clientSecret: { ...provider.clientSecret, age: `sha256:${sealedDigest(age)}` } };
}

import type { AttributeNames } from '@rolecall/role-mapping';
import { durationSeconds, OVERLAP_LIMITS, REFRESH_LIMITS, secondsOr } from './duration.ts';
import type { IdentityProvider, MinimumSigned, OidcIdentityProvider, SamlIdentityProvider } from './document.ts';
import { type OpenIdProvider, openIdProviderOf } from './openid-provider.ts';

interface Effective {
  readonly name: string;
  readonly displayName: string;
  readonly enabled: boolean;
  /** `plus`: whom it calls `ami@` may open the accounts of `ami+*@` too. */
  readonly aliases: 'plus' | undefined;
  /** Lower case; undefined = every domain of the organization. */
  readonly emailDomains: readonly string[] | undefined;
  readonly attributes: AttributeNames;
}

export interface EffectiveSamlIdentityProvider extends Effective {
  readonly type: 'saml';
  readonly metadata: SamlIdentityProvider['metadata'];
  /** How often the metadata is fetched again; undefined when it stands in the document. */
  readonly refreshSeconds: number | undefined;
  readonly forceAuthn: boolean;
  /** Sign-ins may begin at the IdP. */
  readonly allowIdpInitiated: boolean;
  readonly signRequests: boolean;
  /** A sign-out here or there ends the session at both sides. */
  readonly singleLogout: boolean;
  readonly requestBinding: 'redirect' | 'post';
  readonly minimumSigned: MinimumSigned;
  /** false = an assertion need not say when and how the user signed in. */
  readonly requireAuthnStatement: boolean;
  /** Requested, and one of them expected; undefined = none is requested. */
  readonly authnContexts: readonly string[] | undefined;
  /** Refuse assertions that are not encrypted. */
  readonly requireEncrypted: boolean;
  readonly serviceProviderKeys: EffectiveKeys | undefined;
}

/** The key pairs of ours that an IdP needs. */
export interface EffectiveKeys {
  readonly uses: readonly ('signing' | 'encryption')[];
  readonly generation: number;
  readonly overlapSeconds: number;
}

export interface EffectiveOidcIdentityProvider extends Effective {
  readonly type: 'oidc';
  readonly provider: OpenIdProvider;
  readonly clientId: string;
  /** undefined = what the provider offers. */
  readonly clientAuthentication: OidcIdentityProvider['clientAuthentication'];
  readonly responseMode: 'query' | 'form_post';
  readonly scopes: readonly string[];
  readonly userinfo: boolean;
  readonly forceAuthn: boolean;
  readonly maxAgeSeconds: number | undefined;
  readonly acrValues: readonly string[] | undefined;
  /** A sign-out here leads to the provider's. */
  readonly singleLogout: boolean;
  /** Addresses that the provider says nothing about count as proved. */
  readonly trustEmail: boolean;
  /** It signs in whoever linked an account of it, and decides nothing else. */
  readonly linksOnly: boolean;
  readonly hostedDomain: string | undefined;
}

/** Without its secrets: those are stored apart. `type` tells the two apart. */
export type EffectiveIdentityProvider = EffectiveSamlIdentityProvider | EffectiveOidcIdentityProvider;

/** Standard claims (OpenID Connect Core 1.0, section 5.1) that hold the profile where the document names none. */
export const CLAIMS: AttributeNames = {
  email: 'email',
  givenName: 'given_name',
  familyName: 'family_name',
  displayName: 'name',
};

/** Which attribute or claim of an IdP holds which field of the profile. */
export function attributeNamesOf({ type, attributes }: IdentityProvider): AttributeNames {
  return type === 'oidc' ? { ...CLAIMS, ...attributes } : (attributes ?? {});
}

export function effectiveIdentityProvider(name: string, declared: IdentityProvider): EffectiveIdentityProvider {
  const common = {
    name,
    displayName: declared.displayName ?? name,
    enabled: declared.enabled ?? true,
    aliases: declared.aliases,
    emailDomains: declared.emailDomains,
    attributes: attributeNamesOf(declared),
  };
  return declared.type === 'saml' ? { ...common, ...samlOf(declared) } : { ...common, ...oidcOf(declared) };
}

function samlOf(declared: SamlIdentityProvider) {
  const {
    type,
    metadata,
    forceAuthn = false,
    allowIdpInitiated = false,
    signRequests = false,
    singleLogout = false,
    requestBinding = 'redirect',
    minimumSigned = 'either',
    requireAuthnStatement = true,
    authnContexts,
    requireEncrypted = false,
  } = declared;
  const refreshSeconds = 'url' in metadata ? secondsOr(metadata.refresh, REFRESH_LIMITS.default) : undefined;
  const serviceProviderKeys = serviceProviderKeysOf(declared);
  const requests = { forceAuthn, signRequests, requestBinding, authnContexts };
  const answers = { allowIdpInitiated, minimumSigned, requireAuthnStatement, requireEncrypted };
  return { type, metadata, refreshSeconds, singleLogout, ...requests, ...answers, serviceProviderKeys };
}

/** The key pairs that a SAML IdP needs: to sign, and where the document speaks of keys or encryption, to decrypt. */
export function serviceProviderKeysOf(declared: SamlIdentityProvider): EffectiveKeys | undefined {
  const { signRequests = false, singleLogout = false, requireEncrypted = false, serviceProviderKeys } = declared;
  const encrypts = requireEncrypted || serviceProviderKeys !== undefined;
  if (!encrypts && !signRequests && !singleLogout) return undefined;
  return {
    uses: encrypts ? ['signing', 'encryption'] : ['signing'],
    generation: serviceProviderKeys?.generation ?? 1,
    overlapSeconds: secondsOr(serviceProviderKeys?.overlap, OVERLAP_LIMITS.default),
  };
}

function oidcOf(declared: OidcIdentityProvider) {
  const { type, clientId, clientAuthentication, acrValues, maxAge, hostedDomain } = declared;
  const {
    scopes = [],
    userinfo = false,
    forceAuthn = false,
    trustEmail = false,
    singleLogout = false,
    responseMode = 'query' as const,
  } = declared;
  const provider = openIdProviderOf(declared);
  const maxAgeSeconds = maxAge === undefined ? undefined : durationSeconds(maxAge);
  const asked = { responseMode, scopes, userinfo, forceAuthn, maxAgeSeconds, acrValues };
  return {
    type,
    provider,
    clientId,
    clientAuthentication,
    ...asked,
    singleLogout,
    trustEmail,
    linksOnly: declared.consumerAccounts === 'link',
    hostedDomain,
  };
}

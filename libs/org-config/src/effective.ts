import type { AttributeNames, Giving, MappingPolicy } from '@rolecall/role-mapping';
import { durationSeconds, OVERLAP_LIMITS, REFRESH_LIMITS, SESSION_LIMITS } from './duration.ts';
import {
  BUILT_IN_ROLES,
  type Exemption,
  type GroupEntry,
  type IdentityProvider,
  type LoginEntry,
  type MinimumSigned,
  type OidcIdentityProvider,
  type OrganizationDocument,
  type OrganizationSpec,
  type RoleEntry,
  type SamlIdentityProvider,
  type ScopeEntry,
} from './document.ts';
import { type EffectiveScim, scimOf } from './effective-scim.ts';
import { emptyMap } from './json.ts';
import { type OpenIdProvider, openIdProviderOf } from './openid-provider.ts';

/** A document with every default filled in: what the gateway and the admin API work with. */
export interface EffectiveOrganization {
  readonly name: string;
  readonly displayName: string;
  readonly deletionPolicy: 'retain' | 'delete';
  readonly labels: Readonly<Record<string, string>>;
  /** Lower case, sorted; empty = users of any domain. */
  readonly emailDomains: readonly string[];
  /** Outside people of these may be invited. Lower case, sorted. */
  readonly guestDomains: readonly string[];
  readonly scopes: Readonly<Record<string, ScopeEntry>>;
  readonly roles: Readonly<Record<string, RoleEntry>>;
  readonly groups: Readonly<Record<string, GroupEntry>>;
  readonly identityProviders: Readonly<Record<string, EffectiveIdentityProvider>>;
  readonly login: EffectiveLogin;
  /** For e-mail addresses of domains that no identity provider names. */
  readonly defaultIdentityProvider: string | undefined;
  /** A session without a request for this long ends; never more than the lifetime. */
  readonly sessionIdleSeconds: number;
  readonly sessionLifetimeSeconds: number;
  readonly jitEnabled: boolean;
  readonly policy: MappingPolicy;
  /** Scopes whose roles are edited in the application; every scope with `managedBy: app`. Sorted. */
  readonly appScopes: readonly string[];
  /** The directory; undefined = the organization has none, and nobody is managed by it. */
  readonly scim: EffectiveScim | undefined;
}

/** Who may sign in by what, beside single sign-on. */
export interface EffectiveLogin {
  /** Only `localSignIn` looks at this to decide about somebody. */
  readonly enforceSso: boolean;
  /** Turning `enforceSso` on ends the sessions that did not come from SSO. */
  readonly endOtherSessions: boolean;
  /** By plain address in lower case. Ended ones too: `localSignIn` knows the day. */
  readonly exemptions: Readonly<Record<string, Exemption>>;
  /** Plain addresses in lower case, sorted. */
  readonly recoveryAdmins: readonly string[];
  readonly recovery: { readonly twoPerson: boolean };
  /** Of sign-ins with a password. */
  readonly secondFactor: 'optional' | 'required';
}

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

/** Fills every default. @param document a valid document */
export function effective(document: OrganizationDocument): EffectiveOrganization {
  const { metadata, spec } = document;
  const lifetime = seconds(spec.login?.session?.lifetime, SESSION_LIMITS.lifetime.default);
  const idle = seconds(spec.login?.session?.idle, SESSION_LIMITS.idle.default);
  const identityProviders = emptyMap<EffectiveIdentityProvider>();
  for (const [name, declared] of Object.entries(spec.identityProviders ?? {})) {
    identityProviders[name] = effectiveIdentityProvider(name, declared);
  }
  return {
    name: metadata.name,
    displayName: spec.displayName ?? metadata.name,
    deletionPolicy: metadata.deletionPolicy ?? 'retain',
    labels: metadata.labels ?? emptyMap(),
    emailDomains: Object.keys(spec.emailDomains ?? {}).sort(),
    guestDomains: (spec.guestDomains ?? []).toSorted(),
    scopes: spec.scopes ?? emptyMap(),
    roles: spec.roles ?? emptyMap(),
    groups: spec.groups ?? emptyMap(),
    identityProviders,
    login: loginOf(spec.login ?? {}),
    defaultIdentityProvider: spec.login?.default,
    sessionIdleSeconds: Math.min(idle, lifetime),
    sessionLifetimeSeconds: lifetime,
    jitEnabled: spec.jit?.enabled ?? true,
    policy: policyOf(document),
    appScopes: appScopesOf(spec),
    scim: spec.scim && scimOf(spec.scim),
  };
}

function loginOf(declared: LoginEntry): EffectiveLogin {
  return {
    enforceSso: declared.enforceSso ?? false,
    endOtherSessions: declared.endOtherSessions ?? true,
    exemptions: declared.exemptions ?? emptyMap(),
    recoveryAdmins: (declared.recoveryAdmins ?? []).toSorted(),
    recovery: { twoPerson: declared.recovery?.twoPerson ?? false },
    secondFactor: declared.secondFactor ?? 'optional',
  };
}

function appScopesOf({ authorization, scopes }: OrganizationSpec): readonly string[] {
  const all = authorization?.managedBy === 'app';
  return (all ? Object.keys(scopes ?? {}) : (authorization?.appScopes ?? [])).toSorted();
}

/** The part of a document that decides grants and groups, with its defaults. @param document a valid document */
export function policyOf(document: OrganizationDocument): MappingPolicy {
  const { authorization, jit, roles } = document.spec;
  const mappingRoles = emptyMap<Giving>();
  for (const [name, entry] of Object.entries(authorization?.mappingRoles ?? {})) mappingRoles[name] = giving(entry);
  return {
    managedBy: authorization?.managedBy ?? 'idp',
    unmatched: authorization?.unmatched ?? 'refuse',
    mappingRoles,
    rules: authorization?.rules ?? [],
    accountAttributes: authorization?.accountAttributes ?? emptyMap(),
    defaults: giving(jit?.defaults ?? {}),
    roles: [...BUILT_IN_ROLES, ...Object.keys(roles ?? {})].sort(),
  };
}

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

function effectiveIdentityProvider(name: string, declared: IdentityProvider): EffectiveIdentityProvider {
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
  const refreshSeconds = 'url' in metadata ? seconds(metadata.refresh, REFRESH_LIMITS.default) : undefined;
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
    overlapSeconds: seconds(serviceProviderKeys?.overlap, OVERLAP_LIMITS.default),
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

function giving({ grants, groups }: Giving): Giving {
  return { ...(grants && { grants }), ...(groups && { groups }) };
}

function seconds(declared: string | undefined, fallback: number): number {
  return (declared === undefined ? undefined : durationSeconds(declared)) ?? fallback;
}

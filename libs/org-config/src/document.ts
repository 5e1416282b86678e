import type { AttributeNames, Condition, Giving, GrantSet } from '@rolecall/role-mapping';
import type { Preset } from './openid-provider.ts';

export const API_VERSION = 'rolecall/v1';

/** A value of JSON; documents, canonical forms and plans consist of these. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** Roles that every organization has without declaring them. */
export const BUILT_IN_ROLES = ['member', 'sso_admin', 'auditor'] as const;
/** The one that manages sign-ins. */
export const SSO_ADMIN: (typeof BUILT_IN_ROLES)[number] = 'sso_admin';

/**
 * The organization document as declared, after validation: only the keys that the file has. `metadata.file`
 * of an IdP has become `xml`.
 */
export interface OrganizationDocument {
  readonly apiVersion: typeof API_VERSION;
  readonly kind: 'Organization';
  readonly metadata: {
    readonly name: string;
    readonly previously?: readonly string[];
    readonly deletionPolicy?: 'retain' | 'delete';
    readonly labels?: Readonly<Record<string, string>>;
  };
  readonly spec: OrganizationSpec;
}

export interface OrganizationSpec {
  readonly displayName?: string;
  readonly emailDomains?: Readonly<Record<string, { readonly verification: 'dns' | 'asserted' }>>;
  /** Outside people of these domains may be invited. */
  readonly guestDomains?: readonly string[];
  readonly scopes?: Readonly<Record<string, ScopeEntry>>;
  readonly roles?: Readonly<Record<string, RoleEntry>>;
  readonly groups?: Readonly<Record<string, GroupEntry>>;
  readonly identityProviders?: Readonly<Record<string, IdentityProvider>>;
  readonly login?: LoginEntry;
  readonly jit?: {
    readonly enabled?: boolean;
    readonly defaults?: { readonly grants?: GrantSet; readonly groups?: readonly string[] };
  };
  readonly authorization?: {
    readonly managedBy?: 'idp' | 'app';
    readonly unmatched?: 'refuse' | 'defaults';
    /** With `managedBy: idp`: scopes whose roles are edited in the application. */
    readonly appScopes?: readonly string[];
    readonly mappingRoles?: Readonly<Record<string, MappingRoleEntry>>;
    readonly rules?: readonly RuleEntry[];
    readonly accountAttributes?: Readonly<Record<string, string>>;
  };
  readonly scim?: ScimEntry;
  readonly applications?: Readonly<Record<string, Application>>;
  readonly tests?: readonly DocumentTest[];
}

export interface LoginEntry {
  readonly enforceSso?: boolean;
  /** Turning `enforceSso` on ends the sessions that did not come from SSO; default true. */
  readonly endOtherSessions?: boolean;
  /** By plain address in lower case. */
  readonly exemptions?: Readonly<Record<string, Exemption>>;
  /** Plain addresses in lower case. */
  readonly recoveryAdmins?: readonly string[];
  readonly recovery?: { readonly twoPerson?: boolean };
  /** For sign-ins with a password. */
  readonly secondFactor?: 'optional' | 'required';
  /** Name of an identity provider. */
  readonly default?: string;
  readonly session?: { readonly idle?: string; readonly lifetime?: string };
}
/** Somebody who may use a password although SSO is enforced. */
export interface Exemption {
  readonly reason: string;
  /** The last day on which it holds, UTC, such as 2027-03-31. */
  readonly expires: string;
}

interface Renameable {
  readonly previously?: readonly string[];
}
export interface ScopeEntry extends Renameable {
  readonly displayName?: string;
  readonly parent?: string;
}
export interface RoleEntry extends Renameable {
  readonly displayName?: string;
  readonly permissions?: readonly string[];
}
export interface GroupEntry extends Renameable {
  readonly displayName?: string;
}
export type MappingRoleEntry = Giving & Renameable;
export interface RuleEntry extends Giving {
  readonly name: string;
  readonly when: Condition;
}
/** The directory of an organization. */
export interface ScimEntry {
  readonly enabled?: boolean;
  readonly mode?: 'tolerant' | 'strict';
  readonly linkExisting?: 'never' | 'verified-domain';
  readonly reprovision?: 'reactivate' | 'conflict';
  readonly uniqueGroupNames?: boolean;
  readonly unknownMembers?: 'refuse' | 'ignore';
  readonly brake?: {
    readonly enabled?: boolean;
    /** Percent. */
    readonly share?: number;
    /** A duration, such as 1h. */
    readonly window?: string;
    readonly atLeast?: number;
  };
  readonly tokens?: Readonly<Record<string, DirectoryTokenEntry>>;
  readonly extension?: {
    readonly urn: string;
    readonly name?: string;
    readonly required?: boolean;
    readonly attributes: Readonly<Record<string, ExtensionAttributeEntry>>;
  };
}
export interface DirectoryTokenEntry extends Renameable {
  readonly displayName?: string;
  /** Durations, such as 90d. */
  readonly rotateEvery?: string;
  readonly overlap?: string;
}
/** The types of RFC 7643 section 2.3. */
export type ExtensionAttributeType =
  | 'string'
  | 'boolean'
  | 'integer'
  | 'decimal'
  | 'dateTime'
  | 'binary'
  | 'reference'
  | 'complex';
export interface ExtensionAttributeEntry {
  readonly type: ExtensionAttributeType;
  readonly description?: string;
  readonly multiValued?: boolean;
  readonly required?: boolean;
  readonly mutability?: 'readWrite' | 'immutable';
  readonly caseExact?: boolean;
  readonly canonicalValues?: readonly string[];
  /** Of a complex attribute, and of no other; themselves never complex. */
  readonly subAttributes?: Readonly<Record<string, ExtensionAttributeEntry>>;
}
/** `type` tells the two apart. */
export type IdentityProvider = SamlIdentityProvider | OidcIdentityProvider;
/** What a SAML IdP must sign at least. */
export type MinimumSigned = 'either' | 'response' | 'assertion' | 'both';
export interface SamlIdentityProvider extends Renameable {
  readonly type: 'saml';
  readonly displayName?: string;
  readonly enabled?: boolean;
  readonly metadata: DeclaredMetadata;
  readonly forceAuthn?: boolean;
  readonly allowIdpInitiated?: boolean;
  readonly signRequests?: boolean;
  readonly singleLogout?: boolean;
  readonly requestBinding?: 'redirect' | 'post';
  readonly minimumSigned?: MinimumSigned;
  /** Default true. */
  readonly requireAuthnStatement?: boolean;
  /** A set of authentication context classes, not empty. */
  readonly authnContexts?: readonly string[];
  /** `plus`: whom it calls `ami@` may open the accounts of `ami+*@` too. */
  readonly aliases?: 'plus';
  readonly requireEncrypted?: boolean;
  readonly serviceProviderKeys?: {
    readonly generation?: number;
    /** A duration, such as 7d. */
    readonly overlap?: string;
  };
  /** Of the organization's e-mail domains; absent = all. */
  readonly emailDomains?: readonly string[];
  readonly attributes?: AttributeNames;
}
/** As declared, except that `file` was read and became `xml`. */
export type DeclaredMetadata =
  | {
      readonly url: string;
      /** How often it is fetched again; default 6h. */
      readonly refresh?: string;
      readonly entityId?: string;
      /** PEM certificate of the key that must have signed it. */
      readonly signedBy?: string;
    }
  | { readonly xml: string; readonly entityId?: string };
export interface OidcIdentityProvider extends Renameable {
  readonly type: 'oidc';
  readonly displayName?: string;
  readonly enabled?: boolean;
  /** Default: by the issuer. */
  readonly preset?: Preset;
  /** Absent where the preset makes it of what follows. */
  readonly issuer?: string;
  /** Okta. */
  readonly domain?: string;
  readonly authorizationServer?: string;
  /** Entra ID: one tenant, or those whose users may sign in. */
  readonly tenant?: string;
  readonly tenants?: readonly string[];
  readonly clientId: string;
  readonly clientAuthentication?: 'client_secret_basic' | 'client_secret_post' | 'private_key_jwt';
  /** Absent with `private_key_jwt` alone. */
  readonly clientSecret?: SecretReference;
  readonly responseMode?: 'query' | 'form_post';
  /** Beside openid, email and profile. */
  readonly scopes?: readonly string[];
  readonly userinfo?: boolean;
  readonly forceAuthn?: boolean;
  /** A duration, such as 12h. */
  readonly maxAge?: string;
  readonly acrValues?: readonly string[];
  readonly singleLogout?: boolean;
  readonly trustEmail?: boolean;
  /** Users link accounts of their own; nobody is created or found by e-mail. */
  readonly consumerAccounts?: 'link';
  /** Only users of this Google Workspace domain: the claim `hd` must be this. */
  readonly hostedDomain?: string;
  /** `plus`: whom it calls `ami@` may open the accounts of `ami+*@` too. */
  readonly aliases?: 'plus';
  /** Of the organization's e-mail domains; absent = all. */
  readonly emailDomains?: readonly string[];
  readonly attributes?: AttributeNames;
}
/** What users sign in to through Rolecall; `type` tells the two apart. */
export type Application = OidcApplication | ForwardAuthApplication;
/** An OpenID Connect client of ours. */
export interface OidcApplication extends Renameable {
  readonly type: 'oidc';
  readonly displayName?: string;
  readonly enabled?: boolean;
  /** A set, not empty. */
  readonly redirectUris: readonly string[];
  readonly postLogoutRedirectUris?: readonly string[];
  readonly clientAuthentication?: 'none' | 'client_secret_basic' | 'client_secret_post';
  /** Exactly where `clientAuthentication` is one by a secret. */
  readonly clientSecret?: SecretReference;
  readonly refreshTokens?: boolean;
  readonly idTokenAlgorithm?: 'RS256' | 'ES256';
}
/** One behind a proxy that asks who is there. */
export interface ForwardAuthApplication extends Renameable {
  readonly type: 'forward-auth';
  readonly displayName?: string;
  readonly enabled?: boolean;
  /** A set, not empty. */
  readonly origins: readonly string[];
}
/**
 * Where the command line finds a secret; `age` is the value sealed to the recipients of the team (armored age file), which
 * only an apply opens. The value itself is never part of a document.
 */
export type SecretReference = (
  | { readonly fromEnv: string }
  | { readonly fromFile: string }
  | { readonly age: string }
) & {
  /** Raised when the value was rotated. */
  readonly version?: number;
  /** The day on which the value ends, such as 2027-03-31. */
  readonly expires?: string;
};
export interface DocumentTest {
  readonly name: string;
  readonly facts: Readonly<Record<string, string | readonly string[]>>;
  /** Which IdP's attribute names apply; needed only where several IdPs name them differently. */
  readonly identityProvider?: string;
  readonly expect: { readonly grants?: GrantSet; readonly groups?: readonly string[] } | { readonly refused: string };
}

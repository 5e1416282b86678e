import type { Giving, MappingPolicy } from '@rolecall/role-mapping';
import { secondsOr, SESSION_LIMITS } from './duration.ts';
import {
  BUILT_IN_ROLES,
  type Exemption,
  type GroupEntry,
  type LoginEntry,
  type OrganizationDocument,
  type OrganizationSpec,
  type RoleEntry,
  type ScopeEntry,
} from './document.ts';
import { effectiveApplication, type EffectiveApplication } from './effective-application.ts';
import { type EffectiveScim, scimOf } from './effective-scim.ts';
import { emptyMap } from './json.ts';
import { effectiveIdentityProvider, type EffectiveIdentityProvider } from './effective-identity-provider.ts';

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
  /** What users sign in to through Rolecall, by name. */
  readonly applications: Readonly<Record<string, EffectiveApplication>>;
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

/** Fills every default. @param document a valid document */
export function effective(document: OrganizationDocument): EffectiveOrganization {
  const { metadata, spec } = document;
  const lifetime = secondsOr(spec.login?.session?.lifetime, SESSION_LIMITS.lifetime.default);
  const idle = secondsOr(spec.login?.session?.idle, SESSION_LIMITS.idle.default);
  const identityProviders = emptyMap<EffectiveIdentityProvider>();
  for (const [name, declared] of Object.entries(spec.identityProviders ?? {})) {
    identityProviders[name] = effectiveIdentityProvider(name, declared);
  }
  const applications = emptyMap<EffectiveApplication>();
  for (const [name, declared] of Object.entries(spec.applications ?? {})) {
    applications[name] = effectiveApplication(name, declared);
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
    applications,
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

function giving({ grants, groups }: Giving): Giving {
  return { ...(grants && { grants }), ...(groups && { groups }) };
}

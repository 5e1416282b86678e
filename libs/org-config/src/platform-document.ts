import type { ApiRight } from './api-rights.ts';
import type { API_VERSION } from './document.ts';

/** The one document of a deployment: what belongs to no organization. */
export interface PlatformDocument {
  readonly apiVersion: typeof API_VERSION;
  readonly kind: 'Platform';
  readonly metadata: { readonly name: 'platform' };
  readonly spec: {
    readonly trustedIssuers?: Readonly<Record<string, TrustedIssuer>>;
    readonly passwords?: { readonly minimumLength?: number };
    readonly administration?: PlatformAdministration;
  };
}

/** Characters of a password at least, where the document does not say. */
export const DEFAULT_PASSWORD_LENGTH = 12;

/** Who administers the deployment: users of one organization, by roles that it declares. Held on any scope. */
export interface PlatformAdministration {
  readonly organization: string;
  /** Opens everything. */
  readonly adminRole?: string;
  /** Reads everything. */
  readonly auditorRole?: string;
}

/** Whose tokens are exchanged for an API token of ours, and for which. */
export interface TrustedIssuer {
  readonly issuer: string;
  /** Without it the public URL of the admin API. */
  readonly audience?: string;
  /** At least one; all must hold. */
  readonly conditions: Readonly<Record<string, ClaimCondition>>;
  readonly rights: readonly ApiRight[];
  /** Patterns of names; `*` alone = all. */
  readonly organizations: readonly string[];
  readonly maxLifetime?: string;
}

/** What a claim must be: exactly this, one of these, or begin so. */
export type ClaimCondition = string | boolean | readonly string[] | { readonly startsWith: string };

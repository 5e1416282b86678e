import type { OrganizationTransaction, StoredUser, SubjectKey, VerifiedLogin } from '@rolecall/persistence';
import type { EffectiveIdentityProvider } from '@rolecall/org-config';
import type { Decision, Facts } from '@rolecall/role-mapping';
import type { Organization } from '../organizations/organization.ts';
import type { ManagedUser } from './directory-user.ts';
import type { Flow } from './flow.ts';

/** A VERIFIED login of either protocol, on its way to a session. */
export interface LoginToFinish extends VerifiedLogin {
  /**
   * E-mail addresses that the IdP vouches for: only these link to a user and count for the organization's domains. `any` = of
   * a SAML IdP, whose attributes are all its own word.
   */
  readonly vouchedEmails: 'any' | readonly string[];
  /** A short name for people, of known words only. */
  readonly browser: string;
  /** Present when a signed-in user wants to link the identity: to whom, and the SHA-256 of the browser's session at the end. */
  readonly link?: { readonly userId: string; readonly session: Buffer | undefined };
}

/** What the checks and writes of one login work on: the transaction, the VERIFIED login, and what was decided of it. */
export interface LoginContext {
  readonly tx: OrganizationTransaction;
  readonly organization: Organization;
  readonly identityProvider: EffectiveIdentityProvider;
  readonly login: LoginToFinish;
  readonly subject: SubjectKey;
  /** Named facts: with the profile fields as the IdP's `attributes:` say. */
  readonly facts: Facts;
  readonly decision: Decision;
  /** The e-mail address that the identity provider said; that of the decision's profile is what will be stored. */
  readonly saidEmail: string | undefined;
  readonly flow: Flow;
  readonly now: Date;
}

/** Who signs in: somebody with this subject, somebody whom the e-mail address identifies, or somebody new. */
export type Person =
  | { readonly is: 'known'; readonly user: StoredUser }
  | { readonly is: 'linked'; readonly user: StoredUser; readonly how: 'verified_email' | 'alias' }
  /** Somebody whom the directory manages; `links` = by a subject that was nobody's. */
  | { readonly is: 'managed'; readonly user: ManagedUser; readonly links: boolean }
  | { readonly is: 'new' };

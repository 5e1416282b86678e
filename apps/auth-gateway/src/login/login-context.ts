import type { OrganizationTransaction, StoredUser, SubjectKey, VerifiedLogin } from '@rolecall/persistence';
import type { EffectiveIdentityProvider } from '@rolecall/org-config';
import type { Decision, Facts } from '@rolecall/role-mapping';
import type { Organization } from '../organizations/organization.ts';
import type { Flow } from './flow.ts';

/** What the checks and writes of one login work on: the transaction, the VERIFIED login, and what was decided of it. */
export interface LoginContext {
  readonly tx: OrganizationTransaction;
  readonly organization: Organization;
  readonly identityProvider: EffectiveIdentityProvider;
  readonly login: VerifiedLogin;
  readonly subject: SubjectKey;
  /** Named facts: with the profile fields as the IdP's `attributes:` say. */
  readonly facts: Facts;
  readonly decision: Decision;
  readonly flow: Flow;
  readonly now: Date;
}

/** Who signs in: somebody with this subject, somebody whom the e-mail address identifies, or somebody new. */
export type Person =
  | { readonly is: 'known'; readonly user: StoredUser }
  | { readonly is: 'linked'; readonly user: StoredUser }
  | { readonly is: 'new' };

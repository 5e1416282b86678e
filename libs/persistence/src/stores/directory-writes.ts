import type { DecidedGrant, DecidedMembership, FactsJson, Profile } from '@rolecall/role-mapping';
import type { ResourceBody } from '@rolecall/scim';
import type { DirectoryGroup, GroupFacts, ShownUser } from './directory-resources.ts';
import type { OffboardingReceipt } from './offboarding.ts';

/* What a write to a directory is given, and what comes of it. */

/** What the rules of one revision make of a directory user. */
export interface DirectoryAccess {
  /** The revision whose rules decided. When it is not the live one, the write throws `stale_revision` and nothing stays. */
  readonly revision: number;
  readonly facts: FactsJson;
  readonly profile: Profile;
  /** Empty when the rules refuse the user; undefined = it keeps what it holds (`managedBy: app`, after creation). */
  readonly access:
    | { readonly grants: readonly DecidedGrant[]; readonly groups: readonly DecidedMembership[] }
    | undefined;
}

/** Decides from what the directory says of a user. Pure: it may be called more than once, and outside of a transaction. */
export type DecideAccess = (said: {
  readonly userId: string;
  readonly body: ResourceBody;
  readonly groups: readonly GroupFacts[];
  /** The user gets its first access now: `managedBy: app` gives defaults then. */
  readonly isNew: boolean;
}) => DirectoryAccess;

/** The mass-change brake (`spec.scim.brake`). */
export interface DirectoryBrake {
  /** Percent of the users that were active at the window's start. */
  readonly share: number;
  readonly windowSeconds: number;
  /** So many users may always be deactivated or deleted within the window. */
  readonly atLeast: number;
}

/** Why a change is held: too many go within the window, or the last user who holds `sso_admin` anywhere goes or would lose it. */
export type HoldReason = 'mass_change' | 'last_sso_admin';

export interface Held {
  readonly outcome: 'held';
  readonly holdId: string;
  readonly reason: HoldReason;
  /** Users deactivated or deleted within the window, and how many may be; for `mass_change`. */
  readonly offboarded: number;
  readonly allowed: number;
}

export interface CreateHow {
  /**
   * Adopt the one user without a directory row that has this e-mail address. Only after the caller has found that the
   * address's domain is proved or asserted to be the organization's (`OrganizationSnapshot.emailDomains`).
   */
  readonly adoptEmail: string | undefined;
  /** What a create does that meets an inactive user with the same userName or externalId. */
  readonly reprovision: 'reactivate' | 'conflict';
  /** undefined = none. */
  readonly brake: DirectoryBrake | undefined;
}

export type UserCreated =
  | { readonly outcome: 'created' | 'adopted'; readonly user: ShownUser }
  /** `changed` is false when the user is inactive as before, and nothing else was said anew. */
  | { readonly outcome: 'reactivated'; readonly changed: boolean; readonly user: ShownUser }
  /** `emails`: a user who comes back, with an address that another one has by now. */
  | { readonly outcome: 'conflict'; readonly attribute: 'userName' | 'externalId' | 'emails' }
  | { readonly outcome: 'domain_of_another' }
  /** Whom the create met was changed by somebody else in between, and nothing was written: create anew. */
  | { readonly outcome: 'changed_meanwhile' }
  /** Of a user who would be adopted inactive: it is not adopted. */
  | Held;

export interface ReplaceHow {
  /** undefined = none. */
  readonly brake: DirectoryBrake | undefined;
}

export type UserDeactivated =
  /** `changed` is false when the user was inactive. */
  | { readonly outcome: 'replaced'; readonly changed: boolean; readonly user: ShownUser }
  /** Nothing was written, since more is to be decided: the brake holds it, or the directory decides about the user only now. */
  | { readonly outcome: 'to_decide' }
  | { readonly outcome: 'unknown' };

export type UserReplaced =
  /** `changed` is false when there was nothing to write. */
  | {
      readonly outcome: 'replaced';
      readonly changed: boolean;
      readonly user: ShownUser;
      readonly receipt?: OffboardingReceipt;
    }
  /** `emails`: the primary address is changed to one that another user of the organization has. */
  | { readonly outcome: 'conflict'; readonly attribute: 'userName' | 'emails' }
  | { readonly outcome: 'domain_of_another' }
  /** Somebody else changed the user or its groups after it was read: read it again. */
  | { readonly outcome: 'changed_meanwhile' }
  | { readonly outcome: 'unknown' }
  | Held;

export type UserDeleted =
  | { readonly outcome: 'deleted'; readonly receipt: OffboardingReceipt }
  | { readonly outcome: 'changed_meanwhile' }
  | { readonly outcome: 'unknown' }
  | Held;

/** Changes of a group's members; user ids as the client sent them (an id that is no UUID is unknown). */
export interface MemberChanges {
  readonly add?: readonly string[];
  readonly remove?: readonly string[];
  /** Makes exactly these the members, before `add` and `remove`; empty = nobody. */
  readonly replace?: readonly string[];
}

export interface GroupHow {
  /** No two groups with one displayName, upper and lower case alike (`spec.scim.uniqueGroupNames`). */
  readonly uniqueNames: boolean;
  /** What becomes of members that the directory does not know (`spec.scim.unknownMembers`). */
  readonly unknownMembers: 'refuse' | 'ignore';
}

export type GroupChanged =
  | {
      readonly outcome: 'created' | 'changed' | 'unchanged';
      /** Without members. */
      readonly group: DirectoryGroup;
      /** Users that came and went (for the contract's tests), and ids that were ignored since the directory does not know them. */
      readonly added: number;
      readonly removed: number;
      readonly ignored: readonly string[];
    }
  | { readonly outcome: 'unknown_members'; readonly unknown: readonly string[] }
  | { readonly outcome: 'conflict'; readonly attribute: 'displayName' }
  | { readonly outcome: 'changed_meanwhile' }
  | { readonly outcome: 'unknown' }
  /** Of the last user who would lose `sso_admin` by it; a release lets it through for an hour. */
  | Held;

export type GroupDeleted =
  /** `members`: how many it had, for the contract's tests. */
  | { readonly outcome: 'deleted'; readonly members: number }
  | { readonly outcome: 'changed_meanwhile' }
  | { readonly outcome: 'unknown' }
  /** Of the last user who would lose `sso_admin` by it; a release lets it through for an hour. */
  | Held;

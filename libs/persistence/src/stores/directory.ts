import type { Actor } from '@rolecall/audit';
import type { DecidedGrant, DecidedMembership, FactsJson, Profile } from '@rolecall/role-mapping';
import type { AttributePath, Filter, ResourceBody, ResourceMeta } from '@rolecall/scim';

/* What SCIM clients keep in an organization's directory. A user of the directory is a user of the organization. */

/** Who changes the directory: a token of it, by its name, in one request. */
export interface DirectoryActor {
  readonly tokenName: string;
  readonly traceId: string;
  readonly at: Date;
}

export interface DirectoryUser {
  readonly userId: string;
  /** With `userName`, `externalId` and `active` (absent = true), as they were written. */
  readonly body: ResourceBody;
  /** `version` counts changes of the user's own attributes and of its groups; `lastModified` is of its own attributes. */
  readonly meta: ResourceMeta;
}

/** A user with its groups, as it is shown by id. */
export interface ShownUser extends DirectoryUser {
  readonly groups: readonly GroupRef[];
}

export interface GroupRef {
  readonly groupId: string;
  readonly displayName: string;
}

/** What a group adds to the facts of its members. */
export interface GroupFacts extends GroupRef {
  readonly externalId?: string;
  /** Names that it had and that no other group has taken since, oldest first. */
  readonly formerNames: readonly string[];
}

/** Grants and memberships of mapping groups that a user has. */
export interface HeldAccess {
  readonly grants: readonly { readonly scope: string; readonly role: string }[];
  readonly groups: readonly string[];
}

/** A user as it is read before it is changed: by what it is decided, and what the decision will be compared with. */
export interface DirectoryUserState extends DirectoryUser {
  readonly groups: readonly GroupFacts[];
  readonly held: HeldAccess;
  /** The organization's live revision when this was read. */
  readonly revision: number;
}

export interface DirectoryGroup {
  readonly groupId: string;
  /** With `displayName` and `externalId`, without `members`. */
  readonly body: ResourceBody;
  readonly meta: ResourceMeta;
  /** By user id; undefined unless they were asked for. `display` = the user's displayName, else its userName. */
  readonly members?: readonly GroupMember[];
}

export interface GroupMember {
  readonly userId: string;
  readonly display?: string;
}

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

/** What ended when a user was deactivated or deleted. */
export interface OffboardingReceipt {
  /** The audit event of the deactivation or deletion names it. */
  readonly receiptId: string;
  readonly userId: string;
  /** When it was asked for. */
  readonly at: Date;
  /** Name of the directory's token; or of an administrator: `token/<id>`, `user/<id>`. */
  readonly by: string;
  readonly cause: 'deactivated' | 'deleted';
  readonly sessionsEnded: number;
  /** Identities of identity providers that stay linked (deactivated) or went with the user (deleted). */
  readonly identities: number;
  readonly grants: number;
  readonly groups: number;
  /** Sign-ins that were under way. */
  readonly signInsEnded: number;
  /** One-time links that were out: invitations, resets, recovery. */
  readonly linksEnded: number;
  readonly recoverySessionsEnded: number;
  readonly devicesForgotten: number;
  /**
   * When nothing was open any more, the commit apart that follows at once: `at` and `milliseconds` later, which PostgreSQL measured from
   * the beginning of the transaction. null = off-boarded before that was noted.
   */
  readonly effectiveAt: Date | null;
  readonly milliseconds: number | null;
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

/** Where a page of a search ends: the sort key and the id of its last resource. */
export interface DirectoryPosition {
  readonly sortKey: string | number | boolean | null;
  readonly id: string;
}

export interface DirectorySearch {
  readonly filter?: Filter;
  /** Default: by id. */
  readonly sort?: { readonly path: AttributePath; readonly descending: boolean };
  readonly page:
    | { readonly startIndex: number; readonly count: number }
    | { readonly after: DirectoryPosition | undefined; readonly count: number };
  /** False: id and meta alone are wanted, the bodies are empty. */
  readonly withBody: boolean;
  /** Groups of users; members of groups. */
  readonly withGroups: boolean;
  readonly withMembers: boolean;
  /** Whether to count all that match. */
  readonly total: boolean;
}

export interface DirectoryPage<T> {
  /** Fewer than asked for where they are large: a page ends at about 8 MiB, after one at least. */
  readonly resources: readonly T[];
  /** undefined when it was not asked for. */
  readonly total: number | undefined;
  /** Where the next page starts after; undefined = this is the last one, or it is of an index and did not end early. */
  readonly next: DirectoryPosition | undefined;
}

export interface DirectoryCounts {
  readonly users: number;
  readonly activeUsers: number;
  readonly groups: number;
}

export interface DirectoryHold {
  readonly holdId: string;
  readonly reason: HoldReason;
  /** Of `last_sso_admin`: the user who stays. */
  readonly userId: string | undefined;
  readonly at: Date;
  readonly releasedAt: Date | undefined;
  readonly releasedBy: string | undefined;
}

export interface DirectoryStore {
  userById(organizationId: string, userId: string): Promise<ShownUser | undefined>;
  /** For a change: pass what this returns to `replaceUser`. */
  userState(organizationId: string, userId: string): Promise<DirectoryUserState | undefined>;
  groupById(
    organizationId: string,
    groupId: string,
    wanted: { readonly members: boolean },
  ): Promise<DirectoryGroup | undefined>;

  searchUsers(
    organizationId: string,
    search: DirectorySearch,
    now: Date,
  ): Promise<DirectoryPage<DirectoryUser & { readonly groups?: readonly GroupRef[] }>>;
  searchGroups(organizationId: string, search: DirectorySearch, now: Date): Promise<DirectoryPage<DirectoryGroup>>;

  /** Throws `stale_revision` like every write that decides: read the organization again and decide anew. */
  createUser(
    organizationId: string,
    body: ResourceBody,
    how: CreateHow,
    decide: DecideAccess,
    actor: DirectoryActor,
  ): Promise<UserCreated>;
  /** Makes `body` the user's. A body equal to the stored one writes nothing. */
  replaceUser(
    organizationId: string,
    was: DirectoryUserState,
    body: ResourceBody,
    how: ReplaceHow,
    decide: DecideAccess,
    actor: DirectoryActor,
  ): Promise<UserReplaced>;
  /**
   * The same as `replaceUser` with `active: false`, in one statement that reads and decides nothing. Only for rules of `revision` of which
   * none asks for `active`.
   */
  deactivateUser(
    organizationId: string,
    userId: string,
    revision: number,
    how: ReplaceHow,
    actor: DirectoryActor,
  ): Promise<UserDeactivated>;
  /** @param expectedVersion - undefined = whatever it is */
  deleteUser(
    organizationId: string,
    userId: string,
    expectedVersion: number | undefined,
    how: ReplaceHow,
    actor: DirectoryActor,
  ): Promise<UserDeleted>;

  createGroup(
    organizationId: string,
    body: ResourceBody,
    members: readonly string[],
    how: GroupHow,
    decide: DecideAccess,
    actor: DirectoryActor,
  ): Promise<GroupChanged>;
  /** @param change - without `body` the group's own attributes stay; without `members` its members do */
  changeGroup(
    organizationId: string,
    groupId: string,
    change: { readonly body?: ResourceBody; readonly members?: MemberChanges },
    expectedVersion: number | undefined,
    how: GroupHow,
    decide: DecideAccess,
    actor: DirectoryActor,
  ): Promise<GroupChanged>;
  deleteGroup(
    organizationId: string,
    groupId: string,
    expectedVersion: number | undefined,
    decide: DecideAccess,
    actor: DirectoryActor,
  ): Promise<GroupDeleted>;

  counts(organizationId: string): Promise<DirectoryCounts>;
  /** Newest first. */
  receipts(
    organizationId: string,
    page: { readonly before: Date | undefined; readonly count: number },
  ): Promise<readonly OffboardingReceipt[]>;
  /** How many holds nobody released, of the brake's window: later the same change would be held anew. */
  openHolds(organizationId: string, brake: DirectoryBrake | undefined, now: Date): Promise<number>;
  /** Newest first, at most 100. */
  holds(organizationId: string): Promise<readonly DirectoryHold[]>;
  /** Lets what was held through for the brake's window from `now`. False when there is no such open hold. */
  releaseHold(
    organizationId: string,
    holdId: string,
    by: { readonly actor: Actor; readonly now: Date },
  ): Promise<boolean>;
}

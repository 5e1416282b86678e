import type { Actor } from '@rolecall/audit';
import type { ResourceBody } from '@rolecall/scim';
import type { DirectoryGroup, DirectoryUser, DirectoryUserState, GroupRef, ShownUser } from './directory-resources.ts';
import type { DirectoryPage, DirectorySearch } from './directory-search.ts';
import type {
  CreateHow,
  DecideAccess,
  DirectoryBrake,
  GroupChanged,
  GroupDeleted,
  GroupHow,
  HoldReason,
  MemberChanges,
  ReplaceHow,
  UserCreated,
  UserDeactivated,
  UserDeleted,
  UserReplaced,
} from './directory-writes.ts';
import type { OffboardingReceipt } from './offboarding.ts';

/* What SCIM clients keep in an organization's directory. A user of the directory is a user of the organization. */

/** Who changes the directory: a token of it, by its name, in one request. */
export interface DirectoryActor {
  readonly tokenName: string;
  readonly traceId: string;
  readonly at: Date;
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

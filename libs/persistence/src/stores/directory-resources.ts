import type { ResourceBody, ResourceMeta } from '@rolecall/scim';

/* Users and groups of a directory, as they are read. */

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

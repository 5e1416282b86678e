import type { Actor } from '@rolecall/audit';
import type { Evidence } from '@rolecall/role-mapping';
import type { OffboardingReceipt } from './offboarding.ts';
import type { UserStatus } from './people.ts';

/** One user, for people who look after an organization: personal data. */
export interface ListedUser {
  readonly userId: string;
  readonly status: UserStatus;
  readonly email: string | null;
  readonly givenName: string | null;
  readonly familyName: string | null;
  readonly displayName: string | null;
  /** A user of the directory. */
  readonly managed: boolean;
  /** Those that the user is linked with; sorted. */
  readonly identityProviders: readonly string[];
  /** Sorted by scope, role. */
  readonly grants: readonly { readonly scope: string; readonly role: string }[];
  readonly groups: readonly string[];
}

/** Which users; every key narrows it further. */
export interface UserFilter {
  readonly status?: UserStatus;
  /** The whole address; upper and lower case are alike. */
  readonly email?: string;
  /** Held on any scope. */
  readonly role?: string;
  readonly group?: string;
  readonly managed?: boolean;
}

export interface UserPage {
  /** By id: in the order in which they were made, as a rule. */
  readonly users: readonly ListedUser[];
  /** The id after which the next page begins; undefined at the end. */
  readonly nextCursor: string | undefined;
}

/** Somebody gave it in the application or through the API, and no rule did. */
export interface EditedSource {
  readonly kind: 'app';
  /** Kind and id: `token/<id>`, `user/<id>`. */
  readonly by: string;
  /** ISO 8601 */
  readonly at: string;
}

export type GrantSource = Evidence | EditedSource;

/** Why something is held, and since when. */
export interface Why {
  readonly sources: readonly GrantSource[];
  /** Whose rules gave it. */
  readonly revision: number;
  readonly since: Date;
}

/** A grant as it was at some moment. */
export interface FormerGrant extends Why, Role {
  /** When it went, or got other sources; null = it is held as it was. */
  readonly until: Date | null;
}

/** One user with everything that is known of it, save what its sources said. */
export interface UserDetail extends Omit<ListedUser, 'identityProviders' | 'grants' | 'groups'> {
  readonly createdAt: Date;
  readonly updatedAt: Date;
  /** Since when an administrator keeps the user out. */
  readonly stoppedAt: Date | null;
  /** Open ones. */
  readonly sessions: number;
  readonly identities: readonly { readonly identityProvider: string; readonly lastLoginAt: Date }[];
  readonly grants: readonly ({ readonly scope: string; readonly role: string } & Why)[];
  readonly groups: readonly ({ readonly group: string } & Why)[];
}

export interface ListedSession {
  /** Names it to people; opens nothing. */
  readonly id: string;
  readonly identityProvider: string;
  /** By which its user recognizes it; null = opened before there was such a name. */
  readonly browser: string | null;
  readonly openedAt: Date;
  /** Within a minute. */
  readonly lastSeenAt: Date;
  readonly expiresAt: Date;
}

/** Who does something to a user, and when it was asked for. */
export interface Administrator {
  readonly actor: Actor;
  readonly now: Date;
  /**
   * Asked once the user is locked, with what the user holds then, so that nobody is given more in between; what it throws ends the
   * transaction. Absent = this administrator has a say over every user of the organization.
   */
  readonly requireSayOver?: (held: readonly Role[]) => void;
}

/** Nothing was written, but with an outcome of the past. `unchanged`: the user is as wanted already. */
export type UserStopped =
  | { readonly outcome: 'deactivated' | 'deleted'; readonly receipt: OffboardingReceipt }
  /** Nobody else who may sign in holds `sso_admin`, and the caller asked to keep one. */
  | { readonly outcome: 'unknown' | 'unchanged' | 'managed' | 'last_sso_admin' };

export interface StopHow {
  /** Refuses to take the last user who holds `sso_admin`. */
  readonly keepsSsoAdmin: boolean;
}

export interface DirectoryGone {
  /**
   * Absent = users of the directory are its own. Else the document of this revision has no directory any more, so that its former users
   * are the administrators'; `stale_revision` when another one is live.
   */
  readonly directoryGoneSince?: number | undefined;
}

export type RemoveHow = StopHow & DirectoryGone;

/** The users of an organization, as administrators look after them. Ids are UNTRUSTED: one that is no UUID is unknown. */
export interface UserStore {
  /** @param options `after`: the `nextCursor` of the page before */
  page(
    organizationId: string,
    options: UserFilter & { readonly after?: string; readonly limit: number },
  ): Promise<UserPage>;
  find(organizationId: string, userId: string, now: Date): Promise<UserDetail | undefined>;
  /**
   * What the user held at a moment, and why; undefined when there is no such user. By the clock of PostgreSQL for what went: what was
   * given and taken within a millisecond is not told. What was held before this was noted is not known.
   */
  heldAt(organizationId: string, userId: string, at: Date): Promise<readonly FormerGrant[] | undefined>;
  /** The newest first, at most 1,000; undefined when there is no such user. */
  sessions(organizationId: string, userId: string, now: Date): Promise<readonly ListedSession[] | undefined>;
  /** Of one user, the newest first, at most 100; also when the user is gone. */
  receiptsOf(organizationId: string, userId: string): Promise<readonly OffboardingReceipt[]>;
  receipt(organizationId: string, receiptId: string): Promise<OffboardingReceipt | undefined>;
  /** How many ended; undefined when there is no such user. */
  endSessions(organizationId: string, userId: string, by: Administrator): Promise<number | undefined>;
  /** Off-boards the user, who stays out until `reactivate`, whatever a directory says. */
  deactivate(organizationId: string, userId: string, by: Administrator, how: StopHow): Promise<UserStopped>;
  /**
   * `managed`: it is the directory that says that the user is not active; one that is gone says that the user is, then. Every session is
   * ended first.
   */
  reactivate(
    organizationId: string,
    userId: string,
    by: Administrator,
    how: DirectoryGone,
  ): Promise<{ readonly outcome: 'reactivated' | 'unknown' | 'unchanged' | 'managed' }>;
  /** Off-boards the user, and deletes it with all that is its own; not a user of the directory (`managed`). */
  remove(organizationId: string, userId: string, by: Administrator, how: RemoveHow): Promise<UserStopped>;
}

/** A role on a scope. */
export interface Role {
  readonly scope: string;
  readonly role: string;
}

/** A role of one user. */
export interface UserRole extends Role {
  readonly userId: string;
}

/** A user who is about to be edited. */
export interface EditableUser {
  readonly userId: string;
  readonly status: UserStatus;
  readonly email: string | null;
  /** A user of the directory. */
  readonly managed: boolean;
  readonly grants: readonly (Role & { readonly sources: readonly GrantSource[] })[];
}

export interface InvitedUser {
  /** A plain address. */
  readonly email: string;
  readonly displayName: string | undefined;
  readonly grants: readonly Role[];
  readonly groups: readonly string[];
}

/** Who edits, and under which revision it was found to be allowed. */
export interface Edit {
  readonly source: EditedSource;
  readonly revision: number;
  readonly now: Date;
}

/**
 * Edits of users, within a transaction of their organization: the caller says whether they are allowed, by `revision`, and `hold` first.
 * Each is one statement or two, for however many users. Everybody locks in one order, so that nobody waits in a circle: `hold`, the users
 * (all of them at once), `invite`, `isLastSsoAdmin`, and the audit log last.
 */
export interface AdministeredUsers {
  /** Keeps the revision the live one until the transaction ends. Throws PersistenceError `stale_revision` when it is not. */
  hold(revision: number): Promise<void>;
  /** The user, locked; undefined when there is none. @param userId UNTRUSTED */
  lock(userId: string): Promise<EditableUser | undefined>;
  /** Every user who has one of these addresses, locked; upper and lower case are alike. @param emails UNTRUSTED */
  lockByAddress(emails: readonly string[]): Promise<readonly EditableUser[]>;
  /** Which of these domains, in lower case, another organization has. @param domains UNTRUSTED */
  domainsOfOthers(domains: readonly string[]): Promise<ReadonlySet<string>>;
  /** How many: not those that a user holds already, whoever gave them. */
  grant(roles: readonly UserRole[], edit: Edit): Promise<number>;
  /** How many: not those that a user does not hold. Takes them whoever gave them. */
  revoke(roles: readonly UserRole[]): Promise<number>;
  /** False when the user is in the group already, whoever said so. @param group declared */
  join(userId: string, group: string, edit: Edit): Promise<boolean>;
  /** False when the user is not in the group. Takes the user out whoever said so. */
  leave(userId: string, group: string): Promise<boolean>;
  /** Whether nobody who may sign in would hold `sso_admin` without these users; others wait until the transaction ends. */
  isLastSsoAdmin(userIds: readonly string[], now: Date): Promise<boolean>;
  /** Creates invited users with what is edited of them. Their ids, in their order; undefined when somebody has the address. */
  invite(users: readonly InvitedUser[], edit: Edit): Promise<readonly (string | undefined)[]>;
}

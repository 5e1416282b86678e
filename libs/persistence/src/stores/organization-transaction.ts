import type { AuditEvent, ChainedEvent } from '@rolecall/audit';
import type { DecidedGrant, DecidedMembership, FactsJson, Profile } from '@rolecall/role-mapping';
import type { SsoTestResult } from '../sso/sso-tests.ts';
import type { FlowRecord } from './flows.ts';
import type { KnownDevices, LocalAccounts, PendingSignIns } from './local-accounts.ts';
import type { OutgoingMail } from './mails.ts';
import type { UnsolicitedLogin, VerifiedLogin } from './logins.ts';
import type {
  CreatedUser,
  DecidedAccess,
  GrantChanges,
  NewLoginOfUser,
  LinkedOwn,
  OwnAccount,
  OwnLink,
  ProvisionedUser,
  StoredUser,
  SubjectKey,
} from './people.ts';
import type { OneTimeLinks } from './one-time-links.ts';
import type { RecoveryTransaction } from './recovery-sessions.ts';
import type { LiveSession, NewSession } from './sessions.ts';
import type { AdministeredUsers } from './users.ts';

/** Everything that one organization's transaction can do; row-level security shows it that organization alone. */
export interface OrganizationTransaction {
  readonly organizationId: string;
  readonly accounts: LocalAccounts;
  readonly links: OneTimeLinks;
  readonly recovery: RecoveryTransaction;
  readonly signIns: PendingSignIns;
  readonly devices: KnownDevices;
  /** Users as administrators edit them. */
  readonly users: AdministeredUsers;
  /** Deletes and returns the verified login; `other_browser` leaves it consumed as well. Never an unsolicited one. */
  takeVerifiedLogin(
    handleHash: Buffer,
    browserHash: Buffer,
    now: Date,
  ): Promise<VerifiedLogin | 'unknown' | 'other_browser'>;
  /** Binds an unsolicited login to the first browser that shows its handle, and says what it is; consumes nothing. */
  claimUnsolicitedLogin(
    handleHash: Buffer,
    browserHash: Buffer,
    now: Date,
  ): Promise<UnsolicitedLogin | 'unknown' | 'other_browser'>;
  /** As `takeVerifiedLogin`, for an unsolicited login, whose user said yes in the browser that claimed it. */
  takeUnsolicitedLogin(
    handleHash: Buffer,
    browserHash: Buffer,
    now: Date,
  ): Promise<VerifiedLogin | 'unknown' | 'other_browser'>;
  findUserBySubject(subject: SubjectKey): Promise<StoredUser | undefined>;
  /** Users with this e-mail (case-insensitive) that have no identity at this IdP yet: candidates for linking. */
  findLinkableUsers(email: string, identityProvider: string): Promise<readonly StoredUser[]>;
  /**
   * Users of the directory whom the login names: by the subject's name or the address as `userName` (folded, as the directory
   * compares), by the subject's name as `externalId` (exactly), by the address as primary e-mail. Bounded.
   */
  findProvisioned(subject: SubjectKey, email: string | undefined): Promise<readonly ProvisionedUser[]>;
  /**
   * A login of a user whom the directory manages: makes an invited user active and, with `links`, binds the subject; profile,
   * grants and facts stay. Locks the user's row. Throws PersistenceError `user_changed` when the user is disabled or the subject
   * cannot be bound (any more). One statement.
   */
  recordDirectoryLogin(userId: string, subject: SubjectKey, links: boolean, now: Date): Promise<void>;
  /**
   * Users, not disabled, with an address `<local>+<anything>@<domain>`, by address; bounded. Not those that another subject of this IdP
   * is linked to, or has opened as an alias (`aliasFormat` followed by the user's id, under the name of `subject`).
   */
  findAliasUsers(
    at: { readonly local: string; readonly domain: string },
    subject: SubjectKey,
    aliasFormat: string,
  ): Promise<readonly StoredUser[]>;
  /** Those of these who are not disabled. */
  findUsers(userIds: readonly string[]): Promise<readonly StoredUser[]>;
  /** What the subject's identity provider said at its last login. */
  factsOf(subject: SubjectKey): Promise<FactsJson | undefined>;
  /** A session that is live and whose user is active, locked until the transaction's end. */
  liveSession(tokenHash: Buffer, now: Date): Promise<LiveSession | undefined>;
  /** Whether somebody else than this user has the address (case-insensitive). */
  isAddressOfAnother(email: string, userId: string): Promise<boolean>;
  /** Whether another organization has this e-mail domain (in lower case), by a proof or by word. */
  isDomainOfAnother(domain: string): Promise<boolean>;
  /**
   * Creates user and identity, and gives `access`; one statement. Loses a race for the same subject gracefully: returns the user
   * that won, to whom nothing was given.
   */
  createUser(
    subject: SubjectKey,
    profile: Profile,
    facts: FactsJson,
    now: Date,
    access?: DecidedAccess,
  ): Promise<CreatedUser>;
  linkIdentity(userId: string, subject: SubjectKey, facts: FactsJson, now: Date): Promise<void>;
  /** The account of the session with this hash; undefined when there is no such session or its user is disabled. */
  ownAccount(tokenHash: Buffer, now: Date): Promise<OwnAccount | undefined>;
  /** As a user's own wish, while the session is good. `bound` = the subject is somebody's, or the user has an identity at this IdP. */
  linkOwn(link: OwnLink): Promise<LinkedOwn>;
  /** Takes the user's identity at this IdP away and ends the sessions that it opened; how many of each. */
  unlinkOwn(userId: string, identityProvider: string): Promise<{ identities: number; sessions: number }>;
  /** A login by an identity that decides nothing: profile, grants and deciding identity of the user stay. Throws `user_changed`. */
  recordLinkedLogin(userId: string, subject: SubjectKey, facts: FactsJson, now: Date): Promise<void>;
  /**
   * Stores the facts and the profile of this login, which locks the user's row, and makes an invited user active; one statement.
   * Throws PersistenceError `user_changed` when the user is disabled or the directory's to decide: the transaction fails, and
   * the caller starts over.
   */
  recordLogin(login: NewLoginOfUser): Promise<void>;
  /** `recordLogin`, then `replaceGrants`, in one statement. */
  storeLogin(
    login: NewLoginOfUser,
    revision: number,
    grants: readonly DecidedGrant[],
    groups: readonly DecidedMembership[],
  ): Promise<GrantChanges>;
  /**
   * Makes these exactly the user's grants and memberships; unchanged ones keep their time. One statement. Throws
   * PersistenceError `stale_revision` when an apply has replaced `revision`, whose rules decided: the transaction fails,
   * and the caller reads the organization again and starts over.
   */
  replaceGrants(
    userId: string,
    revision: number,
    grants: readonly DecidedGrant[],
    groups: readonly DecidedMembership[],
    now: Date,
  ): Promise<GrantChanges>;
  /**
   * Written when the transaction commits, which throws PersistenceError `stale_revision` when an apply has disabled or removed
   * the IdP since the caller read it, or replaced the `revision` of a local sign-in. A login that replaces no grants
   * (`managedBy: app`) is held to what is live by this alone.
   */
  openSession(session: NewSession): Promise<void>;
  /** Written when the transaction commits. */
  recordFlow(flow: FlowRecord): Promise<void>;
  findFlow(traceId: string): Promise<FlowRecord | undefined>;
  /** Stores the result of the test whose link began the login with this trace id; false when no link did. */
  finishTest(traceId: string, result: SsoTestResult, now: Date): Promise<boolean>;
  /** Queues a mail: sent soon after the commit, at least once, and never when nothing is committed. Rejects with `master_key_missing`. */
  mail(mail: OutgoingMail, now: Date): Promise<void>;
  /** Appends to the organization's hash chain, in order; written when the transaction commits. */
  audit(events: readonly AuditEvent[]): Promise<void>;
  /** Up to `limit` committed links of the chain after `afterSeq` (0 = from the first), in order. */
  auditTrail(afterSeq: number, limit: number): Promise<readonly ChainedEvent[]>;
}

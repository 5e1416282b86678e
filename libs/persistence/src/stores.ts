import type { Actor, AuditEvent, ChainedEvent } from '@rolecall/audit';
import type { OrganizationDocument } from '@rolecall/org-config';
import type { DecidedGrant, DecidedMembership, FactsJson, Profile } from '@rolecall/role-mapping';
import type { Acceptance, ServiceProviderKey, VerifiedAssertion } from '@rolecall/saml';
import type { SsoTestResult } from './sso/sso-tests.ts';

/** One organization as the gateway needs it; immutable, one object per (organization, revision, metadata). */
export interface OrganizationSnapshot {
  readonly organizationId: string;
  readonly name: string;
  readonly revision: number;
  /** Counts changes of what is beside the document (metadata that was refreshed), through all revisions. */
  readonly runtimeVersion: number;
  readonly document: OrganizationDocument;
  /** Of the e-mail domains that the document declares, those that are asserted or proved; sorted. */
  readonly emailDomains: readonly string[];
  readonly identityProviders: ReadonlyMap<string, StoredIdentityProvider>;
}

/** What an IdP needs beside the document. */
export interface StoredIdentityProvider {
  /** Present for a SAML IdP. */
  readonly metadataXml?: string;
  /** Of a SAML IdP: our key pairs, secret; which of them is used when, `connectionKeysAt` says. */
  readonly serviceProviderKeys?: readonly ServiceProviderKey[];
  /** Present for an OpenID provider; secret, never to be logged or shown. */
  readonly clientSecret?: string;
  /** Present for an OpenID provider with `clientAuthentication: private_key_jwt`; secret as well. */
  readonly clientKeys?: readonly ClientKeyPair[];
}

/** A key of ours at one OpenID provider, PEM. */
export interface ClientKeyPair {
  readonly privateKey: string;
  readonly certificate?: string;
}

export interface OrganizationReader {
  /** By login name (current or previous). Cached per process, dropped by NOTIFY `rolecall_organization`, 30 s at most. */
  byName(name: string): Promise<OrganizationSnapshot | undefined>;
  byId(organizationId: string): Promise<OrganizationSnapshot | undefined>;
  /** As `byId`, from the database and not from what is cached: for what may have changed at this moment. */
  byIdAnew(organizationId: string): Promise<OrganizationSnapshot | undefined>;
  /** The organization that an e-mail domain (lower case) routes to. */
  byEmailDomain(domain: string): Promise<OrganizationSnapshot | undefined>;
  /** The one organization that has an OpenID provider with this issuer; undefined when there is none, or more than one. */
  byIssuer(issuer: string): Promise<OrganizationSnapshot | undefined>;
}

/** A login between `/saml/:org/:idp/login` and its end: one row, consumed atomically, bound to one browser. */
export interface NewLogin {
  readonly organizationId: string;
  readonly identityProvider: string;
  /** The AuthnRequest's id; at an OpenID provider any id that is used once. */
  readonly requestId: string;
  /** SHA-256 of the flow cookie's value. */
  readonly browserHash: Buffer;
  readonly traceId: string;
  /** A destination that the gateway already allowed. */
  readonly returnTo: string | undefined;
  /** test = `/sso/test`: shows facts and decision, opens no session. */
  readonly mode: 'login' | 'test';
  readonly createdAt: Date;
  readonly expiresAt: Date;
  /** Present for a login at an OpenID provider. */
  readonly oidc?: {
    /** SHA-256 of the random part of `state`. */
    readonly stateHash: Buffer;
    readonly nonce: string;
    readonly codeVerifier: string;
    readonly provider: PinnedOidcProvider;
    /** The signed-in user to whom the identity is to be linked; absent for a login. */
    readonly linkUserId?: string | undefined;
  };
}

/** Parameters that an OpenID provider posted, UNVERIFIED; a repeated one is a list. */
export type PostedAnswer = Readonly<Record<string, string | readonly string[]>>;

/** Where a login at an OpenID provider was started; kept with it. */
export interface PinnedOidcProvider {
  readonly issuer: string;
  readonly clientId: string;
  readonly tokenEndpoint: string;
}

/** A login at an OpenID provider that has come back to the browser that began it; consumed. */
export interface TakenOidcLogin {
  readonly identityProvider: string;
  readonly nonce: string;
  readonly codeVerifier: string;
  readonly provider: PinnedOidcProvider;
  /** Present when the provider posted its answer. */
  readonly answer: PostedAnswer | undefined;
  readonly linkUserId: string | undefined;
  readonly traceId: string;
  readonly returnTo: string | undefined;
  readonly mode: 'login' | 'test';
  readonly createdAt: Date;
}

/** What waits at `/saml/continue`: the verified facts, until the same browser comes for them. */
export interface VerifiedLogin {
  readonly identityProvider: string;
  readonly traceId: string;
  readonly returnTo: string | undefined;
  readonly mode: 'login' | 'test';
  /** `createdAt` of the NewLogin. */
  readonly startedAt: Date;
  readonly nameId: { readonly value: string; readonly format: string };
  readonly sessionIndex: string | undefined;
  readonly sessionNotOnOrAfter: Date | undefined;
  readonly facts: FactsJson;
  /** It began at the IdP: nobody here asked for it, so the user was asked (ASVS 7.6.2). */
  readonly unsolicited: boolean;
}

/** A login that began at the IdP, before the user has said yes to it: what its page may be made of. */
export type UnsolicitedLogin = Pick<VerifiedLogin, 'identityProvider' | 'traceId' | 'nameId'>;

/** Where a VERIFIED assertion is stored until a browser comes for it. */
export interface AcceptedLogin {
  readonly organizationId: string;
  readonly identityProvider: string;
  readonly handleHash: Buffer;
  readonly facts: FactsJson;
  readonly now: Date;
}

export interface LoginTransactions {
  /** One statement. */
  begin(login: NewLogin): Promise<void>;
  /** What is known of a pending request, for the flow record of a refusal. Consumes nothing. */
  pending(organizationId: string, requestId: string): Promise<{ traceId: string; mode: 'login' | 'test' } | undefined>;
  /** The OneTimeStore of libs/saml, plus the verified facts stored under `handleHash`: one statement, all or nothing. */
  accept(at: AcceptedLogin, assertion: VerifiedAssertion): Promise<Acceptance>;
  /** The same for an assertion that answers no request: no browser is bound to it yet. One statement. */
  acceptUnsolicited(
    at: AcceptedLogin & { readonly traceId: string; readonly expiresAt: Date },
    assertion: VerifiedAssertion,
  ): Promise<Acceptance>;
  /**
   * Keeps the answer that a provider posted to this `state`, which is used up by it: `takeOidc` gives the login under the handle
   * from now on. False when nobody waits for it. One statement.
   */
  holdOidc(at: {
    organizationId: string;
    stateHash: Buffer;
    handleHash: Buffer;
    answer: PostedAnswer;
    now: Date;
  }): Promise<boolean>;
  /** Deletes and returns the login that this `state` began, in one statement; `other_browser` leaves it consumed as well. */
  takeOidc(at: {
    organizationId: string;
    stateHash: Buffer;
    browserHash: Buffer;
    now: Date;
  }): Promise<TakenOidcLogin | 'unknown' | 'other_browser'>;
}

export type UserStatus = 'active' | 'disabled';

export interface StoredUser {
  readonly userId: string;
  readonly status: UserStatus;
  readonly profile: Profile;
}

export interface SubjectKey {
  readonly identityProvider: string;
  readonly nameId: { readonly value: string; readonly format: string };
}

/** What a signed-in user sees of the ways to sign in. */
export interface OwnAccount {
  readonly userId: string;
  readonly openedAt: Date;
  readonly identities: readonly { readonly identityProvider: string; readonly email: string | undefined }[];
}

/** What replaceGrants changed, for the announcement and the audit log. */
export interface GrantChanges {
  readonly granted: readonly { scope: string; role: string }[];
  readonly revoked: readonly { scope: string; role: string }[];
  readonly joined: readonly string[];
  readonly left: readonly string[];
}

/** What a signed-in browser is told after a login that changed something. */
export interface Announcement extends GrantChanges {
  readonly firstLogin: boolean;
  readonly returnTo: string | undefined;
  /** Ids of users whose accounts the person may open instead. */
  readonly accounts?: readonly string[];
}

/** What it takes to open another account of the same person. */
export interface LiveSession {
  readonly userId: string;
  readonly subject: SubjectKey;
  readonly sessionIndex: string | undefined;
  readonly expiresAt: Date;
  readonly announcement: Announcement | undefined;
}

export interface NewSession {
  /** SHA-256 of the cookie's secret; the secret itself is never stored. */
  readonly tokenHash: Buffer;
  readonly userId: string;
  readonly subject: SubjectKey;
  readonly sessionIndex: string | undefined;
  readonly openedAt: Date;
  readonly expiresAt: Date;
  readonly idleSeconds: number;
  readonly announcement: Announcement | undefined;
}

/** One step of a login, for the person who must find out why it failed. */
export interface FlowStep {
  readonly check: string;
  readonly passed: boolean;
  readonly want?: string;
  readonly got?: string;
}

/** The trace of one login (design §6): redacted, kept 30 days, found by its trace id. */
export interface FlowRecord {
  readonly traceId: string;
  /** A logout leaves a record only when its message was refused. */
  readonly kind: 'saml-login' | 'saml-test' | 'saml-logout' | 'oidc-login' | 'oidc-test' | 'oidc-logout';
  readonly identityProvider: string;
  /** The make of identity provider, such as `okta`, as far as it is known. */
  readonly vendor?: string | undefined;
  readonly startedAt: Date;
  readonly finishedAt: Date;
  readonly outcome: 'succeeded' | 'refused';
  /** Stable error code when refused. */
  readonly code: string | undefined;
  /** Who must act. */
  readonly mustAct: 'platform' | 'customer' | 'user' | undefined;
  readonly userId: string | undefined;
  readonly steps: readonly FlowStep[];
}

/** Everything that one organization's transaction can do; row-level security shows it that organization alone. */
export interface OrganizationTransaction {
  readonly organizationId: string;
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
   * Active users with an address `<local>+<anything>@<domain>`, by address; bounded. Not those that another subject of this IdP
   * is linked to, or has opened as an alias (`aliasFormat` followed by the user's id, under the name of `subject`).
   */
  findAliasUsers(
    at: { readonly local: string; readonly domain: string },
    subject: SubjectKey,
    aliasFormat: string,
  ): Promise<readonly StoredUser[]>;
  /** The active ones of these. */
  findUsers(userIds: readonly string[]): Promise<readonly StoredUser[]>;
  /** What the subject's identity provider said at its last login. */
  factsOf(subject: SubjectKey): Promise<FactsJson | undefined>;
  /** A session that is live and whose user is active, locked until the transaction's end. */
  liveSession(tokenHash: Buffer, now: Date): Promise<LiveSession | undefined>;
  /** Whether somebody else than this user has the address (case-insensitive). */
  isAddressOfAnother(email: string, userId: string): Promise<boolean>;
  /** Creates user and identity. Loses a race for the same subject gracefully: returns the user that won. */
  createUser(
    subject: SubjectKey,
    profile: Profile,
    facts: FactsJson,
    now: Date,
  ): Promise<{ user: StoredUser; created: boolean }>;
  linkIdentity(userId: string, subject: SubjectKey, facts: FactsJson, now: Date): Promise<void>;
  /** The account of the session with this hash; undefined when there is no such session or its user is disabled. */
  ownAccount(tokenHash: Buffer, now: Date): Promise<OwnAccount | undefined>;
  /** As a user's own wish. False when the subject is bound already, or the user has an identity at this IdP. */
  linkOwn(userId: string, subject: SubjectKey, facts: FactsJson, now: Date): Promise<boolean>;
  /** Takes the user's identity at this IdP away and ends the sessions that it opened; how many of each. */
  unlinkOwn(userId: string, identityProvider: string): Promise<{ identities: number; sessions: number }>;
  /** A login by an identity that decides nothing: profile, grants and deciding identity of the user stay. */
  recordLinkedLogin(userId: string, subject: SubjectKey, facts: FactsJson, now: Date): Promise<void>;
  /** Stores the facts and the profile of this login; one statement. */
  recordLogin(userId: string, subject: SubjectKey, profile: Profile, facts: FactsJson, now: Date): Promise<void>;
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
   * the IdP since the caller read it. A login that replaces no grants (`managedBy: app`) is held to what is live by this alone.
   */
  openSession(session: NewSession): Promise<void>;
  /** Written when the transaction commits. */
  recordFlow(flow: FlowRecord): Promise<void>;
  findFlow(traceId: string): Promise<FlowRecord | undefined>;
  /** Stores the result of the test whose link began the login with this trace id; false when no link did. */
  finishTest(traceId: string, result: SsoTestResult, now: Date): Promise<boolean>;
  /** Appends to the organization's hash chain, in order; written when the transaction commits. */
  audit(events: readonly AuditEvent[]): Promise<void>;
  /** Up to `limit` committed links of the chain after `afterSeq` (0 = from the first), in order. */
  auditTrail(afterSeq: number, limit: number): Promise<readonly ChainedEvent[]>;
}

/** What `/session` answers, read in one statement by organization and token hash. */
export interface SessionView {
  readonly organizationId: string;
  readonly organization: string;
  readonly user: { readonly id: string; readonly email: string | undefined; readonly displayName: string | undefined };
  readonly identityProvider: string;
  readonly grants: Readonly<Record<string, readonly string[]>>;
  readonly groups: readonly string[];
  /** The earlier of the absolute end and the idle end. */
  readonly expiresAt: Date;
}

export interface SessionStore {
  /**
   * undefined = no such session, expired, idle too long, or the user or the IdP that opened it is disabled or gone. Extends
   * the idle time at most once a minute.
   */
  check(organizationId: string, tokenHash: Buffer, now: Date): Promise<SessionView | undefined>;
  announcement(organizationId: string, tokenHash: Buffer, now: Date): Promise<Announcement | undefined>;
  /** Ends sessions and returns them. Appends `session.revoked` in the same transaction. */
  revoke(
    organizationId: string,
    by: { tokenHash: Buffer } | { userId: string } | 'all',
    reason: 'logout' | 'user_disabled' | 'administrator',
    now: Date,
  ): Promise<readonly EndedSession[]>;
}

/** A session as it was, for the identity provider that opened it. */
export interface EndedSession {
  readonly tokenHash: Buffer;
  readonly userId: string;
  readonly subject: SubjectKey;
  readonly sessionIndex: string | undefined;
}

/** A sign-out that a browser takes to an identity provider. Nothing of ours depends on its end: the session is gone before. */
export interface NewLogout {
  readonly organizationId: string;
  readonly identityProvider: string;
  /** The LogoutRequest's id; at an OpenID provider any id that is used once. */
  readonly requestId: string;
  /** SHA-256 of the flow cookie's value. */
  readonly browserHash: Buffer;
  /** At an OpenID provider: SHA-256 of the random part of `state`, with which the browser comes back when all is done. */
  readonly stateHash: Buffer | undefined;
  readonly expiresAt: Date;
}

/** What an identity provider says, VERIFIED: whose sessions ended there. */
export interface IdpLogout {
  readonly organizationId: string;
  readonly identityProvider: string;
  /** Of the LogoutRequest or the logout token: used once, remembered until then. */
  readonly messageId: string;
  readonly replayableUntil: Date;
  /** Absent = whoever has one of the session indexes. Without `format` the value alone says who. */
  readonly nameId: { readonly value: string; readonly format: string | undefined } | undefined;
  /** Which sessions: those opened with one of these, and those of `nameId` that the IdP gave none; empty = all. */
  readonly sessionIndexes: readonly string[];
  readonly traceId: string;
  readonly now: Date;
}

/** Single logout, both ways. */
export interface LogoutStore {
  begin(logout: NewLogout): Promise<void>;
  /** The IdP answered, once; the browser comes next, with this state. False = nobody waits for the answer. */
  answer(at: {
    readonly organizationId: string;
    readonly identityProvider: string;
    readonly requestId: string;
    readonly everywhere: boolean;
    readonly stateHash: Buffer;
    readonly now: Date;
  }): Promise<boolean>;
  /**
   * Takes the logout that a state names. `asked` = the browser was at the IdP, which does not say what it ended; `here` = the
   * IdP may still have a session, also for an unknown state or browser.
   */
  take(at: {
    readonly organizationId: string;
    readonly stateHash: Buffer;
    readonly browserHash: Buffer;
    readonly now: Date;
  }): Promise<'everywhere' | 'asked' | 'here'>;
  /** Ends the sessions that ended at the IdP, with `session.revoked`, and remembers the message: one transaction. */
  endSessions(logout: IdpLogout): Promise<readonly EndedSession[] | 'replayed'>;
}

/**
 * Rights of an API token. `domains.assert` = may vouch for e-mail domains (`verification: asserted`); `flows.read` = may
 * read how logins ended, which can show what an identity provider said of a user.
 */
export const API_RIGHTS = ['organizations.read', 'plan', 'apply', 'domains.assert', 'flows.read'] as const;
export type ApiRight = (typeof API_RIGHTS)[number];

export interface ApiToken {
  readonly id: string;
  readonly name: string;
  readonly rights: readonly ApiRight[];
  readonly expiresAt: Date | undefined;
}

/** What may be shown of a token. Nothing of its secret is in here. */
export interface ApiTokenEntry extends ApiToken {
  readonly createdAt: Date;
  /** Noted at most once a minute; undefined = never used. */
  readonly lastUsedAt: Date | undefined;
  readonly revokedAt: Date | undefined;
}

export interface ApiTokenStore {
  /** Returns the token `rct_<id>_<secret>` once; only its SHA-256 is stored. */
  create(token: {
    name: string;
    rights: readonly ApiRight[];
    expiresAt: Date | undefined;
    now: Date;
  }): Promise<{ id: string; token: string }>;
  /** Parses and looks up a presented token; undefined = unknown, malformed, expired or revoked, without a difference. */
  authenticate(presented: string, now: Date): Promise<ApiToken | undefined>;
  revoke(id: string, now: Date): Promise<boolean>;
  /** Every token that was ever made, the newest first; expired and revoked ones stay. */
  list(): Promise<readonly ApiTokenEntry[]>;
}

export type DomainVerification = 'dns' | 'asserted';

/**
 * Why a look at DNS proved nothing: no TXT record, others than the wanted one, no answer of the servers, or a proof of a domain
 * that is another organization's.
 */
export type DomainError = 'record_missing' | 'record_differs' | 'dns_unreachable' | 'email_domain_taken';

/** An e-mail domain that an organization's document declares. */
export interface DomainClaim {
  readonly domain: string;
  readonly verification: DomainVerification;
  /** Made by the server for this organization and domain; whoever controls the domain's DNS publishes it. */
  readonly token: string;
  readonly claimedAt: Date;
  /** Since when it is proved without a break; undefined = it is not. */
  readonly verifiedAt: Date | undefined;
  readonly checkedAt: Date | undefined;
  /** Since when every look failed; undefined = the last one did not. */
  readonly failingSince: Date | undefined;
  readonly error: DomainError | undefined;
}

/** What a look at DNS makes of a claim. */
export interface CheckedDomain {
  readonly verifiedAt: Date | undefined;
  readonly failingSince: Date | undefined;
  readonly error: DomainError | undefined;
  /** When to look next, without an administrator asking. */
  readonly dueAt: Date;
  /** What the audit log says, if this changed something. */
  readonly event: 'domain.verified' | 'domain.lost' | 'domain.refused' | undefined;
}

export interface DomainClaims {
  /** Every claim of one organization, by domain. */
  list(organizationId: string): Promise<readonly DomainClaim[]>;
  find(organizationId: string, domain: string): Promise<DomainClaim | undefined>;
  /**
   * Takes up to `limit` checks that are due and puts them off to `leasedUntil`, so that no other replica takes them before
   * this one has recorded its result, or has died.
   */
  takeDue(at: {
    now: Date;
    leasedUntil: Date;
    limit: number;
  }): Promise<readonly { organizationId: string; domain: string }[]>;
  /**
   * Records what was found for the claim with this `token`, in one transaction with what follows: the route to the
   * organization, or its end, and the audit event. `judge` is told the claim as it is now and, when the record is there,
   * whether the domain is free or already this organization's. undefined = the claim is gone, nothing was recorded.
   */
  record(
    at: { organizationId: string; domain: string; token: string; actor: Actor; now: Date },
    judge: (claim: DomainClaim, isFree: boolean) => CheckedDomain,
  ): Promise<DomainClaim | undefined>;
}

/** A stored revision with what is around it, for `GET /v1/organizations/:org`. */
export interface OrganizationRecord {
  readonly name: string;
  readonly organizationId: string;
  readonly collection: string | undefined;
  readonly revision: number;
  readonly digest: string;
  readonly document: OrganizationDocument;
  readonly appliedAt: Date;
  readonly appliedBy: string;
}

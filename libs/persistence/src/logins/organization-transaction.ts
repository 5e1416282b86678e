import type { Pool, PoolClient } from 'pg';
import type { AuditEvent } from '@rolecall/audit';
import type { DecidedGrant, DecidedMembership, FactsJson, Profile } from '@rolecall/role-mapping';
import { readAudit } from '../audit/append.ts';
import { linkOwn, ownAccount, recordLinkedLogin, unlinkOwn } from '../identities/own-identities.ts';
import { overtaken } from '../errors.ts';
import { localAccounts } from '../local/local-accounts.ts';
import { oneTimeLinks } from '../local/one-time-links.ts';
import { knownDevices, pendingSignIns } from '../local/pending-sign-ins.ts';
import { createUser, replaceGrants, storeLogin } from '../grants/replace-grants.ts';
import { queueMails } from '../mails/outbox.ts';
import { recoveryTransaction } from '../recovery/recovery-sessions.ts';
import { newId } from '../new-id.ts';
import type { MasterKeys } from '../secrets/master-keys.ts';
import { Vault } from '../secrets/vault.ts';
import { inTransaction, query } from '../sql.ts';
import { finishTest } from '../sso/sso-tests.ts';
import type { SsoTestResult } from '../sso/sso-tests.ts';
import type {
  Announcement,
  DecidedAccess,
  FlowRecord,
  GrantChanges,
  LiveSession,
  NewLoginOfUser,
  NewSession,
  OrganizationTransaction,
  OutgoingMail,
  OwnLink,
  StoredUser,
  SubjectKey,
  VerifiedLogin,
} from '../stores.ts';
import { findProvisioned, recordDirectoryLogin } from './directory-logins.ts';
import { findFlow } from './flow-records.ts';
import { FIND_LINKABLE_USERS, FIND_USER_BY_SUBJECT } from './statements.ts';
import {
  FACTS_OF_SUBJECT,
  FIND_ALIAS_USERS,
  FIND_USERS,
  IS_ADDRESS_OF_ANOTHER,
  IS_DOMAIN_OF_ANOTHER,
  LINK_IDENTITY,
  LIVE_SESSION,
  RECORD_LOGIN,
} from './statements.ts';
import { profileColumns, toStoredUser } from './stored-user.ts';
import type { UserRow } from './stored-user.ts';
import { administeredUsers } from '../users/administered-users.ts';
import { TransactionEnd } from './transaction-end.ts';
import { claimUnsolicitedLogin, takeVerifiedLogin, type TakenLogin } from './verified-login.ts';

/**
 * One transaction for one organization: commits when `work` resolves, else nothing stays. Sessions, flow records and audit
 * events are kept back and written together at the end.
 */
export async function inOrganization<T>(
  pool: Pool,
  masterKeys: MasterKeys | undefined,
  organizationId: string,
  work: (tx: OrganizationTransaction) => Promise<T>,
): Promise<T> {
  const end = new TransactionEnd();
  return inTransaction(
    pool,
    { organizationId },
    (client) => {
      const vault = new Vault(client, organizationId, masterKeys);
      return work(new PgOrganizationTransaction(client, organizationId, end, vault));
    },
    () => end.statement(organizationId),
  );
}

class PgOrganizationTransaction implements OrganizationTransaction {
  private taken: TakenLogin | undefined;

  constructor(
    private readonly client: PoolClient,
    readonly organizationId: string,
    private readonly end: TransactionEnd,
    private readonly vault: Vault,
  ) {}

  get accounts() {
    return localAccounts(this.client, this.organizationId, this.vault);
  }

  get links() {
    return oneTimeLinks(this.client, this.organizationId);
  }

  get recovery() {
    return recoveryTransaction(this.client, this.organizationId);
  }

  get signIns() {
    return pendingSignIns(this.client, this.organizationId);
  }

  get devices() {
    return knownDevices(this.client, this.organizationId);
  }

  get users() {
    return administeredUsers(this.client, this.organizationId);
  }

  takeVerifiedLogin(handleHash: Buffer, browserHash: Buffer, now: Date) {
    return this.take({ handleHash, browserHash, now, unsolicited: false });
  }

  claimUnsolicitedLogin(handleHash: Buffer, browserHash: Buffer, now: Date) {
    return claimUnsolicitedLogin(this.client, this.organizationId, { handleHash, browserHash, now });
  }

  takeUnsolicitedLogin(handleHash: Buffer, browserHash: Buffer, now: Date) {
    return this.take({ handleHash, browserHash, now, unsolicited: true });
  }

  private async take(
    at: Parameters<typeof takeVerifiedLogin>[2],
  ): Promise<VerifiedLogin | 'unknown' | 'other_browser'> {
    const taken = await takeVerifiedLogin(this.client, this.organizationId, at);
    if (typeof taken === 'string') return taken;
    this.taken = taken;
    return taken.login;
  }

  async findUserBySubject(subject: SubjectKey): Promise<StoredUser | undefined> {
    const { taken } = this;
    this.taken = undefined; // what was read along with the login answers the next question, and no later one
    if (taken && String(subjectColumns(taken.login)) === String(subjectColumns(subject))) return taken.user;
    const [row] = await query<UserRow>(this.client, FIND_USER_BY_SUBJECT, [
      this.organizationId,
      ...subjectColumns(subject),
    ]);
    return row && toStoredUser(row);
  }

  async findLinkableUsers(email: string, identityProvider: string): Promise<readonly StoredUser[]> {
    const rows = await query<UserRow>(this.client, FIND_LINKABLE_USERS, [this.organizationId, email, identityProvider]);
    return rows.map(toStoredUser);
  }

  findProvisioned(subject: SubjectKey, email: string | undefined) {
    return findProvisioned(this.client, this.organizationId, subject, email);
  }

  recordDirectoryLogin(userId: string, subject: SubjectKey, links: boolean, now: Date): Promise<void> {
    return recordDirectoryLogin(this.client, this.organizationId, userId, subject, { links, now });
  }

  async findAliasUsers(at: { local: string; domain: string }, subject: SubjectKey, aliasFormat: string) {
    const pattern = `${likely(at.local)}+%@${likely(at.domain)}`;
    const { identityProvider, nameId } = subject;
    const values = [this.organizationId, pattern, identityProvider, nameId.value, aliasFormat];
    return (await query<UserRow>(this.client, FIND_ALIAS_USERS, values)).map(toStoredUser);
  }

  async findUsers(userIds: readonly string[]): Promise<readonly StoredUser[]> {
    return (await query<UserRow>(this.client, FIND_USERS, [this.organizationId, userIds])).map(toStoredUser);
  }

  async factsOf(subject: SubjectKey): Promise<FactsJson | undefined> {
    const values = [this.organizationId, ...subjectColumns(subject)];
    return (await query<{ facts: FactsJson }>(this.client, FACTS_OF_SUBJECT, values))[0]?.facts;
  }

  async liveSession(tokenHash: Buffer, now: Date): Promise<LiveSession | undefined> {
    const [row] = await query<LiveSessionRow>(this.client, LIVE_SESSION, [this.organizationId, tokenHash, now]);
    return row && toLiveSession(row);
  }

  async isAddressOfAnother(email: string, userId: string): Promise<boolean> {
    const values = [this.organizationId, email, userId];
    const [row] = await query<{ taken: boolean }>(this.client, IS_ADDRESS_OF_ANOTHER, values);
    return row?.taken === true;
  }

  async isDomainOfAnother(domain: string): Promise<boolean> {
    const values = [this.organizationId, domain];
    const [row] = await query<{ taken: boolean }>(this.client, IS_DOMAIN_OF_ANOTHER, values);
    return row?.taken === true;
  }

  async createUser(subject: SubjectKey, profile: Profile, facts: FactsJson, now: Date, access?: DecidedAccess) {
    const userId = newId();
    const who = [this.organizationId, userId, ...profileColumns(profile), ...subjectColumns(subject)];
    const { revision, grants = [], groups = [] } = access ?? {};
    const held = { userId, grants, groups };
    const changes = await createUser(this.client, [...who, JSON.stringify(facts), now], revision, held);
    if (changes) return { user: { userId, status: 'active' as const, profile }, created: true as const, changes };
    const user = await this.findUserBySubject(subject);
    if (user === undefined) throw new Error('the identity exists and its user does not');
    return { user, created: false as const };
  }

  ownAccount(tokenHash: Buffer, now: Date) {
    return ownAccount(this.client, this.organizationId, tokenHash, now);
  }

  linkOwn(link: OwnLink) {
    return linkOwn(this.client, this.organizationId, link);
  }

  unlinkOwn(userId: string, identityProvider: string) {
    return unlinkOwn(this.client, this.organizationId, userId, identityProvider);
  }

  recordLinkedLogin(userId: string, subject: SubjectKey, facts: FactsJson, now: Date) {
    return recordLinkedLogin(this.client, this.organizationId, userId, subject, { facts, now });
  }

  async linkIdentity(userId: string, subject: SubjectKey, facts: FactsJson, now: Date): Promise<void> {
    const values = [this.organizationId, userId, ...subjectColumns(subject), JSON.stringify(facts), now];
    await query(this.client, LINK_IDENTITY, values);
  }

  async recordLogin(login: NewLoginOfUser): Promise<void> {
    if ((await query(this.client, RECORD_LOGIN, this.loginColumns(login))).length === 0) throw overtaken();
  }

  storeLogin(
    login: NewLoginOfUser,
    revision: number,
    grants: readonly DecidedGrant[],
    groups: readonly DecidedMembership[],
  ): Promise<GrantChanges> {
    return storeLogin(this.client, this.loginColumns(login), revision, { userId: login.userId, grants, groups });
  }

  private loginColumns({ userId, subject, profile, facts, now, takesOver = false }: NewLoginOfUser): unknown[] {
    const who = [this.organizationId, userId, ...profileColumns(profile), ...subjectColumns(subject)];
    return [...who, JSON.stringify(facts), now, takesOver];
  }

  replaceGrants(
    userId: string,
    revision: number,
    grants: readonly DecidedGrant[],
    groups: readonly DecidedMembership[],
    now: Date,
  ): Promise<GrantChanges> {
    return replaceGrants(this.client, this.organizationId, revision, [{ userId, grants, groups }], now);
  }

  async openSession(session: NewSession): Promise<void> {
    this.end.sessions.push(session);
  }

  async recordFlow(flow: FlowRecord): Promise<void> {
    this.end.flows.push(flow);
  }

  findFlow(traceId: string): Promise<FlowRecord | undefined> {
    return findFlow(this.client, this.organizationId, traceId);
  }

  finishTest(traceId: string, result: SsoTestResult, now: Date): Promise<boolean> {
    return finishTest(this.client, this.organizationId, traceId, result, now);
  }

  mail(mail: OutgoingMail, now: Date): Promise<void> {
    return queueMails(this.client, this.vault, [mail], now);
  }

  async audit(events: readonly AuditEvent[]): Promise<void> {
    this.end.events.push(...events);
  }

  auditTrail(afterSeq: number, limit: number) {
    return readAudit(this.client, this.organizationId, afterSeq, limit);
  }
}

interface LiveSessionRow {
  user_id: string;
  identity_provider: string;
  name_id_format: string;
  name_id: string;
  session_index: string | null;
  expires_at: Date;
  announcement: Announcement | null;
}

function toLiveSession(row: LiveSessionRow): LiveSession {
  return {
    userId: row.user_id,
    subject: { identityProvider: row.identity_provider, nameId: { value: row.name_id, format: row.name_id_format } },
    sessionIndex: row.session_index ?? undefined,
    expiresAt: row.expires_at,
    announcement: row.announcement ?? undefined,
  };
}

/** A text in which LIKE finds no wildcard. */
function likely(text: string): string {
  return text.replaceAll(/[\\%_]/g, '\\$&');
}

/** Identity provider, format, value: the order of the primary key of `identities`. */
function subjectColumns(subject: SubjectKey): string[] {
  return [subject.identityProvider, subject.nameId.format, subject.nameId.value];
}

import type { Pool, PoolClient } from 'pg';
import type { AuditEvent } from '@rolecall/audit';
import type { DecidedGrant, DecidedMembership, FactsJson, Profile } from '@rolecall/role-mapping';
import { readAudit } from '../audit/append.ts';
import { linkOwn, ownAccount, recordLinkedLogin, unlinkOwn } from '../identities/own-identities.ts';
import { localAccounts } from '../local/local-accounts.ts';
import { oneTimeLinks } from '../local/one-time-links.ts';
import { knownDevices, pendingSignIns } from '../local/pending-sign-ins.ts';
import { replaceGrants, storeLogin } from '../grants/replace-grants.ts';
import { queueMails } from '../mails/outbox.ts';
import { recoveryTransaction } from '../recovery/recovery-sessions.ts';
import type { MasterKeys } from '../secrets/master-keys.ts';
import { Vault } from '../secrets/vault.ts';
import { inTransaction } from '../sql.ts';
import { finishTest } from '../sso/sso-tests.ts';
import type { SsoTestResult } from '../sso/sso-tests.ts';
import type {
  DecidedAccess,
  FlowRecord,
  GrantChanges,
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
import {
  factsOf,
  findAliasUsers,
  findLinkableUsers,
  findUserBySubject,
  findUsers,
  isAddressOfAnother,
  isDomainOfAnother,
} from './find-users.ts';
import { liveSession } from './live-session.ts';
import { createUserOfLogin, linkIdentity, loginColumns, recordLogin } from './record-login.ts';
import { subjectColumns } from './stored-user.ts';
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
    return findUserBySubject(this.client, this.organizationId, subject);
  }

  findLinkableUsers(email: string, identityProvider: string) {
    return findLinkableUsers(this.client, this.organizationId, email, identityProvider);
  }

  findProvisioned(subject: SubjectKey, email: string | undefined) {
    return findProvisioned(this.client, this.organizationId, subject, email);
  }

  recordDirectoryLogin(userId: string, subject: SubjectKey, links: boolean, now: Date): Promise<void> {
    return recordDirectoryLogin(this.client, this.organizationId, userId, subject, { links, now });
  }

  findAliasUsers(at: { local: string; domain: string }, subject: SubjectKey, aliasFormat: string) {
    return findAliasUsers(this.client, this.organizationId, at, subject, aliasFormat);
  }

  findUsers(userIds: readonly string[]) {
    return findUsers(this.client, this.organizationId, userIds);
  }

  factsOf(subject: SubjectKey) {
    return factsOf(this.client, this.organizationId, subject);
  }

  liveSession(tokenHash: Buffer, now: Date) {
    return liveSession(this.client, this.organizationId, tokenHash, now);
  }

  isAddressOfAnother(email: string, userId: string) {
    return isAddressOfAnother(this.client, this.organizationId, email, userId);
  }

  isDomainOfAnother(domain: string) {
    return isDomainOfAnother(this.client, this.organizationId, domain);
  }

  createUser(subject: SubjectKey, profile: Profile, facts: FactsJson, now: Date, access?: DecidedAccess) {
    return createUserOfLogin(this.client, this.organizationId, { subject, profile, facts, access }, now);
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

  linkIdentity(userId: string, subject: SubjectKey, facts: FactsJson, now: Date) {
    return linkIdentity(this.client, this.organizationId, userId, { subject, facts, now });
  }

  recordLogin(login: NewLoginOfUser) {
    return recordLogin(this.client, this.organizationId, login);
  }

  storeLogin(
    login: NewLoginOfUser,
    revision: number,
    grants: readonly DecidedGrant[],
    groups: readonly DecidedMembership[],
  ): Promise<GrantChanges> {
    const columns = loginColumns(this.organizationId, login);
    return storeLogin(this.client, columns, revision, { userId: login.userId, grants, groups });
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

import type { Pool, PoolClient } from 'pg';
import { v7 as uuidv7 } from 'uuid';
import type { AuditEvent } from '@rolecall/audit';
import type { DecidedGrant, DecidedMembership, FactsJson, Profile } from '@rolecall/role-mapping';
import { appendAudit, readAudit } from '../audit/append.ts';
import { PersistenceError } from '../errors.ts';
import { replaceGrants } from '../grants/replace-grants.ts';
import { inTransaction, query } from '../sql.ts';
import type {
  FlowRecord,
  GrantChanges,
  NewSession,
  OrganizationTransaction,
  StoredUser,
  SubjectKey,
} from '../stores.ts';
import { findFlow, recordFlow } from './flow-records.ts';
import { CREATE_USER, DISCARD_USER, FIND_LINKABLE_USERS, FIND_USER_BY_SUBJECT } from './statements.ts';
import { LINK_IDENTITY, OPEN_SESSION, RECORD_LOGIN } from './statements.ts';
import { profileColumns, toStoredUser } from './stored-user.ts';
import type { UserRow } from './stored-user.ts';
import { takeVerifiedLogin } from './verified-login.ts';

/**
 * One transaction for one organization: commits when `work` resolves, else nothing stays. Audit events are kept back and
 * appended together at the end, so that the chain's head is locked for two round trips and not for a whole login.
 */
export async function inOrganization<T>(
  pool: Pool,
  organizationId: string,
  work: (tx: OrganizationTransaction) => Promise<T>,
): Promise<T> {
  return inTransaction(pool, { organizationId }, async (client) => {
    const tx = new PgOrganizationTransaction(client, organizationId);
    const result = await work(tx);
    await appendAudit(client, organizationId, tx.pendingEvents);
    return result;
  });
}

class PgOrganizationTransaction implements OrganizationTransaction {
  readonly pendingEvents: AuditEvent[] = [];

  constructor(
    private readonly client: PoolClient,
    readonly organizationId: string,
  ) {}

  takeVerifiedLogin(handleHash: Buffer, browserHash: Buffer, now: Date) {
    return takeVerifiedLogin(this.client, this.organizationId, { handleHash, browserHash, now });
  }

  async findUserBySubject(subject: SubjectKey): Promise<StoredUser | undefined> {
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

  async createUser(subject: SubjectKey, profile: Profile, facts: FactsJson, now: Date) {
    const userId = uuidv7();
    const created = await query(this.client, CREATE_USER, [
      this.organizationId,
      userId,
      ...profileColumns(profile),
      ...subjectColumns(subject),
      JSON.stringify(facts),
      now,
    ]);
    if (created.length > 0) return { user: { userId, status: 'active' as const, profile }, created: true };
    await query(this.client, DISCARD_USER, [this.organizationId, userId]);
    const user = await this.findUserBySubject(subject);
    if (user === undefined) throw new Error('the identity exists and its user does not');
    return { user, created: false };
  }

  async linkIdentity(userId: string, subject: SubjectKey, facts: FactsJson, now: Date): Promise<void> {
    const values = [this.organizationId, userId, ...subjectColumns(subject), JSON.stringify(facts), now];
    await query(this.client, LINK_IDENTITY, values);
  }

  async recordLogin(userId: string, subject: SubjectKey, profile: Profile, facts: FactsJson, now: Date): Promise<void> {
    await query(this.client, RECORD_LOGIN, [
      this.organizationId,
      userId,
      ...profileColumns(profile),
      ...subjectColumns(subject),
      JSON.stringify(facts),
      now,
    ]);
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
    const opened = await query(this.client, OPEN_SESSION, [
      this.organizationId,
      session.tokenHash,
      session.userId,
      ...subjectColumns(session.subject),
      session.sessionIndex,
      session.openedAt,
      session.expiresAt,
      session.idleSeconds,
      new Date(session.openedAt.getTime() + session.idleSeconds * 1000),
      session.announcement && JSON.stringify(session.announcement),
    ]);
    if (opened.length > 0) return;
    const message = `${session.subject.identityProvider} is disabled or gone; read the organization again`;
    throw new PersistenceError('stale_revision', message);
  }

  recordFlow(flow: FlowRecord): Promise<void> {
    return recordFlow(this.client, this.organizationId, flow);
  }

  findFlow(traceId: string): Promise<FlowRecord | undefined> {
    return findFlow(this.client, this.organizationId, traceId);
  }

  async audit(events: readonly AuditEvent[]): Promise<void> {
    this.pendingEvents.push(...events);
  }

  auditTrail(afterSeq: number, limit: number) {
    return readAudit(this.client, this.organizationId, afterSeq, limit);
  }
}

/** Identity provider, format, value: the order of the primary key of `identities`. */
function subjectColumns(subject: SubjectKey): string[] {
  return [subject.identityProvider, subject.nameId.format, subject.nameId.value];
}

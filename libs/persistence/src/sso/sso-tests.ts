import type { Pool, PoolClient } from 'pg';
import type { DecidedGrant, TraceEntry } from '@rolecall/role-mapping';
import { newId } from '../new-id.ts';
import { inTransaction, isUuid, query } from '../sql.ts';
import type { FlowStep } from '../stores.ts';
import { CREATE_TEST, FIND_TEST, FINISH_TEST, IS_TEST_OPEN, START_TEST } from './statements.ts';

/** A link can be used, and the result of a test be read, for this long. */
export const SSO_TEST_LIFETIME_MS = 30 * 60_000;

/** One attribute of what the identity provider said of the tester. */
export interface TestedFact {
  readonly name: string;
  readonly count: number;
  /** Present for attributes that the mapping reads; what is the tester's own alone stays with the tester. */
  readonly values?: readonly string[];
}

/** What a test found, as the people see it who made the link. PERSONAL: kept for SSO_TEST_LIFETIME_MS, never logged. */
export interface SsoTestResult {
  readonly outcome: 'succeeded' | 'refused';
  readonly protocol: 'saml' | 'oidc';
  /** The vendor of the identity provider. */
  readonly vendor: string;
  readonly code?: string;
  readonly steps: readonly FlowStep[];
  /** Absent when the answer could not be verified, as is everything below. */
  readonly facts?: readonly TestedFact[];
  readonly grants?: readonly Pick<DecidedGrant, 'scope' | 'role'>[];
  readonly groups?: readonly string[];
  readonly rules?: readonly TraceEntry[];
}

export interface SsoTest {
  readonly id: string;
  readonly identityProvider: string;
  readonly expiresAt: Date;
  /** Of the login that the link began; undefined = nobody opened it yet. */
  readonly traceId: string | undefined;
  readonly finishedAt: Date | undefined;
  readonly result: SsoTestResult | undefined;
}

/** What a link presents, and where. */
export interface PresentedLink {
  readonly organizationId: string;
  readonly identityProvider: string;
  /** SHA-256 of the token in the link. */
  readonly tokenHash: Buffer;
  readonly now: Date;
}

export interface SsoTestStore {
  /** Returns the test's id. */
  create(test: PresentedLink & { readonly createdBy: string; readonly expiresAt: Date }): Promise<string>;
  /** undefined = no such test of this identity provider, or over. */
  find(organizationId: string, identityProvider: string, id: string, now: Date): Promise<SsoTest | undefined>;
  /** Whether the link has no result yet and is not too old. */
  isOpen(link: PresentedLink): Promise<boolean>;
  /** Makes the result of the login with this trace id the result of the test; false when the link is not open. */
  start(link: PresentedLink & { readonly traceId: string }): Promise<boolean>;
}

interface TestRow {
  readonly test_id: string;
  readonly identity_provider: string;
  readonly expires_at: Date;
  readonly trace_id: string | null;
  readonly finished_at: Date | null;
  readonly result: SsoTestResult | null;
}

export function ssoTestStore(pool: Pool): SsoTestStore {
  const of = ({ organizationId, identityProvider, tokenHash }: PresentedLink) =>
    [organizationId, identityProvider, tokenHash] as const;
  return {
    async create({ organizationId, identityProvider, tokenHash, createdBy, now, expiresAt }) {
      const id = newId();
      const values = [organizationId, id, identityProvider, tokenHash, createdBy, now, expiresAt];
      await inTransaction(pool, { organizationId }, (client) => query(client, CREATE_TEST, values));
      return id;
    },

    async find(organizationId, identityProvider, id, now) {
      if (!isUuid(id)) return undefined;
      const values = [organizationId, identityProvider, id, now];
      const [row] = await inTransaction(pool, { organizationId }, (client) =>
        query<TestRow>(client, FIND_TEST, values),
      );
      return row && toTest(row);
    },

    async isOpen(link) {
      const { organizationId, now } = link;
      const rows = await inTransaction(pool, { organizationId }, (client) =>
        query(client, IS_TEST_OPEN, [...of(link), now]),
      );
      return rows.length > 0;
    },

    async start(link) {
      const { organizationId, traceId, now } = link;
      const rows = await inTransaction(pool, { organizationId }, (client) =>
        query(client, START_TEST, [...of(link), traceId, now]),
      );
      return rows.length > 0;
    },
  };
}

/** Stores the result of the test that began this login, once; false when no link began it. */
export async function finishTest(
  client: PoolClient,
  organizationId: string,
  traceId: string,
  result: SsoTestResult,
  now: Date,
): Promise<boolean> {
  const until = new Date(now.getTime() + SSO_TEST_LIFETIME_MS);
  const rows = await query(client, FINISH_TEST, [organizationId, traceId, now, JSON.stringify(result), until]);
  return rows.length > 0;
}

function toTest(row: TestRow): SsoTest {
  return {
    id: row.test_id,
    identityProvider: row.identity_provider,
    expiresAt: row.expires_at,
    traceId: row.trace_id ?? undefined,
    finishedAt: row.finished_at ?? undefined,
    result: row.result ?? undefined,
  };
}

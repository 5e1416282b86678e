import type { EntityManager } from '@mikro-orm/postgresql';
import type { Pool } from 'pg';
import { PURGE_APPLICATIONS } from './applications/statements.ts';
import { eraseOrigins } from './audit/origins.ts';
import { PURGE_REQUESTS } from './directory/request-statements.ts';
import { OrganizationRegistry } from './entities/routing.ts';
import { PURGE_LIMITS } from './limits/shared-limits.ts';
import { PURGE_LOCAL_SIGN_INS } from './local/statements.ts';
import { giveUpMails } from './mails/outbox.ts';
import { purgeOnce } from './reconcile/once.ts';
import { query } from './sql.ts';
import type { Statement } from './sql.ts';
import { PURGE_TESTS } from './sso/statements.ts';
import { purgeWorkloadTokens } from './tokens/workload-exchange.ts';

/** Flow records and the request logs of directories. */
const RECORDS_KEPT_MS = 30 * 24 * 60 * 60 * 1000;
const ORGANIZATIONS_PER_TRANSACTION = 200;

/** What a purge deleted. */
export interface Purged {
  /** With the sign-outs that nobody came back from. */
  readonly logins: number;
  readonly assertions: number;
  readonly sessions: number;
  readonly flows: number;
  readonly tests: number;
  /** Private keys of connections that others followed. */
  readonly keys: number;
  /** Of the request logs of directories. */
  readonly requests: number;
  /** One-time links, sign-ins that wait for a second factor, and devices that nobody uses. */
  readonly localSignIns: number;
  /** Codes and tokens of applications, and handles of forward-auth. */
  readonly applicationTokens: number;
  /** Saved plans, and results of applies. */
  readonly once: number;
  /** API tokens of jobs of pipelines. */
  readonly workloadTokens: number;
  /** That nobody sent in time. */
  readonly mails: number;
  /** Beside the audit log. */
  readonly addresses: number;
}

const PURGE_EXPIRED: Statement = {
  name: 'purge.expired',
  text: 'select logins::integer, assertions::integer, sessions::integer, flows::integer from purge_expired($1, $2, $3)',
};

const PURGE_KEYS: Statement = {
  name: 'purge.service-provider-keys',
  text: 'select purge_service_provider_keys($1, $2)::integer as keys',
};

/** Deletes expired logins, local ones too, sessions, assertion ids, tests and keys, flow records and request logs older than 30 days, and addresses beside the audit log, in short transactions. */
export async function purgeExpired(em: EntityManager, pool: Pool, now: Date, addressDays: number): Promise<Purged> {
  const total = {
    logins: 0,
    assertions: 0,
    sessions: 0,
    flows: 0,
    tests: 0,
    keys: 0,
    requests: 0,
    localSignIns: 0,
    applicationTokens: 0,
    once: await purgeOnce(pool, now),
    addresses: await eraseOrigins(pool, now, addressDays),
    mails: await giveUpMails(pool, now),
    workloadTokens: await purgeWorkloadTokens(pool, now, new Date(now.getTime() - RECORDS_KEPT_MS)),
  };
  await query(pool, PURGE_LIMITS, [now.getTime()]);
  const recordsBefore = new Date(now.getTime() - RECORDS_KEPT_MS);
  let after = '';
  for (;;) {
    const page = await em
      .fork()
      .find(
        OrganizationRegistry,
        { name: { $gt: after } },
        { orderBy: { name: 'asc' }, limit: ORGANIZATIONS_PER_TRANSACTION, fields: ['name', 'orgId'] },
      );
    const [last] = page.slice(-1);
    if (last === undefined) return total;
    const ids = page.map((row) => row.orgId);
    const [expired] = await query<Pick<Purged, 'logins' | 'assertions' | 'sessions' | 'flows'>>(pool, PURGE_EXPIRED, [
      ids,
      now,
      recordsBefore,
    ]);
    const [tests] = await query<Pick<Purged, 'tests'>>(pool, PURGE_TESTS, [ids, now]);
    const [keys] = await query<Pick<Purged, 'keys'>>(pool, PURGE_KEYS, [ids, now]);
    const [requests] = await query<Pick<Purged, 'requests'>>(pool, PURGE_REQUESTS, [ids, recordsBefore]);
    const [local] = await query<Pick<Purged, 'localSignIns'>>(pool, PURGE_LOCAL_SIGN_INS, [ids, now]);
    const [applications] = await query<Pick<Purged, 'applicationTokens'>>(pool, PURGE_APPLICATIONS, [ids, now]);
    const purged: Partial<Purged> = { ...expired, ...tests, ...keys, ...requests, ...local, ...applications };
    for (const key of Object.keys(total) as (keyof Purged)[]) total[key] += purged[key] ?? 0;
    after = last.name;
  }
}

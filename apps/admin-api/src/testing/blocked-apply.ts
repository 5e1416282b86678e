import { v7 as uuidv7 } from 'uuid';
import pg from 'pg';

/**
 * Makes an apply stop in the middle: another transaction holds the name of one of its organizations, so the apply, which
 * has written the ones before it, waits there until `release`.
 */
export async function holdName(ownerUrl: string, name: string): Promise<{ release(): Promise<void> }> {
  const holder = new pg.Client({ connectionString: ownerUrl });
  await holder.connect();
  await holder.query('begin');
  await holder.query(
    `insert into organization_registry (name, org_id, revision, digest, deletion_policy) values ($1, $2, 1, '', 'retain')`,
    [name, uuidv7()],
  );
  return {
    async release() {
      await holder.query('rollback');
      await holder.end();
    },
  };
}

const BACKENDS = `
select pid from pg_stat_activity
where datname = current_database() and application_name = 'rolecall-admin-api'`;

/** The server processes of connections that have written something and now wait for the held name. */
export const BLOCKED = `${BACKENDS} and wait_event_type = 'Lock' and backend_xid is not null`;

/** Those of connections that wait for a lock. */
export const WAITING = `${BACKENDS} and wait_event_type = 'Lock'`;

/** Those of connections that are in a transaction. */
export const AT_WORK = `${BACKENDS} and state <> 'idle'`;

/** What is waited for comes within milliseconds, or never. */
const PATIENCE_MS = 30_000;

/** Asks until the query gives as many process ids as wanted, and returns them. @throws Error when it takes too long */
export async function untilBackends(ownerUrl: string, sql: string, wanted: number): Promise<number[]> {
  const owner = new pg.Client({ connectionString: ownerUrl });
  await owner.connect();
  const begun = performance.now();
  try {
    for (;;) {
      const { rows } = await owner.query<{ pid: number }>(sql);
      if (rows.length === wanted) return rows.map(({ pid }) => pid);
      if (performance.now() - begun > PATIENCE_MS)
        throw new Error(`after ${PATIENCE_MS} ms ${rows.length} of ${wanted} connections are as awaited: ${sql}`);
    }
  } finally {
    await owner.end();
  }
}

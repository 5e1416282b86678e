import pg from 'pg';

/** TEST ONLY. Holds a table, or the rows of a change, so that whoever comes to it stops right there. */
export class HeldLock {
  private constructor(private readonly client: pg.Client) {}

  static on(table: string, ownerUrl: string): Promise<HeldLock> {
    return HeldLock.by(`lock table ${table} in access exclusive mode`, ownerUrl);
  }

  /** A change that is not committed yet. */
  static async by(statement: string, ownerUrl: string): Promise<HeldLock> {
    const client = new pg.Client({ connectionString: ownerUrl });
    await client.connect();
    await client.query(`begin; ${statement}`);
    return new HeldLock(client);
  }

  /** Resolves with the process id of the first backend that waits for a lock. */
  async blocked(): Promise<number> {
    const waiting = `select pid from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
    for (;;) {
      const { rows } = await this.client.query<{ pid: number }>(waiting);
      if (rows[0]) return rows[0].pid;
    }
  }

  /** Resolves when so many backends wait for a lock. */
  async blockedBackends(count: number): Promise<void> {
    const waiting = `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
    while ((await this.client.query(waiting)).rows.length < count);
  }

  /** Ends a backend as an administrator or a crash would. */
  async terminate(pid: number): Promise<void> {
    await this.client.query('select pg_terminate_backend($1)', [pid]);
  }

  async commit(): Promise<void> {
    await this.client.query('commit');
    await this.client.end();
  }

  async release(): Promise<void> {
    await this.client.query('rollback');
    await this.client.end();
  }
}

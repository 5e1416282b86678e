import pg from 'pg';

/** TEST ONLY. Holds a table, so that whoever comes to it stops right there. */
export class HeldLock {
  private constructor(private readonly client: pg.Client) {}

  static async on(table: string, ownerUrl: string): Promise<HeldLock> {
    const client = new pg.Client({ connectionString: ownerUrl });
    await client.connect();
    await client.query(`begin; lock table ${table} in access exclusive mode`);
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

  /** Ends a backend as an administrator or a crash would. */
  async terminate(pid: number): Promise<void> {
    await this.client.query('select pg_terminate_backend($1)', [pid]);
  }

  async release(): Promise<void> {
    await this.client.query('rollback');
    await this.client.end();
  }
}

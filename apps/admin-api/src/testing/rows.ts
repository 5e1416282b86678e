import pg from 'pg';

/** A connection of the owner, who sees and may do everything; for what a test must see behind the app's back. */
export async function asOwner<T>(ownerUrl: string, work: (owner: pg.Client) => Promise<T>): Promise<T> {
  const owner = new pg.Client({ connectionString: ownerUrl });
  await owner.connect();
  try {
    return await work(owner);
  } finally {
    await owner.end();
  }
}

/** Every row of every table as text, so that any write shows; the time of a token's last use aside. */
export function everyRow(ownerUrl: string): Promise<Record<string, readonly string[]>> {
  return asOwner(ownerUrl, async (owner) => {
    const { rows: tables } = await owner.query<{ name: string }>(
      `select relname as name from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r' order by 1`,
    );
    const all: Record<string, readonly string[]> = {};
    for (const { name } of tables) {
      const { rows } = await owner.query<{ row: string }>(
        `select (to_jsonb(t) - 'last_used_at')::text as row from "${name}" t order by 1`,
      );
      all[name] = rows.map(({ row }) => row);
    }
    return all;
  });
}

// Jest globalSetup of the suites that need PostgreSQL: one throw-away cluster for a run,
// or the one that `npm test` started for all projects (TEST_PG_URL).
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { startPostgres } from '../postgres.mjs';
import { scratchDirectory } from '../system/scratch.ts';

export default async function setup() {
  if (process.env.TEST_PG_URL) return;
  const dir = scratchDirectory('pg');
  const pg = await startPostgres({ dir: join(dir, 'data'), durable: false });
  process.env.TEST_PG_URL = pg.url;
  globalThis.__stopPg = async () => {
    await pg.stop();
    rmSync(dir, { recursive: true, force: true });
  };
}

import type { Pool } from 'pg';
import { PersistenceError } from './errors.ts';
import { MIGRATIONS } from './migrations/index.ts';
import { query } from './sql.ts';
import type { Statement } from './sql.ts';

const ROLE: Statement = {
  name: 'checks.role',
  text: `
select r.rolname as name, r.rolsuper as superuser, r.rolbypassrls as bypasses,
  exists (select from pg_class c
          where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
            and pg_has_role(r.oid, c.relowner, 'MEMBER')) as owns
from pg_roles r
where r.rolname = current_user`,
};

const DONE: Statement = { name: 'checks.migrations', text: 'select name from mikro_orm_migrations' };

/** Refuses a role that row-level security does not bind, or that could change the tables. */
export async function refuseUnsafeRole(pool: Pool): Promise<void> {
  const [role] = await query<{ name: string; superuser: boolean; bypasses: boolean; owns: boolean }>(pool, ROLE, []);
  if (role === undefined) throw new PersistenceError('unsafe_database_role', 'the database role cannot be looked up');
  const why = role.superuser
    ? 'is a superuser'
    : role.bypasses
      ? 'has BYPASSRLS'
      : role.owns
        ? 'owns tables, or may act as their owner'
        : undefined;
  if (why === undefined) return;
  const message = `the role ${role.name} ${why}, so row-level security does not bind it; use rolecall_runtime in DATABASE_URL`;
  throw new PersistenceError('unsafe_database_role', message);
}

/** Refuses a database in which a step of this program's schema is missing. */
export async function requireMigrated(pool: Pool): Promise<void> {
  const rows = await query<{ name: string }>(pool, DONE, []).catch((error: unknown) => {
    if (error instanceof PersistenceError) throw error;
    throw new PersistenceError('database_not_migrated', 'the database has no schema; run the migrations', {
      cause: error,
    });
  });
  const done = new Set(rows.map((row) => row.name));
  const missing = MIGRATIONS.filter((step) => !done.has(step.name)).map((step) => step.name);
  if (missing.length === 0) return;
  throw new PersistenceError('database_not_migrated', `run the migrations; missing: ${missing.join(', ')}`);
}

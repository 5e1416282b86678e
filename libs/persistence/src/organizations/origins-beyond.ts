import type { Pool } from 'pg';
import { query, type Statement } from '../sql.ts';
import { likeOf } from './globs.ts';

const ORIGINS_BEYOND: Statement = {
  name: 'organizations.origins-beyond',
  text: `
select distinct o.origin
from forward_origins o join organization_registry r on r.org_id = o.org_id
where o.origin = any($1::text[]) and not r.name like any ($2)
order by 1`,
};

/** Those of these origins at which an organization has an application that none of the patterns describes. */
export async function originsBeyond(
  pool: Pool,
  origins: readonly string[],
  globs: readonly string[],
): Promise<readonly string[]> {
  const rows = await query<{ origin: string }>(pool, ORIGINS_BEYOND, [origins, globs.map(likeOf)]);
  return rows.map(({ origin }) => origin);
}

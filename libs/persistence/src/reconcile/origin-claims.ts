import type { PoolClient } from 'pg';
import type { SharedOrigin } from '@rolecall/reconcile';
import { likeOf } from '../organizations/globs.ts';
import { query } from '../sql.ts';
import type { Statement } from '../sql.ts';

/** Counts to a hundred: a product that serves all organizations stands in each of them. */
const OF_OTHERS: Statement = {
  name: 'reconcile.origins-of-others',
  text: `
select o.origin, n.organizations::integer
from unnest($2::text[]) o(origin)
cross join lateral (
  select count(*) as organizations
  from (select from origin_claims c where c.origin = o.origin and c.org_id <> $1 limit 100) others
) n
where n.organizations > 0
order by o.origin collate "C"`,
};

const BEYOND: Statement = {
  name: 'reconcile.origins-beyond',
  text: `
select o.origin
from unnest($1::text[]) o(origin)
where exists (
  select from origin_claims c join organization_registry r on r.org_id = c.org_id
  where c.origin = o.origin and not r.name like any ($2))
order by o.origin collate "C"`,
};

export function originsOfOthers(
  client: PoolClient,
  organizationId: string,
  origins: readonly string[],
): Promise<readonly SharedOrigin[]> {
  return query<SharedOrigin & object>(client, OF_OTHERS, [organizationId, origins]);
}

export async function originsBeyond(
  client: PoolClient,
  origins: readonly string[],
  globs: readonly string[],
): Promise<readonly string[]> {
  const rows = await query<{ origin: string }>(client, BEYOND, [origins, globs.map(likeOf)]);
  return rows.map(({ origin }) => origin);
}

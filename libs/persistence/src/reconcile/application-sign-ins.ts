import type { ClosedApplication, EndedSignIns } from '@rolecall/reconcile';
import type { Statement } from '../sql.ts';
import type { OrganizationConnection } from './organization-connection.ts';

/**
 * What the applications of $2 hold, by their names: sign-ins of an OpenID Connect client that have a token still (at $3), and cookies of
 * its proxy.
 */
const COUNT: Statement = {
  name: 'reconcile.count-application-sign-ins',
  text: `
select c.application, (n.grants + n.cookies)::integer as "signIns"
from jsonb_to_recordset($2::jsonb) as c(application text, client boolean, origins jsonb)
cross join lateral (
  select
    (select count(*) from application_grants g
      where c.client and g.org_id = $1 and g.application = c.application and exists (
        select from application_tokens t
        where t.org_id = $1 and t.grant_id = g.grant_id and t.expires_at > $3::timestamptz)) as grants,
    (select count(*) from forward_sessions f
      where f.org_id = $1 and f.flow_hash is null and c.origins ? f.origin) as cookies
) n
where n.grants + n.cookies > 0
order by c.application collate "C"`,
};

const END_CLIENTS: Statement = {
  name: 'reconcile.end-application-grants',
  text: 'delete from application_grants where org_id = $1 and application = any($2::text[])',
};

const END_PROXIES: Statement = {
  name: 'reconcile.end-forward-sessions',
  text: 'delete from forward_sessions where org_id = $1 and origin = any($2::text[])',
};

export const RENAME_APPLICATION: Statement = {
  name: 'reconcile.rename-application',
  text: 'update application_grants set application = $3 where org_id = $1 and application = $2',
};

/** Counts what these applications hold at `now`, and with `ends` takes it from them: also what waits for its browser. */
export async function endApplicationSignIns(
  on: OrganizationConnection,
  organizationId: string,
  closed: readonly ClosedApplication[],
  { ends, now }: { readonly ends: boolean; readonly now: Date },
): Promise<readonly EndedSignIns[]> {
  const counted = await on.query<EndedSignIns & object>(organizationId, COUNT, [JSON.stringify(closed), now]);
  if (!ends) return counted;
  const clients = closed.filter(({ client }) => client).map(({ application }) => application);
  await on.query(organizationId, END_CLIENTS, [clients]);
  await on.query(organizationId, END_PROXIES, [closed.flatMap(({ origins }) => origins)]);
  return counted;
}

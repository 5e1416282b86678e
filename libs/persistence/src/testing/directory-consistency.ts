import type pg from 'pg';

/** What no reader may ever find, by what it would mean. Each query gives one row per finding. */
const CONTRADICTIONS: Readonly<Record<string, string>> = {
  'a directory row whose user may sign in otherwise than it says': `
    select d.user_id from directory_users d join users u using (org_id, user_id)
    where d.active = (u.status = 'disabled')`,
  'a user of the directory of whom it says nothing': `
    select d.user_id from directory_users d
    where not exists (
      select from identities i
      where i.org_id = d.org_id and i.identity_provider = '@directory' and i.name_id_format = 'scim'
        and i.name_id = d.user_id::text and i.user_id = d.user_id)`,
  'facts of the directory about nobody of it': `
    select i.user_id from identities i
    where i.identity_provider = '@directory'
      and not exists (select from directory_users d where d.org_id = i.org_id and d.user_id = i.user_id)`,
  'a user decided by another than its directory row says': `
    select d.user_id from directory_users d join users u using (org_id, user_id)
    where d.decides <> ((u.deciding_identity_provider, u.deciding_name_id_format, u.deciding_name_id)
                        is not distinct from ('@directory', 'scim', d.user_id::text))`,
  'a user decided by a directory that does not know it': `
    select u.user_id from users u
    where u.deciding_identity_provider = '@directory'
      and not exists (select from directory_users d where d.org_id = u.org_id and d.user_id = u.user_id)`,
  'keys of another body': `
    select d.user_id from directory_users d
    where d.user_name is distinct from d.body->>'userName' or d.external_id is distinct from d.body->>'externalId'`,
  'e-mail addresses of another body': `
    select d.user_id from directory_users d
    where jsonb_array_length(coalesce(d.body->'emails', '[]'))
      <> (select count(*) from directory_emails e where e.org_id = d.org_id and e.user_id = d.user_id)`,
  'wrong counters': `
    select o.org_id from organizations o
    left join directories d using (org_id)
    where (coalesce(d.users, 0), coalesce(d.active_users, 0), coalesce(d.groups, 0)) is distinct from (
      (select count(*)::int from directory_users u where u.org_id = o.org_id),
      (select count(*)::int from directory_users u where u.org_id = o.org_id and u.active),
      (select count(*)::int from directory_groups g where g.org_id = o.org_id))`,
  'another number of who went than there are receipts': `
    select d.org_id from directories d
    where d.offboarded <> (
      select count(*) from offboarding_receipts r where r.org_id = d.org_id and r.was_active and r.at > d.offboarded_since)`,
  'a group that counts other members than it has': `
    select g.group_id from directory_groups g
    where g.members <> (select count(*) from directory_members m where m.org_id = g.org_id and m.group_id = g.group_id)`,
  'facts without a group that the user is in, or with one that it is not in': `
    select d.user_id from directory_users d
    join identities i on i.org_id = d.org_id and i.user_id = d.user_id and i.identity_provider = '@directory'
    where (
      select coalesce(array_agg(said order by said), '{}')
      from jsonb_array_elements_text(coalesce(i.facts->'groupIds', '[]')) said
    ) <> (
      select coalesce(array_agg(distinct id order by id), '{}')
      from directory_members m
      join directory_groups g using (org_id, group_id)
      cross join unnest(array_remove(array[g.group_id::text, g.external_id], null)) id
      where m.org_id = d.org_id and m.user_id = d.user_id)`,
  'a session of somebody who may not sign in': `
    select s.user_id from sessions s join users u using (org_id, user_id) where u.status = 'disabled'`,
  'a user without an audit event': `
    select d.user_id from directory_users d
    where not exists (select from audit_events a where a.org_id = d.org_id and a.subject = d.user_id::text)`,
  'a deactivated user without a receipt, unless created so': `
    select d.user_id from directory_users d
    where not d.active and d.version > 1
      and not exists (select from offboarding_receipts r where r.org_id = d.org_id and r.user_id = d.user_id)`,
  'a receipt of a deletion whose user is there': `
    select r.user_id from offboarding_receipts r join users u using (org_id, user_id) where r.cause = 'deleted'`,
  'an audit chain with a gap': `
    select h.org_id from audit_heads h
    where h.seq <> (select count(*) from audit_events a where a.org_id = h.org_id)
      or h.hash <> (select a.hash from audit_events a where a.org_id = h.org_id and a.seq = h.seq)`,
};

/** TEST ONLY. What the rows of directories say that cannot all be true; empty = nothing. `owner` sees all organizations. */
export async function directoryContradictions(owner: pg.Client | pg.Pool): Promise<readonly string[]> {
  const found: string[] = [];
  for (const [meaning, query] of Object.entries(CONTRADICTIONS)) {
    const { rows } = await owner.query<Record<string, string>>(query);
    for (const row of rows) found.push(`${meaning}: ${Object.values(row).join()}`);
  }
  return found;
}

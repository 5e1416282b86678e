import type { Statement } from '../sql.ts';

export const OWN_ACCOUNT: Statement = {
  name: 'identities.own-account',
  text: `
select s.user_id, s.opened_at,
  coalesce((
    select json_agg(json_build_object('identityProvider', i.identity_provider, 'email', i.facts -> 'email') order by
                    i.identity_provider, i.last_login_at desc)
    from identities i
    where i.org_id = $1 and i.user_id = s.user_id and i.identity_provider <> '@directory'), '[]') as identities
from sessions s
join users u on u.org_id = $1 and u.user_id = s.user_id and u.status = 'active'
where s.org_id = $1 and s.token_hash = $2 and s.expires_at > $3 and s.idle_expires_at > $3`,
};

/** Before `LINK_OWN`, in a statement of its own: that one has to see what whoever held the user's row has done to its sessions. */
export const HOLD_OWNER: Statement = {
  name: 'identities.hold-owner',
  text: `select from users where org_id = $1 and user_id = $2 and status = 'active' for update`,
};

/** Nothing is linked when the subject is somebody's already, the user has an identity there, or the session is over. */
export const LINK_OWN: Statement = {
  name: 'identities.link-own',
  text: `
with present as (
  select u.user_id from users u, sessions s
  where u.org_id = $1 and u.user_id = $2 and u.status = 'active'
    and s.org_id = $1 and s.token_hash = $8 and s.user_id = u.user_id and s.expires_at > $7 and s.idle_expires_at > $7
    and (s.identity_provider = '@password' or exists (
      select from identity_provider_metadata m
      where m.org_id = $1 and m.identity_provider = s.identity_provider and m.enabled))
), linked as (
  insert into identities (org_id, user_id, identity_provider, name_id_format, name_id, facts, last_login_at)
  select $1, user_id, $3, $4, $5, $6, $7 from present
  where not exists (select from identities where org_id = $1 and user_id = $2 and identity_provider = $3)
  on conflict do nothing
  returning user_id
)
select exists (select from present) as present, exists (select from linked) as linked`,
};

/** Ends the sessions that were opened by it as well. */
export const UNLINK_OWN: Statement = {
  name: 'identities.unlink-own',
  text: `
with unlinked as (
  delete from identities where org_id = $1 and user_id = $2 and identity_provider = $3 returning 1
), ended as (
  delete from sessions where org_id = $1 and user_id = $2 and identity_provider = $3 returning 1
)
select (select count(*) from unlinked)::int as identities, (select count(*) from ended)::int as sessions`,
};

/**
 * A login by an identity that decides nothing: the user's profile, grants and deciding identity stay. Locks the user's row, as
 * every login does; no row comes back when the user is disabled.
 */
export const RECORD_LINKED_LOGIN: Statement = {
  name: 'identities.record-linked-login',
  text: `
with present as materialized (
  select user_id from users where org_id = $1 and user_id = $2 and status <> 'disabled' for no key update
)
update identities i set facts = $6, last_login_at = $7
from present p
where i.org_id = $1 and i.user_id = p.user_id and i.identity_provider = $3 and i.name_id_format = $4 and i.name_id = $5
returning i.user_id`,
};

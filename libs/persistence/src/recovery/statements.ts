import type { Statement } from '../sql.ts';

export const OPEN_RECOVERY: Statement = {
  name: 'recovery.open',
  text: `
insert into recovery_sessions (org_id, token_hash, address_key, opened_at, expires_at, admin_id)
values ($1, $2, $3, $4, $5, $6)`,
};

/** Good while the address is a recovery admin of the document that is live, and no user of it is disabled. */
export const CHECK_RECOVERY: Statement = {
  name: 'recovery.check',
  text: `
select o.name as organization, r.address_key, r.expires_at, r.admin_id, o.revision, (
    select a.place::integer
    from jsonb_array_elements_text(v.document->'spec'->'login'->'recoveryAdmins') with ordinality a(address, place)
    where a.address = r.address_key) as place
from recovery_sessions r
join organizations o on o.org_id = r.org_id
join revisions v on v.org_id = o.org_id and v.number = o.revision
where r.org_id = $1 and r.token_hash = $2 and r.expires_at > $3
  and v.document->'spec'->'login'->'recoveryAdmins' ? r.address_key
  and not exists (select from users u where u.org_id = $1 and u.email_key = r.address_key and u.status = 'disabled')`,
};

export const OFF_BOARDED: Statement = {
  name: 'recovery.off-boarded',
  text: `
select distinct email_key as address_key from users
where org_id = $1 and email_key = any($2::text[]) and status = 'disabled'`,
};

export const END_RECOVERY: Statement = {
  name: 'recovery.end',
  text: 'delete from recovery_sessions where org_id = $1 and token_hash = $2 returning address_key',
};

/** By identity provider: when somebody last got in through it. */
export const LAST_SIGN_INS: Statement = {
  name: 'recovery.last-sign-ins',
  text: 'select identity_provider, at from sso_evidence where org_id = $1 order by identity_provider',
};

select u.user_id, u.status, u.email, u.given_name, u.family_name, u.display_name,
  case when d.user_id is not null then jsonb_build_object('by', u.deciding_identity_provider, 'facts', (
    select f.facts from identities f
    where f.org_id = $1 and f.identity_provider = u.deciding_identity_provider
      and f.name_id_format = u.deciding_name_id_format and f.name_id = u.deciding_name_id)) end as directory, u.email_key, l.password_hash, l.password_changed_at, l.totp_confirmed_at is not null as totp,
  (select count(*)::integer from recovery_codes c where c.org_id = $1 and c.user_id = u.user_id) as recovery_codes,
  array(select distinct i.identity_provider from identities i
    where i.org_id = $1 and i.user_id = u.user_id and i.identity_provider <> '@directory' order by 1) as identity_providers, l.user_id is not null as has_account
from users u left join directory_users d on d.org_id = $1 and d.user_id = u.user_id
left join local_accounts l on l.org_id = $1 and l.user_id = u.user_id and l.email_key = u.email_key
where u.org_id = $1 and u.email_key is not null and u.user_id = $2

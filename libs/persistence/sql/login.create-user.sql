with created as (
  insert into users (org_id, user_id, email, given_name, family_name, display_name, deciding_identity_provider,
                     deciding_name_id_format, deciding_name_id, created_at, updated_at)
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $11, $11)
)
insert into identities (org_id, user_id, identity_provider, name_id_format, name_id, facts, last_login_at)
values ($1, $2, $7, $8, $9, $10, $11)
on conflict do nothing
returning user_id

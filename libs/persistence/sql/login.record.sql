with identity as (
  update identities set facts = $10, last_login_at = $11
  where org_id = $1 and identity_provider = $7 and name_id_format = $8 and name_id = $9 and user_id = $2
)
update users
set status = 'active', email = $3, given_name = $4, family_name = $5, display_name = $6, deciding_identity_provider = $7,
    deciding_name_id_format = $8, deciding_name_id = $9, updated_at = $11
where org_id = $1 and user_id = $2 and status <> 'disabled'
  and ($12 or deciding_identity_provider is distinct from '@directory')
returning user_id

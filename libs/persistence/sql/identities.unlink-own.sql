with unlinked as (
  delete from identities where org_id = $1 and user_id = $2 and identity_provider = $3 returning 1
), ended as (
  delete from sessions where org_id = $1 and user_id = $2 and identity_provider = $3 returning 1
)
select (select count(*) from unlinked)::int as identities, (select count(*) from ended)::int as sessions

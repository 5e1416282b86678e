select org_id from organization_registry where name = $1
union all
select org_id from organization_previous_names where name = $1
limit 1

insert into used_assertions (org_id, identity_provider, assertion_id, replayable_until)
values ($1, $2, 'logout:' || $3, $4)
on conflict do nothing
returning assertion_id

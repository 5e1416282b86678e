select array(select o.org_id from forward_origins o where o.origin = $1 limit 2)::text[] as organizations,
  (select o.application from forward_origins o where o.origin = $1 and o.org_id = $2) as application

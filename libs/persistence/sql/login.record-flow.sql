insert into flow_records (org_id, trace_id, kind, identity_provider, started_at, finished_at, outcome, code, must_act,
                          user_id, steps)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
on conflict do nothing

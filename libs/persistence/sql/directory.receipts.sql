select receipt_id, user_id, at, actor, cause, sessions, identities, grants, groups, sign_ins, links, devices,
  recovery_sessions, applications, forward_auth, effective_at, milliseconds
from offboarding_receipts
where org_id = $1 and ($2::timestamptz is null or at < $2)
order by at desc
fetch first $3 rows with ties

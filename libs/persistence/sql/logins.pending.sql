select trace_id, mode
from login_transactions
where org_id = $1 and request_id = $2 and handle_hash is null
limit 1

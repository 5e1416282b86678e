select session_token_hash from forward_sessions
where org_id = $1 and token_hash = $2 and origin = $3 and flow_hash is null

delete from pending_sign_ins where org_id = $1 and handle_hash = $2

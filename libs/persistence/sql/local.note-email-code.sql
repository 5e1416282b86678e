update pending_sign_ins set email_code_hash = $3 where org_id = $1 and handle_hash = $2

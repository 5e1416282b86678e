select from known_devices where org_id = $1 and user_id = $2 and device_hash = $3

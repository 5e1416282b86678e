select purge_local_sign_ins($1, $2)::integer as "localSignIns"

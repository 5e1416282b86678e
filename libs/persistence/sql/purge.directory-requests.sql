select purge_directory_requests($1, $2)::integer as requests

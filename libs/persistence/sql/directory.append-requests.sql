select directory_append_requests($1)

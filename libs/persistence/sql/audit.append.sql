select audit_append($1, $2)

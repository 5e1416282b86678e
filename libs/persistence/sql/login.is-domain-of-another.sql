select exists (select from email_domains where domain = $2 and org_id <> $1) as taken

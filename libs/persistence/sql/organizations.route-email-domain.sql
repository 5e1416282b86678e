select org_id from email_domains where domain = $1

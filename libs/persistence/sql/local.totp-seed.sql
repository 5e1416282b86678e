select totp_secret, totp_confirmed_at is not null as confirmed, totp_last_step
from local_accounts where org_id = $1 and user_id = $2 and totp_secret is not null

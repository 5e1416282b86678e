import type { Statement } from '../sql.ts';

export const AUTHENTICATE: Statement = {
  name: 'directory.authenticate',
  text: 'select directory_authenticate($1, $2, $3) as token',
};

/** Keeps others from issuing, and an apply from replacing the document, until the end of the transaction. */
export const LOCK_LIVE_REVISION: Statement = {
  name: 'directory.lock-live-revision',
  text: 'select from organizations where org_id = $1 and revision = $2 for no key update',
};

const COLUMNS = 'token_id, name, created_at, created_by, rotate_at, expires_at, last_used_at, revoked_at';

/** Those of the name that are alive, now ending after the overlap at the latest. */
export const END_FORMER_TOKENS: Statement = {
  name: 'directory.end-former-tokens',
  text: `
update directory_tokens set expires_at = least(expires_at, $4::timestamptz)
where org_id = $1 and name = $2 and revoked_at is null and expires_at > $3::timestamptz`,
};

export const INSERT_TOKEN: Statement = {
  name: 'directory.insert-token',
  text: `
insert into directory_tokens (org_id, token_id, name, token_hash, created_by, created_at, rotate_at, expires_at)
values ($1, $2, $3, $4, $5, $6, $7, $8)
returning ${COLUMNS}`,
};

export const LIST_TOKENS: Statement = {
  name: 'directory.list-tokens',
  text: `
select ${COLUMNS}
from directory_tokens
where org_id = $1
order by created_at desc, token_id desc
limit 200`,
};

export const REVOKE_TOKEN: Statement = {
  name: 'directory.revoke-token',
  text: `
update directory_tokens set revoked_at = $3
where org_id = $1 and token_id = $2 and revoked_at is null and expires_at > $3
returning name`,
};

/** How many tokens are alive under each of these names. */
export const COUNT_TOKENS: Statement = {
  name: 'directory.count-tokens',
  text: `
select name, count(*)::integer as tokens
from directory_tokens
where org_id = $1 and name = any($2::text[]) and revoked_at is null and expires_at > $3
group by name
order by name collate "C"`,
};

export const REVOKE_TOKENS: Statement = {
  name: 'directory.revoke-tokens',
  text: `
update directory_tokens set revoked_at = $3
where org_id = $1 and name = any($2::text[]) and revoked_at is null and expires_at > $3
returning token_id, name`,
};

export const RENAME_TOKENS: Statement = {
  name: 'directory.rename-tokens',
  text: 'update directory_tokens set name = $3 where org_id = $1 and name = $2',
};

export const TOKENS_DUE: Statement = {
  name: 'directory.tokens-due',
  text: 'select organization, name, rotate_at, expires_at from directory_tokens_due($1, $2)',
};

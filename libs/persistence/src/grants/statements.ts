import type { Statement } from '../sql.ts';

/** Users, revision, grants, memberships (JSON arrays), time; returns what changed. */
export const REPLACE_GRANTS: Statement = {
  name: 'grants.replace',
  text: 'select * from replace_grants($1, $2, $3, $4, $5, $6)',
};

/** A known user's login: profile, subject and facts as in `login.record`, then as in `grants.replace`. */
export const STORE_LOGIN: Statement = {
  name: 'grants.store-login',
  text: 'select * from store_login($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)',
};

/**
 * Rights of an API token, and of what a trusted issuer's tokens are exchanged for. `domains.assert` = may vouch for e-mail
 * domains (`verification: asserted`); `flows.read` = may read how logins ended, which can show what an identity provider said of a
 * user; `users.read` = may read who the users are and what they hold; `users.write` = may invite, deactivate and
 * delete them and edit their roles; `audit.read` = may read the audit log; `directory.read` = may read the request log of a directory; `directory.tokens` = may have its tokens made and ended, which
 * let in whoever decides about users; `directory.release` = may let removals through that the brake holds; `platform.apply` = may
 * change `kind: Platform`, and so who else gets which of these rights; `organizations.write` = may change documents past git where no
 * collection declares a field; `organizations.override` = may also change declared fields, for seven days at most (break-glass).
 */
export const API_RIGHTS = [
  'organizations.read',
  'organizations.write',
  'organizations.override',
  'plan',
  'apply',
  'domains.assert',
  'flows.read',
  'users.read',
  'users.write',
  'audit.read',
  'directory.read',
  'directory.tokens',
  'directory.release',
  'platform.apply',
] as const;

export type ApiRight = (typeof API_RIGHTS)[number];

/** Of what belongs to the whole deployment: nobody who is held to some organizations may have them. */
export const DEPLOYMENT_RIGHTS: readonly ApiRight[] = ['platform.apply'];

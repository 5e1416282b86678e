import type { Statement } from '../sql.ts';

/** Ids. */
export const READ_DIRECTORY_USERS: Statement = {
  name: 'directory.read-users',
  text: 'select * from directory_read_users($1, $2)',
};

/** Revision, users as they are to be. A row for each. */
export const CREATE_DIRECTORY_USERS: Statement = {
  name: 'directory.create-users',
  text: 'select outcome, user_id, attribute from directory_create_users($1, $2, $3) order by "position"',
};

export const ADOPT_USER: Statement = {
  name: 'directory.adopt-user',
  text: 'select directory_adopt_user($1, $2, $3, $4, $5, $6) as adopted',
};

/** What going away takes, time. */
export const HOLD_ADOPTED: Statement = {
  name: 'directory.hold-adopted',
  text: 'select directory_hold_adopted($1, $2, $3, $4) as hold',
};

/** Users as they are to be, whether to wait for who is locked. A row for each. */
export const REPLACE_DIRECTORY_USERS: Statement = {
  name: 'directory.replace-users',
  text: 'select * from directory_replace_users($1, $2, $3) as result',
};

/** Revision, users with what their going away takes, whether to wait for who is locked. A row for each. */
export const DEACTIVATE_USERS: Statement = {
  name: 'directory.deactivate-users',
  text: 'select * from directory_deactivate_users($1, $2, $3, $4) as result',
};

export const DELETE_DIRECTORY_USER: Statement = {
  name: 'directory.delete-user',
  text: 'select * from directory_delete_user($1, $2, $3, $4, $5, $6)',
};

export const DIRECTORY_GROUP: Statement = {
  name: 'directory.group',
  text: 'select * from directory_group($1, $2, $3)',
};

/** Kind, group id, expected version, attributes, members to replace by, to add, to remove, how names and members are checked, time. */
export const CHANGE_GROUP: Statement = {
  name: 'directory.change-group',
  text: 'select * from directory_change_group($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)',
};

/** Group, who is to come and to go. */
export const MEMBER_STATES: Statement = {
  name: 'directory.member-states',
  text: 'select directory_member_states($1, $2, $3, $4) as states',
};

/** Group, its facts, revision, users as decided, brake, audit events, time. */
export const CHANGE_MEMBERS: Statement = {
  name: 'directory.change-members',
  text: 'select directory_change_members($1, $2, $3, $4, $5, $6, $7, $8) as result',
};

export const USER_STATES: Statement = {
  name: 'directory.user-states',
  text: 'select * from directory_user_states($1, $2)',
};

/** Revision, users, grants, memberships (JSON arrays), time. */
export const STORE_ACCESS: Statement = {
  name: 'directory.store-access',
  text: 'select directory_store_access($1, $2, $3, $4, $5, $6)',
};

/** Group, users who lose sso_admin, brake, time. Before the group's change ends. */
export const GROUP_TAKES_LAST: Statement = {
  name: 'directory.group-takes-last',
  text: 'select directory_group_takes_last($1, $2, $3, $4, $5) as user_id',
};

/** User, brake, what going away takes, time. */
export const HOLD_LAST_SSO_ADMIN: Statement = {
  name: 'directory.hold-last-sso-admin',
  text: "select directory_hold($1, $2, 'last_sso_admin', $3, $4, $5) as hold_id",
};

/** How many members came, how many groups, then as in `directory.store-access`, audit events, time. */
export const FINISH_GROUP: Statement = {
  name: 'directory.finish-group',
  text: 'select directory_finish_group($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) as version',
};

export const DIRECTORY_COUNTS: Statement = {
  name: 'directory.counts',
  text: 'select users, active_users, groups from directories where org_id = $1',
};

/** Whole moments, so that the next page, before the last one's, leaves nobody out: more rows than asked for when many went at once. */
export const OFFBOARDING_RECEIPTS: Statement = {
  name: 'directory.receipts',
  text: `
select receipt_id, user_id, at, actor, cause, sessions, identities, grants, groups, sign_ins, links, devices,
  recovery_sessions, applications, forward_auth, effective_at, milliseconds
from offboarding_receipts
where org_id = $1 and ($2::timestamptz is null or at < $2)
order by at desc
fetch first $3 rows with ties`,
};

export const DIRECTORY_HOLDS: Statement = {
  name: 'directory.holds',
  text: `
select hold_id, reason, user_id, at, released_at, released_by
from directory_holds
where org_id = $1
order by at desc, hold_id
limit 100`,
};

export const OPEN_HOLDS: Statement = {
  name: 'directory.open-holds',
  text: 'select count(*)::integer as holds from directory_holds where org_id = $1 and released_at is null and at > $2',
};

/** No row comes back when it is unknown or released already. */
export const RELEASE_HOLD: Statement = {
  name: 'directory.release-hold',
  text: `
update directory_holds set released_at = $3, released_by = $4
where org_id = $1 and hold_id = $2 and released_at is null
returning reason`,
};

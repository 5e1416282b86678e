/** The transaction-local setting that says whose rows a statement may see; unset = nobody's. */
export const ORGANIZATION_SETTING = 'rolecall.organization_id';

/** True for rows of the organization that the transaction works for. After a reset the setting is '' and not null. */
const OWN_ROWS = `org_id = nullif(current_setting('${ORGANIZATION_SETTING}', true), '')::uuid`;

/**
 * What every table with an `org_id` in its key carries: row-level security that binds the owner too, and one policy. It is
 * the second wall; the first is that every statement names the organization.
 */
export const OWN_ORGANIZATION_ONLY = {
  rowLevelSecurity: 'force' as const,
  policies: [{ name: 'own_organization', using: OWN_ROWS, check: OWN_ROWS }],
};

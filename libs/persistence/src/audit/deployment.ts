/**
 * Stands for the deployment where an organization's id stands: the audit chain of what belongs to none of them. No organization
 * has it, since their ids are of version 7.
 */
export const DEPLOYMENT = '00000000-0000-0000-0000-000000000000';

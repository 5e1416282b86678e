/* The ports of this library, one file per subject: what the apps ask, and what they get. */
export * from './stores/organizations.ts';
export * from './stores/logins.ts';
export * from './stores/people.ts';
export * from './stores/sessions.ts';
export * from './stores/flows.ts';
export * from './stores/local-accounts.ts';
export * from './stores/one-time-links.ts';
export * from './stores/organization-transaction.ts';
export * from './stores/logouts.ts';
export * from './stores/api-tokens.ts';
export * from './stores/domains.ts';
export * from './stores/expiry.ts';
export * from './stores/limits.ts';
export * from './stores/mails.ts';
export * from './stores/directory.ts';
export * from './stores/directory-tokens.ts';
export * from './stores/directory-requests.ts';

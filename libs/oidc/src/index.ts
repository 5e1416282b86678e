export type { OidcConnection } from './connection.ts';
export { OidcError } from './errors.ts';
export type { VerifiedIdToken } from './id-token.ts';

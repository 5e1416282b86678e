export type { VerifiedAssertion } from './assertion.ts';
export type { IdpMetadata, SamlConnection, SigningKey } from './connection.ts';
export { SamlError } from './errors.ts';
export type { Acceptance, OneTimeStore } from './one-time-store.ts';

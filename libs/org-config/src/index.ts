export { canonicalJson } from './canonical/canonical-json.ts';
export { documentDigest, normalize } from './canonical/normalize.ts';
export * from './diagnostic.ts';
export * from './document.ts';
export { durationSeconds } from './duration.ts';
export { effective, policyOf, type EffectiveIdentityProvider, type EffectiveOrganization } from './effective.ts';

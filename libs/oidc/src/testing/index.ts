export type { Misbehaviour } from './misbehaviour.ts';
export { TestOpenIdProvider, type TestProviderOptions } from './test-open-id-provider.ts';
export { compactJws, jwkOf, testKey } from './test-provider-keys.ts';

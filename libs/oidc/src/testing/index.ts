export type { Misbehaviour } from './misbehaviour.ts';
export { TestOpenIdProvider, type TestProviderOptions } from './test-open-id-provider.ts';
export { testKey } from './test-provider-keys.ts';

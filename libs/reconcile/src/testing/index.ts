export { memoryFingerprintKey } from './memory-organization.ts';
export { MemoryStateStore } from './memory-state-store.ts';
export type { TestUser } from './memory-state-store.ts';
export { leaseContract } from './leases.contract.ts';
export { onceContract } from './once.contract.ts';
export { platformContract } from './platform.contract.ts';
export { stateStoreContract } from './state-store.contract.ts';
export type { StateStoreHarness } from './contract/store-under-test.ts';

import { leaseContract } from '../testing/leases.contract.ts';
import { MemoryStateStore } from '../testing/memory-state-store.ts';

leaseContract('memory', () => {
  const store = new MemoryStateStore();
  return Promise.resolve({ leases: store.leases, store, close: () => Promise.resolve() });
});

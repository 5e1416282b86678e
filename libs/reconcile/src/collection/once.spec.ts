import { MemoryStateStore } from '../testing/memory-state-store.ts';
import { onceContract } from '../testing/once.contract.ts';

onceContract('memory', () => {
  const store = new MemoryStateStore();
  return Promise.resolve({ store, savePlan: (plan) => store.savePlan(plan), close: () => Promise.resolve() });
});

import { MemoryOneTimeStore } from './memory-one-time-store.ts';
import { oneTimeStoreContract } from './one-time-store-contract.ts';

oneTimeStoreContract('memory', async () => {
  const store = new MemoryOneTimeStore();
  return { store, begin: (request) => store.begin(request) };
});

import { MemoryStateStore } from './memory-state-store.ts';
import { platformContract } from './platform.contract.ts';
import { stateStoreContract } from './state-store.contract.ts';
import type { StateStoreHarness } from './contract/store-under-test.ts';

const make = (): Promise<StateStoreHarness> => {
  const store = new MemoryStateStore();
  return Promise.resolve({
    store,
    addUser: (organization, user) => Promise.resolve(store.addUser(organization, user)),
    addEvidence: (organization, identityProvider, evidence) =>
      Promise.resolve(store.addEvidence(organization, identityProvider, evidence)),
    addDirectoryToken: (organization, token) => Promise.resolve(store.addDirectoryToken(organization, token)),
    addApplicationSignIn: (organization, at) =>
      Promise.resolve(store.addApplicationSignIn(organization, 'client' in at ? at.client : at.origin)),
    addWorkloadToken() {
      const id = `token-${store.workloadTokens().length}`;
      const identity = { issuer: 'https://ci.example', audience: 'https://rolecall.example', claims: {} };
      store.addWorkloadToken({ id, identity, rights: ['plan'], organizations: undefined });
      return Promise.resolve(id);
    },
    close: () => Promise.resolve(),
  });
};

stateStoreContract('memory', make);
platformContract('memory', make);

/// <reference types="jest" />
import { declarationContract } from './contract/declarations.contract.ts';
import { organizationContract } from './contract/organizations.contract.ts';
import { routeContract } from './contract/routes.contract.ts';
import { signInContract } from './contract/sign-ins.contract.ts';
import { userContract } from './contract/users.contract.ts';
import { StoreUnderTest } from './contract/store-under-test.ts';
import type { StateStoreHarness } from './contract/store-under-test.ts';

/** What every StateStore does, in memory and on PostgreSQL. Call it at the top level of a spec file. */
export function stateStoreContract(name: string, make: () => Promise<StateStoreHarness>): void {
  describe(`state store contract: ${name}`, () => {
    const under = new StoreUnderTest(make);
    organizationContract(under);
    routeContract(under);
    userContract(under);
    signInContract(under);
    declarationContract(under);
  });
}

import { v7 as uuidv7 } from 'uuid';
import { platformContract, stateStoreContract } from '@rolecall/reconcile/testing';
import type { StateStoreHarness } from '@rolecall/reconcile/testing';
import { testDatabase } from '../testing/index.ts';

const NOW = new Date('2026-11-21T10:00:00Z');
const FORMAT = 'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent';

const make = async (): Promise<StateStoreHarness> => {
  const { database, drop } = await testDatabase();
  return {
    store: database.reconcileState({ actor: 'ci', now: NOW }),
    close: drop,
    async addEvidence(organization, identityProvider, { connectionDigest, at }) {
      const { organizationId } = (await database.registry.record(organization))!;
      const kind = 'login' as const;
      await database.ssoEvidence.record({ organizationId, identityProvider, connectionDigest, revision: 1, kind, at });
    },
    async addDirectoryToken(organization, name) {
      const { organizationId, revision } = (await database.registry.record(organization))!;
      const token = { name, revision, rotateSeconds: 86_400, overlapSeconds: 3_600 };
      await database.directoryTokens.issue(organizationId, token, { by: 'ci', now: NOW });
    },
    async addUser(organization, { identityProvider, facts, email, grants = [], groups = [] }) {
      const record = await database.registry.record(organization);
      const sources = [{ kind: 'default' as const, name: 'jit.defaults' }];
      return database.inOrganization(record!.organizationId, async (tx) => {
        const subject = { identityProvider, nameId: { value: uuidv7(), format: FORMAT } };
        const { user } = await tx.createUser(subject, { ...(email !== undefined && { email }) }, facts, NOW);
        const held = grants.map((grant) => ({ ...grant, sources }));
        const joined = groups.map((group) => ({ group, sources }));
        await tx.replaceGrants(user.userId, record!.revision, held, joined, NOW);
        return user.userId;
      });
    },
  };
};

stateStoreContract('postgresql', make);
platformContract('postgresql', make);

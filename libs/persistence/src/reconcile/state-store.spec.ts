import { randomBytes } from 'node:crypto';
import { v7 as uuidv7 } from 'uuid';
import { platformContract, stateStoreContract } from '@rolecall/reconcile/testing';
import type { StateStoreHarness } from '@rolecall/reconcile/testing';
import { localSubject } from '../stores.ts';
import type { OrganizationTransaction } from '../stores.ts';
import { connected } from '../testing/fixture.ts';
import { workloadToken } from '../testing/workload-token.ts';
import { testDatabase } from '../testing/index.ts';

const NOW = new Date('2026-11-21T10:00:00Z');
const FORMAT = 'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent';

function openSession(
  tx: OrganizationTransaction,
  userId: string,
  how: 'password' | 'sso',
  revision: number,
  tokenHash = randomBytes(32),
) {
  const sso = { identityProvider: 'okta', nameId: { value: userId, format: FORMAT } };
  return tx.openSession({
    tokenHash,
    userId,
    subject: how === 'sso' ? sso : localSubject(userId),
    sessionIndex: undefined,
    openedAt: NOW,
    expiresAt: new Date(NOW.getTime() + 3_600_000),
    idleSeconds: 600,
    announcement: undefined,
    ...(how === 'password' && { revision }),
  });
}

async function addSecondFactor(tx: OrganizationTransaction, who: { userId: string; addressKey: string }) {
  await tx.accounts.setPassword({ ...who, hash: 'phc', now: NOW, mailbox: 'proved' });
  await tx.accounts.proposeTotp(who.userId, Buffer.from('seed'));
  await tx.accounts.confirmTotp(who.userId, 1, NOW);
}

const make = async (): Promise<StateStoreHarness> => {
  const { database, drop, ownerUrl } = await testDatabase();
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
    async addApplicationSignIn(organization, at) {
      const { organizationId, revision } = (await database.registry.record(organization))!;
      const hash = randomBytes(32);
      await database.inOrganization(organizationId, async (tx) => {
        const subject = { identityProvider: 'okta', nameId: { value: uuidv7(), format: FORMAT } };
        const { user } = await tx.createUser(subject, {}, {}, NOW);
        await openSession(tx, user.userId, 'sso', revision, hash);
      });
      await connected(ownerUrl, async (owner) => {
        await owner.query(`select set_config('rolecall.organization_id', $1, false)`, [organizationId]);
        if ('origin' in at) {
          const cookie = 'insert into forward_sessions values ($1, $2, $2, $3, null, $4, null)';
          await owner.query(cookie, [organizationId, hash, at.origin, NOW]);
          return;
        }
        const grant = `insert into application_grants values ($1, $2, $3, $4, 'client', 'openid', $5)`;
        const token = `insert into application_tokens values ($1, $2, 'RefreshToken', $3, '{}', $4, $5)`;
        const id = uuidv7();
        await owner.query(grant, [organizationId, id, hash, at.client, NOW]);
        await owner.query(token, [organizationId, hash, id, NOW, new Date(NOW.getTime() + 60_000)]);
      });
    },
    async addWorkloadToken() {
      const exchanged = await database.workloadTokens.exchange(workloadToken(NOW));
      if (typeof exchanged === 'string') throw new Error(exchanged);
      return exchanged.id;
    },
    async addUser(organization, user) {
      const { identityProvider, facts, grants = [], groups = [], active = true, email } = user;
      const record = await database.registry.record(organization);
      const sources = [{ kind: 'default' as const, name: 'jit.defaults' }];
      const userId = await database.inOrganization(record!.organizationId, async (tx) => {
        const subject = { identityProvider, nameId: { value: uuidv7(), format: FORMAT } };
        const { user: created } = await tx.createUser(subject, email === undefined ? {} : { email }, facts, NOW);
        const held = grants.filter(({ edited }) => edited !== true).map((grant) => ({ ...grant, sources }));
        const joined = groups.map((group) => ({ group, sources }));
        await tx.replaceGrants(created.userId, record!.revision, held, joined, NOW);
        const source = { kind: 'app', by: 'token/1', at: NOW.toISOString() } as const;
        const edit = { source, revision: record!.revision, now: NOW };
        for (const { scope, role, edited } of grants)
          if (edited === true) await tx.users.grant([{ userId: created.userId, scope, role }], edit);
        if (user.secondFactor) await addSecondFactor(tx, { userId: created.userId, addressKey: email!.toLowerCase() });
        for (const how of user.sessions ?? []) await openSession(tx, created.userId, how, record!.revision);
        return created.userId;
      });
      const disable = `update users set status = 'disabled' where user_id = $1`;
      if (!active) await connected(ownerUrl, (owner) => owner.query(disable, [userId]));
      return userId;
    },
  };
};

stateStoreContract('postgresql', make);
platformContract('postgresql', make);

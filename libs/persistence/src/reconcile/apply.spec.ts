import { v7 as uuidv7 } from 'uuid';
import { verifyChain } from '@rolecall/audit';
import type { DecidedGrant } from '@rolecall/role-mapping';
import type { NewRevision, StateTransaction } from '@rolecall/reconcile';
import { openDatabase } from '../database.ts';
import type { OrganizationTransaction } from '../stores.ts';
import { actor, CREATE, decideBy, GROUPS, userBody } from '../testing/directory.ts';
import { connected, document, later, METADATA_XML, NOW, OKTA, subject, useTestDatabase } from '../testing/fixture.ts';
import { seedOrganization } from '../testing/index.ts';

const test = useTestDatabase();
const store = () => test.current.database.reconcileState({ actor: 'ci', now: NOW });
const commit = <T>(work: (state: StateTransaction) => Promise<T>) => store().transaction('commit', work);
const seed = (name: string, spec = OKTA, previously?: string[]) =>
  seedOrganization(test.current.database, document(name, spec, previously), { metadataXml: METADATA_XML });
const inOrganization = <T>(id: string, work: (tx: OrganizationTransaction) => Promise<T>) =>
  test.current.database.inOrganization(id, work);

function revision(changed: ReturnType<typeof document>): NewRevision {
  const identityProviders = { okta: { metadataXml: METADATA_XML } };
  return {
    document: changed,
    digest: `digest of ${changed.spec.displayName}`,
    origin: { actor: 'ci' },
    identityProviders,
  };
}

const grant = (role: string): DecidedGrant => ({
  scope: 'account/main',
  role,
  sources: [{ kind: 'rule', name: role }],
});

async function rowCounts(): Promise<Record<string, number>> {
  return connected(test.current.ownerUrl, async (owner) => {
    const tables = `select relname as name from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r'`;
    const counts: Record<string, number> = {};
    for (const { name } of (await owner.query<{ name: string }>(tables)).rows) {
      const { rows } = await owner.query<{ n: number }>(`select count(*)::integer as n from ${name}`);
      counts[name] = rows[0]!.n;
    }
    return counts;
  });
}

it('leaves nothing of a plan that does everything, and announces nothing', async () => {
  const { id } = await seed('planned');
  await inOrganization(id, (tx) => tx.createUser(subject('eve'), {}, {}, NOW));
  const before = await rowCounts();
  const heard: unknown[] = [];
  await connected(test.current.ownerUrl, async (listener) => {
    listener.on('notification', (message) => heard.push(message));
    await listener.query('listen rolecall_organization');
    await store().transaction('rollback', async (state) => {
      await state.collection('planned');
      await state.create({
        collection: 'planned',
        name: 'planned-2',
        revision: revision(
          document('planned-2', { ...OKTA, emailDomains: { 'p.example': { verification: 'asserted' } } }),
        ),
      });
      await state.rename(id, 'planned-1');
      await state.addRevision(id, 1, revision(document('planned-1')));
      for await (const users of state.users.facts(id)) {
        await state.users.replaceGrants(
          id,
          2,
          users.map(({ userId }) => ({ userId, grants: [grant('member')], groups: [] })),
        );
      }
      await state.audit(id, { type: 'organization.updated', data: { revision: 2 } });
      await state.saveFileDigests('planned', [{ path: 'a', digest: '1', organizations: ['planned-2'] }]);
    });
    await listener.query('select 1');
  });
  expect(await rowCounts()).toEqual(before);
  expect(heard).toEqual([]);
  expect(await test.current.database.registry.record('planned')).toMatchObject({ revision: 1 });
});

it('keeps no login waiting while a plan looks at the users', async () => {
  const { id } = await seed('looked-at');
  const { user } = await inOrganization(id, (tx) => tx.createUser(subject('eve'), {}, {}, NOW));
  await inOrganization(id, (tx) => tx.replaceGrants(user.userId, 1, [grant('member')], [], NOW));
  await store().transaction('rollback', async (state) => {
    await state.addRevision(id, 1, revision(document('looked-at')));
    for await (const users of state.users.facts(id)) {
      await state.users.replaceGrants(
        id,
        2,
        users.map(({ userId }) => ({ userId, grants: [], groups: [] })),
      );
    }
    await state.audit(id, { type: 'grants.changed', data: { revision: 2 } });
    await inOrganization(id, async (tx) => {
      await tx.recordLogin({ userId: user.userId, subject: subject('eve'), profile: {}, facts: {}, now: NOW });
      await tx.replaceGrants(user.userId, 1, [grant('sso_admin')], [], NOW);
      await tx.createUser(subject('mo'), {}, {}, NOW);
      const actor = { kind: 'user' as const, id: user.userId };
      await tx.audit([{ type: 'login.succeeded', at: NOW, actor, subject: user.userId, data: {} }]);
    });
  });
  expect(await inOrganization(id, (tx) => tx.auditTrail(0, 10))).toHaveLength(1);
});

it('reads what the directory says of its users, of an adopted one what an IdP said, and counts both', async () => {
  const { id } = await seed('provisioned');
  const { directory } = test.current.database;
  const { user } = await inOrganization(id, (tx) => {
    return tx.createUser(subject('mo'), { email: 'mo@acme.example' }, { groups: 'staff' }, NOW);
  });
  await directory.createUser(id, userBody('eve', { title: 'captain' }), CREATE, decideBy(), actor());
  const adopting = { ...CREATE, adoptEmail: 'mo@acme.example' };
  await directory.createUser(id, userBody('mo', { title: 'captain' }), adopting, decideBy(), actor());
  const [facts, users] = await store().transaction('rollback', async (state) => {
    const all = [];
    for await (const batch of state.users.facts(id)) all.push(...batch);
    return [all, await state.users.ofDirectory(id)];
  });
  expect(users).toBe(2);
  expect(facts).toEqual([
    { userId: user.userId, active: true, identityProvider: 'okta', facts: { groups: 'staff' }, grants: [], groups: [] },
    {
      userId: expect.any(String),
      active: false,
      identityProvider: '@directory',
      facts: expect.objectContaining({ userName: 'eve', groups: [] }),
      grants: [{ scope: 'account/main', role: 'captain' }],
      groups: [],
    },
  ]);
});

it('lets one of two applies of the same base through', async () => {
  const { id } = await seed('swapped');
  const other = await openDatabase({ url: test.current.url, masterKey: test.current.masterKey, poolSize: 2 });
  const attempts = [test.current.database, other].map((database, n) =>
    database
      .reconcileState({ actor: 'ci', now: NOW })
      .transaction('commit', (state) =>
        state.addRevision(id, 1, revision(document('swapped', { displayName: `${n}` }))),
      ),
  );
  const results = await Promise.allSettled(attempts);
  await other.close();
  expect(results.filter((result) => result.status === 'fulfilled')).toHaveLength(1);
  expect(results.find((result) => result.status === 'rejected')).toMatchObject({
    reason: { name: 'RevisionMovedError', organization: 'swapped', expected: 1, actual: 2 },
  });
});

it('writes who applied to the audit chain of each organization', async () => {
  const { id } = await seed('audited');
  await commit(async (state) => {
    await state.audit(id, { type: 'organization.renamed', data: { from: 'a', to: 'b' } });
    await state.audit(id, { type: 'organization.updated', data: { revision: 2, secret: 'x' } });
  });
  const trail = await inOrganization(id, (tx) => tx.auditTrail(0, 10));
  expect(trail).toMatchObject([
    { type: 'organization.renamed', at: NOW, actor: { kind: 'token', id: 'ci' }, subject: id, data: { to: 'b' } },
    { type: 'organization.updated', data: { revision: 2 } },
  ]);
  expect(trail[1]?.data).not.toHaveProperty('secret');
  expect(await verifyChain(trail)).toMatchObject({ ok: true, count: 2 });
});

describe('names', () => {
  it('that still route to a renamed organization are refused to another', async () => {
    const { id } = await seed('first');
    await commit(async (state) => {
      await state.rename(id, 'second');
      await state.addRevision(id, 1, revision(document('second', OKTA, ['first'])));
    });
    await expect(seed('first')).rejects.toMatchObject({ code: 'name_taken', pointer: '/metadata/name' });
    await expect(seed('third', OKTA, ['first'])).rejects.toMatchObject({
      code: 'name_taken',
      pointer: '/metadata/previously',
    });
    await expect(seed('third', OKTA, ['second'])).rejects.toMatchObject({ code: 'name_taken' });
    const { id: other } = await seed('fourth');
    await expect(commit((state) => state.rename(other, 'first'))).rejects.toMatchObject({ code: 'name_taken' });
    await expect(commit((state) => state.rename(other, 'second'))).rejects.toMatchObject({ code: 'name_taken' });
  });

  it('go to one of two organizations that want it at the same moment', async () => {
    const results = await Promise.allSettled([seed('wanted'), seed('wanted')]);
    expect(results.map((result) => result.status).toSorted()).toEqual(['fulfilled', 'rejected']);
    expect(results.find((result) => result.status === 'rejected')).toMatchObject({ reason: { code: 'name_taken' } });
  });

  it('come back to the organization that had them', async () => {
    const { id } = await seed('there');
    await commit(async (state) => {
      await state.rename(id, 'back');
      await state.addRevision(id, 1, revision(document('back', OKTA, ['there'])));
      await state.rename(id, 'there');
      await state.addRevision(id, 2, revision(document('there', OKTA, ['back'])));
    });
    const { organizations } = test.current.database;
    expect((await organizations.byName('there'))?.organizationId).toBe(id);
    expect((await organizations.byName('back'))?.organizationId).toBe(id);
  });

  it('and e-mail domains are all told when several are taken', async () => {
    const domains = {
      'd1.example': { verification: 'asserted' as const },
      'd2.example': { verification: 'asserted' as const },
    };
    await seed('owner-of-domains', { emailDomains: domains });
    const refused = seed('wants-domains', { emailDomains: domains });
    await expect(refused).rejects.toMatchObject({
      problems: [{ pointer: '/spec/emailDomains/d1.example' }, { pointer: '/spec/emailDomains/d2.example' }],
    });
  });
});

const DIRECTORY = [
  'directories',
  'directory_users',
  'directory_emails',
  'directory_groups',
  'directory_members',
  'directory_holds',
  'directory_requests',
  'offboarding_receipts',
];

/** A user, a group, a hold, a receipt and a request. */
async function useDirectory(id: string): Promise<void> {
  const { database, ownerUrl } = test.current;
  const how = { brake: undefined };
  for (const title of ['member', 'sso_admin']) {
    const made = await database.directory.createUser(id, userBody(title, { title }), CREATE, decideBy(), actor());
    const userId = 'user' in made ? made.user.userId : '';
    await database.directory.createGroup(id, { displayName: title }, [userId], GROUPS, decideBy(), actor());
    await database.directory.deleteUser(id, userId, undefined, how, actor());
  }
  await connected(ownerUrl, (owner) =>
    owner.query(
      `insert into directory_requests (org_id, at, request_id, token_name, method, route, status, outcome, quirks, attributes, milliseconds)
       values ($1, now(), 'r', 'okta', 'GET', '/Users', 200, 'read', '{}', '{}', 1)`,
      [id],
    ),
  );
}

it('deletes an organization with everything but its audit chain, and nothing of another', async () => {
  const [gone, stays] = [await seed('gone'), await seed('stays')];
  for (const { id } of [gone, stays]) {
    await inOrganization(id, async (tx) => {
      const { user } = await tx.createUser(subject('eve'), {}, {}, NOW);
      await tx.replaceGrants(user.userId, 1, [grant('member')], [], NOW);
    });
    await useDirectory(id);
  }
  await commit(async (state) => {
    await state.audit(gone.id, { type: 'organization.deleted', data: { name: 'gone' } });
    await state.delete(gone.id);
  });
  const left = await connected(test.current.ownerUrl, async (owner) => {
    const columns = `select table_name as name from information_schema.columns where column_name = 'org_id'`;
    const found: Record<string, string[]> = { gone: [], stays: [] };
    for (const { name } of (await owner.query<{ name: string }>(columns)).rows) {
      const ids = (await owner.query<{ org_id: string }>(`select org_id from ${name}`)).rows.map((row) => row.org_id);
      if (ids.includes(gone.id)) found['gone']!.push(name);
      if (ids.includes(stays.id)) found['stays']!.push(name);
    }
    return found;
  });
  expect(left['gone']!.toSorted()).toEqual(['audit_events', 'audit_heads']);
  expect(left['stays']).toEqual(
    expect.arrayContaining(['organizations', 'revisions', 'users', 'identities', 'grants', ...DIRECTORY]),
  );
  expect(await test.current.database.organizations.byId(gone.id)).toBeUndefined();
});

it('streams any number of users in batches of a thousand', async () => {
  const { id } = await seed('large');
  await connected(test.current.ownerUrl, (owner) =>
    owner.query(
      `with ids as (select gen_random_uuid() as user_id, n from generate_series(1, 2500) n),
         people as (insert into users (org_id, user_id, created_at, updated_at, deciding_identity_provider,
                      deciding_name_id_format, deciding_name_id)
                    select $1, user_id, now(), now(), 'okta', 'f', n::text from ids returning user_id)
       insert into identities select $1::uuid, 'okta', 'f', n::text, user_id, '{}', now() from ids`,
      [id],
    ),
  );
  const sizes: number[] = [];
  const ids = new Set<string>();
  await commit(async (state) => {
    for await (const users of state.users.facts(id)) {
      sizes.push(users.length);
      for (const user of users) ids.add(user.userId);
      const everyone = users.map(({ userId }) => ({ userId, grants: [grant('member')], groups: [] }));
      await state.users.replaceGrants(id, 1, everyone);
    }
  });
  expect(sizes).toEqual([1000, 1000, 500]);
  expect(ids.size).toBe(2500);
  const { rows } = await connected(test.current.ownerUrl, (owner) =>
    owner.query('select count(*)::integer as n from grants where org_id = $1', [id]),
  );
  expect(rows).toEqual([{ n: 2500 }]);
});

describe('a login while new rules are applied', () => {
  /** Applies revision 2, and calls `during` when the users were read and locked. */
  async function applying(id: string, name: string, during: () => Promise<void>): Promise<void> {
    await commit(async (state) => {
      await state.addRevision(id, 1, revision(document(name, { ...OKTA, displayName: 'new rules' })));
      for await (const users of state.users.facts(id)) {
        await during();
        const decided = users.map(({ userId }) => ({ userId, grants: [grant('by-new-rules')], groups: [] }));
        await state.users.replaceGrants(id, 2, decided);
      }
    });
  }
  const rolesOf = async (id: string) => {
    const { rows } = await connected(test.current.ownerUrl, (owner) =>
      owner.query<{ role: string }>('select role from grants where org_id = $1 order by role', [id]),
    );
    return rows.map((row) => row.role);
  };
  const waiting = async () => {
    const blocked = `select count(*)::integer as n from pg_stat_activity
                     where datname = current_database() and wait_event_type = 'Lock'`;
    for (let attempt = 0; attempt < 500; attempt += 1) {
      const { rows } = await connected(test.current.ownerUrl, (owner) => owner.query<{ n: number }>(blocked));
      if (rows[0]!.n > 0) return;
    }
    throw new Error('nobody waits');
  };

  it('waits, and is refused with what the old rules decided', async () => {
    const { id } = await seed('raced');
    const { user } = await inOrganization(id, (tx) => tx.createUser(subject('eve'), {}, {}, NOW));
    let login: Promise<unknown> = Promise.resolve();
    await applying(id, 'raced', async () => {
      login = inOrganization(id, async (tx) => {
        await tx.recordLogin({ userId: user.userId, subject: subject('eve'), profile: {}, facts: {}, now: later(1) });
        await tx.replaceGrants(user.userId, 1, [grant('by-old-rules')], [], later(1));
      }).catch((error: unknown) => error);
      await waiting();
    });
    expect(await login).toMatchObject({ code: 'stale_revision' });
    expect(await rolesOf(id)).toEqual(['by-new-rules']);
  });

  it('waits also when it creates the user', async () => {
    const { id } = await seed('raced-by-new-user');
    await inOrganization(id, (tx) => tx.createUser(subject('eve'), {}, {}, NOW));
    let login: Promise<unknown> = Promise.resolve();
    await applying(id, 'raced-by-new-user', async () => {
      login = inOrganization(id, async (tx) => {
        const { user } = await tx.createUser(subject(uuidv7()), {}, {}, later(1));
        await tx.replaceGrants(user.userId, 1, [grant('by-old-rules')], [], later(1));
      }).catch((error: unknown) => error);
      await waiting();
    });
    expect(await login).toMatchObject({ code: 'stale_revision' });
    expect(await rolesOf(id)).toEqual(['by-new-rules']);
  });
});

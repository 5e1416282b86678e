import { verifyChain } from '@rolecall/audit';
import type { AuditEvent } from '@rolecall/audit';
import type { DecidedGrant } from '@rolecall/role-mapping';
import type { FlowRecord, OrganizationTransaction } from '../stores.ts';
import { connected, document, later, METADATA_XML, NOW, subject, useTestDatabase } from '../testing/fixture.ts';
import { seedOrganization } from '../testing/index.ts';

const test = useTestDatabase();
const EVE = { email: 'eve@acme.example', givenName: 'Eve' };
const FACTS = { email: 'eve@acme.example', groups: ['a', 'b'] };

let made = 0;
async function organization(): Promise<string> {
  made += 1;
  const { id } = await seedOrganization(test.current.database, document(`acme-${made}`), { metadataXml: METADATA_XML });
  return id;
}

function inOrganization<T>(organizationId: string, work: (tx: OrganizationTransaction) => Promise<T>): Promise<T> {
  return test.current.database.inOrganization(organizationId, work);
}

const grant = (scope: string, role: string, rule = 'r'): DecidedGrant => ({
  scope,
  role,
  sources: [{ kind: 'rule', name: rule }],
});
const membership = (group: string) => ({ group, sources: [{ kind: 'rule' as const, name: 'r' }] });
const event = (subjectOf: string): AuditEvent => ({
  type: 'login.succeeded',
  at: NOW,
  actor: { kind: 'user', id: subjectOf },
  subject: subjectOf,
  data: { identityProvider: 'okta', revision: 1 },
  traceId: 'trace',
});

const held = (id: string) =>
  connected(test.current.ownerUrl, async (owner) => {
    const { rows } = await owner.query(
      'select scope, role, revision, granted_at, sources from grants where org_id = $1 order by scope, role',
      [id],
    );
    return rows as { role: string; granted_at: Date; sources: { name: string }[] }[];
  });

describe('users', () => {
  it('are created with their identity and found by it alone', async () => {
    const id = await organization();
    const { user, created } = await inOrganization(id, (tx) => tx.createUser(subject('eve'), EVE, FACTS, NOW));
    expect(created).toBe(true);
    expect(await inOrganization(id, (tx) => tx.findUserBySubject(subject('eve')))).toEqual(user);
    expect(user).toMatchObject({ status: 'active', profile: EVE });
    const others = [
      subject('Eve'),
      subject('eve', 'entra'),
      { ...subject('eve'), nameId: { value: 'eve', format: 'x' } },
    ];
    for (const other of others) expect(await inOrganization(id, (tx) => tx.findUserBySubject(other))).toBeUndefined();
  });

  it('are created once when one subject signs in twice at the same moment', async () => {
    const id = await organization();
    const logins = Array.from({ length: 6 }, () =>
      inOrganization(id, (tx) => tx.createUser(subject('eve'), EVE, FACTS, NOW)),
    );
    const results = await Promise.all(logins);
    expect(results.filter((result) => result.created)).toHaveLength(1);
    expect(new Set(results.map((result) => result.user.userId)).size).toBe(1);
    const { rows } = await connected(test.current.ownerUrl, (owner) =>
      owner.query('select user_id from users where org_id = $1', [id]),
    );
    expect(rows).toHaveLength(1);
  });

  it('get what the login gives them as they are created; a login that comes second gives nothing', async () => {
    const id = await organization();
    const access = { revision: 1, grants: [grant('s', 'a')], groups: [membership('g')] };
    const create = (given: typeof access) =>
      inOrganization(id, (tx) => tx.createUser(subject('eve'), EVE, FACTS, NOW, given));
    const changes = { granted: [{ scope: 's', role: 'a' }], revoked: [], joined: ['g'], left: [] };
    const { user, ...first } = await create(access);
    expect(first).toEqual({ created: true, changes });
    expect(await create({ ...access, grants: [grant('s', 'b')] })).toEqual({ user, created: false });
    expect(await held(id)).toMatchObject([{ role: 'a', granted_at: NOW, sources: [{ name: 'r' }] }]);
  });

  it('are not created by the rules of a replaced revision', async () => {
    const id = await organization();
    const access = { revision: 2, grants: [], groups: [] };
    const stale = inOrganization(id, (tx) => tx.createUser(subject('eve'), EVE, FACTS, NOW, access));
    await expect(stale).rejects.toMatchObject({ code: 'stale_revision' });
    expect(await inOrganization(id, (tx) => tx.findUserBySubject(subject('eve')))).toBeUndefined();
  });

  it('can be linked by e-mail, whatever its case, unless the IdP has an identity of theirs', async () => {
    const id = await organization();
    const { user } = await inOrganization(id, (tx) => tx.createUser(subject('eve'), EVE, FACTS, NOW));
    const linkable = (email: string, idp: string) => inOrganization(id, (tx) => tx.findLinkableUsers(email, idp));
    expect(await linkable('EVE@acme.example', 'entra')).toEqual([user]);
    expect(await linkable('eve@acme.example', 'okta')).toEqual([]);
    await inOrganization(id, (tx) => tx.linkIdentity(user.userId, subject('eve@entra', 'entra'), FACTS, NOW));
    expect(await linkable('eve@acme.example', 'entra')).toEqual([]);
    expect(await inOrganization(id, (tx) => tx.findUserBySubject(subject('eve@entra', 'entra')))).toEqual(user);
  });

  it('have the facts and the profile of the identity that signed in last', async () => {
    const id = await organization();
    const { user } = await inOrganization(id, (tx) => tx.createUser(subject('eve'), EVE, FACTS, NOW));
    const second = subject('eve@entra', 'entra');
    await inOrganization(id, async (tx) => {
      await tx.linkIdentity(user.userId, second, {}, NOW);
      await tx.recordLogin({
        userId: user.userId,
        subject: second,
        profile: { email: 'eve@new.example' },
        facts: { department: 'Support' },
        now: later(60),
      });
    });
    expect((await inOrganization(id, (tx) => tx.findUserBySubject(second)))?.profile).toEqual({
      email: 'eve@new.example',
    });
    const facts = await test.current.database
      .reconcileState({ actor: 'ci', now: NOW })
      .transaction('rollback', async (state) => {
        for await (const batch of state.users.facts(id)) return batch;
        return [];
      });
    expect(facts).toMatchObject([{ identityProvider: 'entra', facts: { department: 'Support' } }]);
  });
});

describe('a login of a user', () => {
  const login = (userId: string, takesOver?: true) => ({
    userId,
    subject: subject('eve'),
    profile: EVE,
    facts: FACTS,
    now: NOW,
    ...(takesOver && { takesOver }),
  });

  async function known(columns: string): Promise<{ id: string; userId: string }> {
    const id = await organization();
    const { user } = await inOrganization(id, (tx) => tx.createUser(subject('eve'), EVE, FACTS, NOW));
    const change = `update users set ${columns} where org_id = $1`;
    await connected(test.current.ownerUrl, (owner) => owner.query(change, [id]));
    return { id, userId: user.userId };
  }
  const statusOf = async (id: string) =>
    (await inOrganization(id, (tx) => tx.findUserBySubject(subject('eve'))))?.status;

  it.each(['storeLogin', 'recordLogin'] as const)('makes an invited user active: %s', async (how) => {
    const { id, userId } = await known(`status = 'invited'`);
    await inOrganization(id, async (tx) => {
      if (how === 'storeLogin') await tx.storeLogin(login(userId), 1, [], []);
      else await tx.recordLogin(login(userId));
    });
    expect(await statusOf(id)).toBe('active');
  });

  it.each([
    ['disabled', `status = 'disabled'`],
    ["the directory's to decide", `deciding_identity_provider = '@directory'`],
  ])('stores nothing when the user is %s by then', async (_, columns) => {
    const { id, userId } = await known(columns);
    const stored = inOrganization(id, (tx) => tx.storeLogin(login(userId), 1, [grant('s', 'a')], []));
    await expect(stored).rejects.toMatchObject({ code: 'user_changed' });
    const recorded = inOrganization(id, (tx) => tx.recordLogin(login(userId)));
    await expect(recorded).rejects.toMatchObject({ code: 'user_changed' });
  });

  it('takes over from a directory that the document has no more', async () => {
    const { id, userId } = await known(`deciding_identity_provider = '@directory'`);
    const changes = await inOrganization(id, (tx) => tx.storeLogin(login(userId, true), 1, [grant('s', 'a')], []));
    expect(changes.granted).toEqual([{ scope: 's', role: 'a' }]);
    await expect(inOrganization(id, (tx) => tx.recordLogin(login(userId)))).resolves.toBeUndefined();
  });
});

describe('replaceGrants', () => {
  async function someone(): Promise<{ id: string; userId: string }> {
    const id = await organization();
    const { user } = await inOrganization(id, (tx) => tx.createUser(subject('eve'), EVE, FACTS, NOW));
    return { id, userId: user.userId };
  }

  it('says what changed and keeps the time of what did not', async () => {
    const { id, userId } = await someone();
    const first = await inOrganization(id, (tx) =>
      tx.replaceGrants(userId, 1, [grant('s', 'b'), grant('s', 'a')], [membership('g')], NOW),
    );
    expect(first).toEqual({
      granted: [
        { scope: 's', role: 'a' },
        { scope: 's', role: 'b' },
      ],
      revoked: [],
      joined: ['g'],
      left: [],
    });
    const second = await inOrganization(id, (tx) =>
      tx.replaceGrants(userId, 1, [grant('s', 'a', 'other'), grant('s', 'c')], [membership('h')], later(60)),
    );
    expect(second).toEqual({
      granted: [{ scope: 's', role: 'c' }],
      revoked: [{ scope: 's', role: 'b' }],
      joined: ['h'],
      left: ['g'],
    });
    expect(await held(id)).toMatchObject([
      { role: 'a', granted_at: NOW, sources: [{ name: 'other' }] },
      { role: 'c', granted_at: later(60) },
    ]);
    const none = { granted: [], revoked: [], joined: [], left: [] };
    const again = [grant('s', 'a', 'other'), grant('s', 'c')];
    expect(await inOrganization(id, (tx) => tx.replaceGrants(userId, 1, again, [membership('h')], later(90)))).toEqual(
      none,
    );
  });

  it('leaves other users alone', async () => {
    const { id, userId } = await someone();
    const other = await inOrganization(id, (tx) => tx.createUser(subject('mo'), {}, {}, NOW));
    await inOrganization(id, (tx) => tx.replaceGrants(other.user.userId, 1, [grant('s', 'a')], [], NOW));
    await inOrganization(id, (tx) => tx.replaceGrants(userId, 1, [], [], NOW));
    expect(await held(id)).toHaveLength(1);
  });

  it('refuses what was decided by the rules of a replaced revision, and keeps nothing of that login', async () => {
    const { id, userId } = await someone();
    const store = test.current.database.reconcileState({ actor: 'ci', now: NOW });
    await store.transaction('commit', (state) =>
      state.addRevision(id, 1, {
        document: document(`acme-${made}`),
        digest: 'd',
        origin: { actor: 'ci' },
        identityProviders: {},
      }),
    );
    const stale = inOrganization(id, async (tx) => {
      await tx.recordLogin({
        userId,
        subject: subject('eve'),
        profile: { email: 'changed@acme.example' },
        facts: FACTS,
        now: NOW,
      });
      await tx.replaceGrants(userId, 1, [grant('s', 'a')], [], NOW);
    });
    await expect(stale).rejects.toMatchObject({ name: 'PersistenceError', code: 'stale_revision' });
    expect(await held(id)).toEqual([]);
    expect((await inOrganization(id, (tx) => tx.findUserBySubject(subject('eve'))))?.profile).toEqual(EVE);
  });
});

describe('flow records', () => {
  const flow = (finishedAt: Date, outcome: FlowRecord['outcome']): FlowRecord => ({
    traceId: 'trace',
    kind: 'saml-login',
    identityProvider: 'okta',
    startedAt: NOW,
    finishedAt,
    outcome,
    code: outcome === 'refused' ? 'signature_missing' : undefined,
    mustAct: outcome === 'refused' ? 'customer' : undefined,
    userId: undefined,
    steps: [{ check: 'signature', passed: outcome === 'succeeded', want: 'one', got: 'none' }],
  });

  it('are found by their trace id, in their organization only; the newest of a trace', async () => {
    const [id, other] = [await organization(), await organization()];
    await inOrganization(id, (tx) => tx.recordFlow(flow(later(1), 'refused')));
    await inOrganization(id, (tx) => tx.recordFlow(flow(later(2), 'succeeded')));
    expect(await inOrganization(id, (tx) => tx.findFlow('trace'))).toEqual(flow(later(2), 'succeeded'));
    expect(await inOrganization(other, (tx) => tx.findFlow('trace'))).toBeUndefined();
  });
});

describe('the audit chain', () => {
  it('has no gap and verifies after parallel appends', async () => {
    const id = await organization();
    const appends = Array.from({ length: 20 }, (_, n) =>
      inOrganization(id, (tx) => tx.audit([event(`user-${n}`), event(`user-${n}`)])),
    );
    await Promise.all(appends);
    const trail = await inOrganization(id, (tx) => tx.auditTrail(0, 1_000));
    expect(trail.map((link) => link.seq)).toEqual(Array.from({ length: 40 }, (_, n) => n + 1));
    expect(await verifyChain(trail)).toMatchObject({ ok: true, count: 40 });
    const page = await inOrganization(id, (tx) => tx.auditTrail(38, 1));
    expect(page).toEqual([trail[38]]);
  });

  it('shows an edit that somebody with the rights of the owner made', async () => {
    const id = await organization();
    await inOrganization(id, (tx) => tx.audit([event('a'), event('b'), event('c')]));
    await connected(test.current.ownerUrl, (owner) =>
      owner.query(`update audit_events set subject = 'x' where org_id = $1 and seq = 2`, [id]),
    );
    const trail = await inOrganization(id, (tx) => tx.auditTrail(0, 10));
    expect(await verifyChain(trail)).toMatchObject({ ok: false, seq: 2, code: 'edited_event' });
  });

  it('keeps nothing of a transaction that fails', async () => {
    const id = await organization();
    const failing = inOrganization(id, async (tx) => {
      await tx.audit([event('a')]);
      throw new Error('stop');
    });
    await expect(failing).rejects.toThrow('stop');
    expect(await inOrganization(id, (tx) => tx.auditTrail(0, 10))).toEqual([]);
  });
});

describe('a transaction', () => {
  it('says so when a failed statement was swallowed, since PostgreSQL then commits nothing', async () => {
    const id = await organization();
    const swallowing = inOrganization(id, async (tx) => {
      await tx.createUser(subject('eve'), EVE, FACTS, NOW);
      await tx.linkIdentity('00000000-0000-7000-8000-000000000000', subject('mo'), {}, NOW).catch(() => undefined);
    });
    await expect(swallowing).rejects.toMatchObject({ code: 'transaction_failed' });
    expect(await inOrganization(id, (tx) => tx.findUserBySubject(subject('eve')))).toBeUndefined();
  });

  it('keeps nothing when what it writes at its end fails, although COMMIT left together with that', async () => {
    const id = await organization();
    const failing = inOrganization(id, async (tx) => {
      const { user } = await tx.createUser(subject('eve'), EVE, FACTS, NOW);
      await tx.openSession({
        tokenHash: Buffer.alloc(32),
        userId: user.userId,
        subject: subject('eve', 'gone'),
        sessionIndex: undefined,
        openedAt: NOW,
        expiresAt: later(60),
        idleSeconds: 60,
        announcement: undefined,
      });
      await tx.audit([event('eve')]);
    });
    await expect(failing).rejects.toMatchObject({ code: 'stale_revision' });
    expect(await inOrganization(id, (tx) => tx.findUserBySubject(subject('eve')))).toBeUndefined();
    expect(await inOrganization(id, (tx) => tx.auditTrail(0, 10))).toEqual([]);
  });

  it('refuses an organization id that is no UUID before it reaches SQL', async () => {
    const injected = inOrganization(`x', true); drop table users; --`, async () => undefined);
    await expect(injected).rejects.toMatchObject({ code: 'invalid_organization_id' });
  });
});

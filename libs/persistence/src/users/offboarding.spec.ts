import { verifyChain } from '@rolecall/audit';
import { actor, atOneMoment, CREATE, decideBy, GROUPS, organizationRows, userBody } from '../testing/directory.ts';
import { connected, document, later, METADATA_XML, NOW, OKTA, subject, useTestDatabase } from '../testing/fixture.ts';
import { directoryContradictions, seedOrganization } from '../testing/index.ts';
import type { Administrator } from '../stores.ts';
import { sha256 } from '../tokens/organization-token.ts';

const test = useTestDatabase();
const by: Administrator = { actor: { kind: 'token', id: 'token-1' }, now: NOW };
const KEEPS = { keepsSsoAdmin: true };
const ANY = { keepsSsoAdmin: false };
let org: string;
let other: string;
let made = 0;

beforeEach(async () => {
  made += 1;
  const seed = (name: string) =>
    seedOrganization(test.current.database, document(name, OKTA), { metadataXml: METADATA_XML });
  [org, other] = [(await seed(`a${made}`)).id, (await seed(`b${made}`)).id];
});

const users = () => test.current.database.users;
const check = (token: string, of = org) => test.current.database.sessions.check(of, sha256(token), NOW);
const rows = <T extends object>(sql: string) => organizationRows<T>(test.current.url, org, sql);

/** Somebody with a session, a link, a device, a sign-in of each kind under way, and a role. */
async function somebody(name: string, role = 'member', of = org): Promise<string> {
  const { database } = test.current;
  return database.inOrganization(of, async (tx) => {
    const { user } = await tx.createUser(subject(name), { email: `${name}@acme.example` }, {}, NOW);
    const { userId } = user;
    const sources = [{ kind: 'rule' as const, name: 'r' }];
    await tx.replaceGrants(userId, 1, [{ scope: 'account/main', role, sources }], [], NOW);
    const session = { userId, subject: subject(name), sessionIndex: undefined, openedAt: NOW, expiresAt: later(3600) };
    await tx.openSession({ ...session, tokenHash: sha256(name), idleSeconds: 600, announcement: undefined });
    const link = { purpose: 'password-reset', userId, addressKey: `${name}@acme.example` } as const;
    await tx.links.create({ ...link, createdBy: 'user:x', now: NOW });
    return userId;
  });
}

const GRANT = '00000000-0000-7000-8000-00000000000';

it('ends every way in, and says in the receipt what ended and how long it took (security.md 6)', async () => {
  const [eve, bob] = [await somebody('eve'), await somebody('bob')];
  await connected(test.current.ownerUrl, async (owner) => {
    await owner.query(
      `insert into login_transactions (org_id, request_id, identity_provider, browser_hash, trace_id, mode, created_at, expires_at,
         name_id, name_id_format, link_user_id)
       select $1, r.id, 'okta', '\\x00', 't', 'login', now(), now(), r.name, $2, r.linking
       from (values ('1', 'eve', null), ('2', null, $3::uuid), ('3', 'bob', null), ('4', null, null)) as r(id, name, linking)`,
      [org, subject('eve').nameId.format, eve],
    );
    await owner.query(
      `insert into pending_sign_ins (org_id, handle_hash, browser_hash, user_id, password_changed_at, tries, trace_id, started_at, expires_at)
       values ($1, '\\x01', '\\x00', $2, now(), 0, 't', now(), now())`,
      [org, eve],
    );
    await owner.query(`insert into recovery_sessions values ($1, '\\x03', 'eve@acme.example', now(), now())`, [org]);
    await owner.query(`insert into known_devices values ($1, $2, '\\x00', now(), now())`, [org, eve]);
    await owner.query(
      `insert into one_time_links (org_id, token_hash, purpose, address_key, about, created_by, created_at, expires_at)
       values ($1, '\\x02', 'recovery', 'eve@acme.example', null, 'x', now(), now()),
         ($1, '\\x04', 'recovery-confirm', 'it@acme.example', 'eve@acme.example', 'x', now(), now()),
         ($1, '\\x05', 'recovery-confirm', 'ops@acme.example', 'bob@acme.example', 'x', now(), now())`,
      [org],
    );
    // two sign-ins of Eve's, one of which has nothing any more, and Bob's; a cookie, a handle that waits, and Bob's
    await owner.query(
      `insert into application_grants
       select $1, g.id::uuid, sha256(g.name::bytea), 'dashboard', 'acme.dashboard', 'openid', $2
       from (values ('${GRANT}1', 'eve'), ('${GRANT}2', 'eve'), ('${GRANT}3', 'bob')) as g(id, name)`,
      [org, NOW],
    );
    await owner.query(
      `insert into application_tokens select $1, t.hash::bytea, t.kind, t.grant_id::uuid, '{}', $2, t.ends, null
       from (values ('1', 'access', '${GRANT}1', $3::timestamptz), ('2', 'refresh', '${GRANT}1', $3), ('3', 'code', '${GRANT}2', $2),
         ('4', 'access', '${GRANT}3', $3)) as t(hash, kind, grant_id, ends)`,
      [org, NOW, later(60)],
    );
    await owner.query(
      `insert into forward_sessions select $1, f.hash::bytea, sha256(f.name::bytea), 'https://grafana.example', f.flow::bytea, $2::timestamptz,
         case when f.flow is not null then $2::timestamptz end
       from (values ('1', 'eve', null), ('2', 'eve', 'x'), ('3', 'bob', null)) as f(hash, name, flow)`,
      [org, NOW],
    );
  });
  const stopped = await users().deactivate(org, eve, by, KEEPS);
  expect(stopped).toEqual({
    outcome: 'deactivated',
    receipt: {
      receiptId: expect.any(String),
      userId: eve,
      at: NOW,
      by: 'token/token-1',
      cause: 'deactivated',
      sessionsEnded: 1,
      applicationsEnded: 1,
      forwardAuthEnded: 1,
      signInsEnded: 3,
      linksEnded: 3,
      recoverySessionsEnded: 1,
      devicesForgotten: 1,
      identities: 1,
      grants: 1,
      groups: 0,
      effectiveAt: expect.any(Date),
      milliseconds: expect.any(Number),
    },
  });
  const { receipt } = stopped as Extract<typeof stopped, { receipt: object }>;
  expect(await rows('select grant_id from application_grants')).toEqual([{ grant_id: `${GRANT}3` }]);
  expect(await rows('select kind from application_tokens')).toEqual([{ kind: 'access' }]);
  expect(await rows('select from forward_sessions')).toHaveLength(1);
  expect(receipt.milliseconds).toBeLessThan(10_000);
  expect(receipt.effectiveAt!.getTime() - NOW.getTime()).toBeLessThanOrEqual(receipt.milliseconds!);
  expect([await check('eve'), (await check('bob'))?.user.id]).toEqual([undefined, bob]);
  const left = 'select request_id from login_transactions order by 1';
  expect((await rows<{ request_id: string }>(left)).map(({ request_id: id }) => id)).toEqual(['3', '4']);
  expect(await rows('select from one_time_links')).toHaveLength(2);
  const trail = await test.current.database.inOrganization(org, (tx) => tx.auditTrail(0, 10));
  expect(trail).toMatchObject([
    { type: 'user.deactivated', actor: by.actor, subject: eve, data: { receipt: receipt.receiptId } },
  ]);
  expect(await verifyChain(trail)).toMatchObject({ ok: true });
});

it('is the path of the directory too: its receipt says the same', async () => {
  const { directory } = test.current.database;
  const created = await directory.createUser(org, userBody('dan'), CREATE, decideBy(), actor());
  if (created.outcome !== 'created') throw new Error(created.outcome);
  const { userId } = created.user;
  await test.current.database.inOrganization(org, (tx) =>
    tx.links.create({ purpose: 'invitation', userId, addressKey: 'dan@acme.example', createdBy: 'x', now: NOW }),
  );
  const was = (await directory.userState(org, userId))!;
  const how = { brake: undefined };
  const replaced = await directory.replaceUser(org, was, { ...was.body, active: false }, how, decideBy(), actor());
  expect(replaced).toMatchObject({ receipt: { by: 'okta', linksEnded: 1, milliseconds: expect.any(Number) } });
});

it('of the directory ends what hangs on the former address too, when the same request changes it', async () => {
  const { directory } = test.current.database;
  const created = await directory.createUser(org, userBody('dan'), CREATE, decideBy(), actor());
  if (created.outcome !== 'created') throw new Error(created.outcome);
  await test.current.database.inOrganization(org, async (tx) => {
    await tx.links.create({
      purpose: 'recovery',
      userId: undefined,
      addressKey: 'dan@acme.example',
      createdBy: 'x',
      now: NOW,
    });
    await tx.recovery.open({ addressKey: 'dan@acme.example', adminId: 'r1-1' }, NOW);
  });
  const was = (await directory.userState(org, created.user.userId))!;
  const gone = { ...was.body, userName: 'gone', active: false };
  const replaced = await directory.replaceUser(org, was, gone, { brake: undefined }, decideBy(), actor());
  expect(replaced).toMatchObject({ receipt: { linksEnded: 1, recoverySessionsEnded: 1 } });
  expect(await rows('select from recovery_sessions')).toEqual([]);
});

it('keeps a deactivated user out, whatever the directory says, until somebody reactivates it', async () => {
  const { directory } = test.current.database;
  const created = await directory.createUser(org, userBody('dan'), CREATE, decideBy(), actor());
  if (created.outcome !== 'created') throw new Error(created.outcome);
  const { userId } = created.user;
  expect(await users().remove(org, userId, by, KEEPS)).toEqual({ outcome: 'managed' });
  expect(await users().deactivate(org, userId, by, KEEPS)).toMatchObject({ outcome: 'deactivated' });
  const replace = async (active: boolean) => {
    const was = (await directory.userState(org, userId))!;
    const body = { ...was.body, active, nickName: String(active) };
    return directory.replaceUser(org, was, body, { brake: undefined }, decideBy(), actor());
  };
  const status = async () => (await users().find(org, userId, NOW))?.status;
  expect(await replace(true)).toMatchObject({ outcome: 'replaced' });
  expect(await status()).toBe('disabled');
  expect(await users().deactivate(org, userId, by, KEEPS)).toEqual({ outcome: 'unchanged' });
  await replace(false);
  expect(await users().reactivate(org, userId, by, {})).toEqual({ outcome: 'reactivated' });
  expect(await status()).toBe('disabled');
  expect(await users().reactivate(org, userId, by, {})).toEqual({ outcome: 'managed' });
  await replace(true);
  expect(await status()).toBe('invited');
});

it('deletes a former user of a directory that is gone, whose groups and counters stay right', async () => {
  const { directory } = test.current.database;
  const create = async (name: string, active = true) => {
    const created = await directory.createUser(org, userBody(name, { active }), CREATE, decideBy(), actor());
    if (created.outcome !== 'created') throw new Error(created.outcome);
    return created.user.userId;
  };
  const [dan, ida, off] = [await create('dan'), await create('ida'), await create('off', false)];
  await directory.createGroup(org, { displayName: 'staff' }, [dan, ida], GROUPS, decideBy(), actor());
  const gone = { ...ANY, directoryGoneSince: 1 };
  await expect(users().remove(org, dan, by, { ...gone, directoryGoneSince: 2 })).rejects.toMatchObject({
    code: 'stale_revision',
  });
  expect(await users().remove(org, dan, by, ANY)).toEqual({ outcome: 'managed' });
  for (const userId of [dan, off])
    expect(await users().remove(org, userId, by, gone)).toMatchObject({ outcome: 'deleted' });
  expect(await rows('select users, active_users, groups from directories')).toEqual([
    { users: 1, active_users: 1, groups: 1 },
  ]);
  expect(await rows('select members, version::int from directory_groups')).toEqual([{ members: 1, version: 2 }]);
  expect(await rows('select user_id from directory_members')).toEqual([{ user_id: ida }]);
});

it('lets in a former user of a directory that is gone, which says so then, and counts right', async () => {
  const { directory } = test.current.database;
  const created = await directory.createUser(org, userBody('dan'), CREATE, decideBy(), actor());
  if (created.outcome !== 'created') throw new Error(created.outcome);
  const { userId } = created.user;
  await directory.deactivateUser(org, userId, 1, { brake: undefined }, actor());
  expect(await users().reactivate(org, userId, by, {})).toEqual({ outcome: 'managed' });
  await expect(users().reactivate(org, userId, by, { directoryGoneSince: 2 })).rejects.toMatchObject({
    code: 'stale_revision',
  });
  expect(await users().reactivate(org, userId, by, { directoryGoneSince: 1 })).toEqual({ outcome: 'reactivated' });
  expect((await users().find(org, userId, NOW))?.status).toBe('invited');
  expect((await directory.userById(org, userId))?.body['active']).toBe(true);
  expect(await rows(`select facts->'active' as active from identities`)).toEqual([{ active: ['true'] }]);
  const found = await connected(test.current.ownerUrl, directoryContradictions);
  expect(found.filter((one) => one.includes(userId) || one.includes(org))).toEqual([]);
});

it('brings nothing back: sessions opened meanwhile end, and whoever never signed in is invited again', async () => {
  const eve = await somebody('eve');
  await users().deactivate(org, eve, by, KEEPS);
  await connected(test.current.ownerUrl, (owner) =>
    owner.query(
      `insert into sessions (org_id, token_hash, user_id, identity_provider, name_id_format, name_id, opened_at, expires_at, idle_seconds, idle_expires_at)
       values ($1, $2, $3, 'okta', 'x', 'eve', $4, $5, 60, $5)`,
      [org, sha256('late'), eve, NOW, later(60)],
    ),
  );
  expect(await check('late')).toBeUndefined();
  expect(await users().reactivate(org, eve, by, {})).toEqual({ outcome: 'reactivated' });
  expect(await check('late')).toBeUndefined();
  expect(await users().find(org, eve, NOW)).toMatchObject({ status: 'active', stoppedAt: null, sessions: 0 });
  expect(await users().reactivate(org, eve, by, {})).toEqual({ outcome: 'unchanged' });
});

it('deletes a user with all that is its own; the receipt stays', async () => {
  const eve = await somebody('eve');
  expect(await users().remove(org, eve, by, ANY)).toMatchObject({ outcome: 'deleted', receipt: { sessionsEnded: 1 } });
  expect(await users().find(org, eve, NOW)).toBeUndefined();
  expect(await rows('select from identities')).toEqual([]);
  expect(await rows('select cause from offboarding_receipts')).toEqual([{ cause: 'deleted' }]);
  expect(await users().remove(org, eve, by, ANY)).toEqual({ outcome: 'unknown' });
});

it('keeps the last who holds sso_admin when asked to, also of two who go at one moment', async () => {
  const [eve, ann] = [await somebody('eve', 'sso_admin'), await somebody('ann', 'sso_admin')];
  const going = [eve, ann].map((id) => () => users().deactivate(org, id, by, KEEPS));
  const outcomes = (await atOneMoment(test.current.ownerUrl, org, going)).map(({ outcome }) => outcome);
  expect(outcomes.toSorted()).toEqual(['deactivated', 'last_sso_admin']);
  const last = outcomes[0] === 'last_sso_admin' ? eve : ann;
  expect(await users().remove(org, last, by, KEEPS)).toEqual({ outcome: 'last_sso_admin' });
  expect(await users().deactivate(org, last, by, ANY)).toMatchObject({ outcome: 'deactivated' });
});

it('does not count for the brake of the directory', async () => {
  await users().deactivate(org, await somebody('eve'), by, ANY);
  expect(await rows('select was_active from offboarding_receipts')).toEqual([{ was_active: false }]);
});

it('ends the sessions of one user, who may sign in again (security.md 7)', async () => {
  const [eve] = [await somebody('eve'), await somebody('bob')];
  expect(await users().sessions(org, eve, NOW)).toEqual([
    {
      id: expect.stringMatching(/^[0-9a-f]{16}$/),
      identityProvider: 'okta',
      openedAt: NOW,
      browser: null,
      lastSeenAt: NOW,
      expiresAt: later(600),
    },
  ]);
  expect(await users().endSessions(org, eve, by)).toBe(1);
  expect([await check('eve'), (await check('bob'))?.organizationId]).toEqual([undefined, org]);
  expect(await users().sessions(org, eve, NOW)).toEqual([]);
  const [event] = await test.current.database.inOrganization(org, (tx) => tx.auditTrail(0, 10));
  expect(event).toMatchObject({
    type: 'session.revoked',
    actor: by.actor,
    data: { reason: 'administrator', sessions: 1 },
  });
});

it('knows no user of another organization, and no id that is none (security.md 21)', async () => {
  const gus = await somebody('gus', 'member', other);
  for (const id of [gus, 'x', `${gus}' or true`]) {
    expect(await users().find(org, id, NOW)).toBeUndefined();
    expect(await users().sessions(org, id, NOW)).toBeUndefined();
    expect(await users().endSessions(org, id, by)).toBeUndefined();
    for (const outcome of [
      await users().deactivate(org, id, by, ANY),
      await users().reactivate(org, id, by, {}),
      await users().remove(org, id, by, ANY),
    ])
      expect(outcome).toEqual({ outcome: 'unknown' });
  }
  expect((await check('gus', other))?.user.id).toBe(gus);
});

import { hash } from 'node:crypto';
import { LINK_LIFETIME_MS, LOCAL_SIGN_IN, localSubject } from '../stores.ts';
import type { LinkPurpose, OrganizationTransaction } from '../stores.ts';
import { connected, document, later, METADATA_XML, NOW, OKTA, subject, useTestDatabase } from '../testing/fixture.ts';
import { seedOrganization } from '../testing/index.ts';
import { readOrganizationToken } from '../tokens/organization-token.ts';

const test = useTestDatabase();
const digest = (text: string) => hash('sha256', text, 'buffer');
const ADDRESS = 'eve@acme.example';

let acme: string;
let made = 0;

beforeAll(async () => {
  ({ id: acme } = await seedOrganization(test.current.database, document('acme'), { metadataXml: METADATA_XML }));
});

const inAcme = <T>(work: (tx: OrganizationTransaction) => Promise<T>) =>
  test.current.database.inOrganization(acme, work);
const sql = (text: string, values: unknown[] = []) =>
  connected(test.current.ownerUrl, async (owner) => (await owner.query(text, values)).rows);

/** Somebody with an address of their own; `email` may repeat one. */
async function user(email = `u${++made}@acme.example`): Promise<{ userId: string; addressKey: string }> {
  const created = await inAcme((tx) => tx.createUser(subject(`s${++made}`), { email }, {}, NOW));
  return { userId: created.user.userId, addressKey: email.toLowerCase() };
}

const withPassword = async (email?: string, phc = 'phc') => {
  const who = await user(email);
  expect(
    await inAcme((tx) => tx.accounts.setPassword({ ...who, hash: phc, now: NOW, mailbox: 'proved' })),
  ).toMatchObject({
    outcome: 'set',
  });
  return who;
};

const session = (userId: string, token: string, revision: number | undefined) => ({
  tokenHash: digest(token),
  userId,
  subject: localSubject(userId),
  sessionIndex: undefined,
  openedAt: NOW,
  expiresAt: later(3600),
  idleSeconds: 600,
  announcement: undefined,
  ...(revision === undefined ? {} : { revision }),
});

describe('a local account', () => {
  it('is found by the address of its user, in any spelling of it, and by no other', async () => {
    const { userId } = await withPassword('Eve@Acme.example', 'phc-of-eve');
    const account = await inAcme((tx) => tx.accounts.byAddress(ADDRESS));
    expect(account).toMatchObject({
      user: { userId, status: 'active' },
      addressKey: ADDRESS,
      password: { hash: 'phc-of-eve', changedAt: NOW },
      totp: false,
      recoveryCodes: 0,
      identityProviders: ['okta'],
    });
    expect(await inAcme((tx) => tx.accounts.byAddress('eve@acme.example.org'))).toBeUndefined();
    expect(await inAcme((tx) => tx.accounts.byUser(userId))).toEqual(account);
  });

  it('of one address belongs to one of several users who have it; without an account the address names nobody', async () => {
    const twins = [await user('twin@acme.example'), await user('twin@acme.example')];
    expect(await inAcme((tx) => tx.accounts.byAddress('twin@acme.example'))).toBeUndefined();
    const set = (n: number) =>
      inAcme((tx) => tx.accounts.setPassword({ ...twins[n]!, hash: `phc${n}`, now: NOW, mailbox: 'proved' }));
    expect(await set(1)).toMatchObject({ outcome: 'set' });
    expect(await set(0)).toMatchObject({ outcome: 'address_taken' });
    const found = await inAcme((tx) => tx.accounts.byAddress('twin@acme.example'));
    expect(found?.user.userId).toBe(twins[1]!.userId);
  });

  it('signs in no longer under an address that is not the user’s any more, and leaves it to whoever has it then', async () => {
    const old = await withPassword('moved@acme.example');
    await sql(`update users set email = 'new@acme.example' where user_id = $1`, [old.userId]);
    expect(await inAcme((tx) => tx.accounts.byAddress('moved@acme.example'))).toBeUndefined();
    expect(await inAcme((tx) => tx.accounts.byUser(old.userId))).toMatchObject({ password: undefined });
    await withPassword('moved@acme.example');
  });

  it('gets no password when the user was disabled or moved meanwhile', async () => {
    const who = await user();
    const set = () => inAcme((tx) => tx.accounts.setPassword({ ...who, hash: 'phc', now: NOW, mailbox: 'proved' }));
    await sql(`update users set status = 'disabled' where user_id = $1`, [who.userId]);
    expect(await set()).toMatchObject({ outcome: 'gone', sessions: 0 });
    await sql(`update users set status = 'active', email = 'else@acme.example' where user_id = $1`, [who.userId]);
    expect(await set()).toMatchObject({ outcome: 'gone', sessions: 0 });
  });

  it('that gets a password keeps its second factor and loses what the former password led to (security.md 36)', async () => {
    const who = await withPassword();
    const { userId } = who;
    await inAcme(async (tx) => {
      await tx.accounts.proposeTotp(userId, Buffer.from('seed'));
      await tx.accounts.confirmTotp(userId, 7, NOW);
      await tx.links.create({ ...who, purpose: 'password-reset', createdBy: 'user', now: NOW });
      await tx.devices.note(userId, digest('d'), NOW);
      await tx.openSession(session(userId, 'a', 1));
      await tx.openSession(session(userId, 'b', 1));
    });
    const again = { ...who, hash: 'other', keptSession: digest('b'), mailbox: 'as-before', now: later(1) } as const;
    expect(await inAcme((tx) => tx.accounts.setPassword(again))).toMatchObject({ outcome: 'set', sessions: 1 });
    const check = (token: string) => test.current.database.sessions.check(acme, digest(token), NOW);
    expect([await check('a'), (await check('b'))?.identityProvider]).toEqual([undefined, LOCAL_SIGN_IN]);
    expect(await inAcme((tx) => tx.accounts.byUser(userId))).toMatchObject({ totp: true, password: { hash: 'other' } });
    expect(await inAcme((tx) => tx.devices.isKnown(userId, digest('d')))).toBe(false);
    expect(await sql('select from one_time_links where user_id = $1', [userId])).toEqual([]);
  });
});

describe('a sign-in by password', () => {
  const login = (who: object, more: object = {}) =>
    inAcme((tx) =>
      tx.accounts.recordLogin({ ...(who as never as { userId: string; addressKey: string }), ...LOGIN, ...more }),
    );
  const LOGIN = { passwordChangedAt: NOW, revision: 1, now: NOW };

  it('makes an invited user active, and is refused when user or password changed since it was looked at', async () => {
    const who = await withPassword();
    await sql(`update users set status = 'invited' where user_id = $1`, [who.userId]);
    await login(who);
    expect((await inAcme((tx) => tx.accounts.byUser(who.userId)))?.user.status).toBe('active');
    const changed = { code: 'user_changed' };
    await expect(login(who, { passwordChangedAt: later(1) })).rejects.toMatchObject(changed);
    await expect(login({ ...who, addressKey: 'x@acme.example' })).rejects.toMatchObject(changed);
    await inAcme((tx) => tx.accounts.removePassword(who.userId));
    await expect(login(who)).rejects.toMatchObject(changed);
  });

  it('loses against an apply: with a revision that is not live it opens no session', async () => {
    const who = await withPassword();
    const stale = { code: 'stale_revision' };
    await expect(login(who, { revision: 2 })).rejects.toMatchObject(stale);
    for (const revision of [2, undefined]) {
      const opened = inAcme((tx) => tx.openSession(session(who.userId, 'stale', revision)));
      await expect(opened).rejects.toMatchObject(stale);
    }
  });

  it('is waited for by an apply, which then finds the session', async () => {
    const { id } = await seedOrganization(test.current.database, document('racing'), { metadataXml: METADATA_XML });
    const { database } = test.current;
    const { user: eve } = await database.inOrganization(id, (tx) =>
      tx.createUser(subject('e'), { email: ADDRESS }, {}, NOW),
    );
    const who = { userId: eve.userId, addressKey: ADDRESS, now: NOW };
    await database.inOrganization(id, (tx) => tx.accounts.setPassword({ ...who, hash: 'phc', mailbox: 'proved' }));
    let applied: Promise<unknown> | undefined;
    await database.inOrganization(id, async (tx) => {
      await tx.accounts.recordLogin({ ...who, passwordChangedAt: NOW, revision: 1 });
      const store = database.reconcileState({ actor: 'test', now: NOW });
      const next = {
        document: document('racing', { ...OKTA, displayName: 'x' }),
        digest: 'd',
        origin: { actor: 'test' },
        identityProviders: { okta: { metadataXml: METADATA_XML } },
      };
      applied = store.transaction('commit', (state) => state.addRevision(id, 1, next));
      await waitsForLock();
      await tx.openSession(session(eve.userId, 'racing', 1));
    });
    await applied;
    expect(await database.sessions.check(id, digest('racing'), NOW)).toMatchObject({ identityProvider: LOCAL_SIGN_IN });
  });

  async function waitsForLock(): Promise<void> {
    const waiting = `select from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`;
    while ((await sql(waiting)).length === 0) await new Promise((resolve) => setImmediate(resolve));
  }
});

describe('a second factor', () => {
  it('has a seed that opens at its own user alone (security.md 40)', async () => {
    const [eve, bob] = [await withPassword(), await withPassword()];
    expect(await inAcme((tx) => tx.accounts.proposeTotp(eve.userId, Buffer.from('seed')))).toBe(true);
    expect(await inAcme((tx) => tx.accounts.totpSeed(eve.userId))).toEqual({
      seed: Buffer.from('seed'),
      confirmed: false,
      lastStep: undefined,
    });
    await sql(
      `update local_accounts set totp_secret = (select totp_secret from local_accounts where user_id = $1) where user_id = $2`,
      [eve.userId, bob.userId],
    );
    const swapped = inAcme((tx) => tx.accounts.totpSeed(bob.userId));
    await expect(swapped).rejects.toMatchObject({ code: 'sealed_secret_invalid' });
    const stored = await sql('select totp_secret from local_accounts where user_id = $1', [eve.userId]);
    expect(stored[0].totp_secret.includes('seed')).toBe(false);
  });

  it('accepts a time step once, and none before it, also of two at the same moment (security.md 39)', async () => {
    const { userId } = await withPassword();
    await inAcme((tx) => tx.accounts.proposeTotp(userId, Buffer.from('seed')));
    expect(await inAcme((tx) => tx.accounts.useTotpStep(userId, 9))).toBe(false);
    expect(await inAcme((tx) => tx.accounts.confirmTotp(userId, 10, NOW))).toBe(true);
    expect(await inAcme((tx) => tx.accounts.proposeTotp(userId, Buffer.from('other')))).toBe(false);
    const use = (step: number) => inAcme((tx) => tx.accounts.useTotpStep(userId, step));
    expect([await use(9), await use(10)]).toEqual([false, false]);
    const both = await Promise.all([use(11), use(11)]);
    expect(both.filter(Boolean)).toHaveLength(1);
    expect(await inAcme((tx) => tx.accounts.removeTotp(userId))).toBe(true);
    expect(await inAcme((tx) => tx.accounts.totpSeed(userId))).toBeUndefined();
  });

  it('has recovery codes that work once, also of two at the same moment (security.md 41)', async () => {
    const { userId } = await withPassword();
    await inAcme((tx) => tx.accounts.replaceRecoveryCodes(userId, [digest('1'), digest('2')]));
    const use = (code: string) => inAcme((tx) => tx.accounts.useRecoveryCode(userId, digest(code)));
    const both = await Promise.all([use('1'), use('1')]);
    expect(both.filter(Boolean)).toHaveLength(1);
    expect(await use('3')).toBe(false);
    expect(await inAcme((tx) => tx.accounts.byUser(userId))).toMatchObject({ recoveryCodes: 1 });
  });

  it('is waited for by the browser that knew the password, for a while, try after try', async () => {
    const { userId } = await withPassword();
    const at = { handleHash: digest('h'), browserHash: digest('b'), now: NOW };
    const more = { traceId: 't', returnTo: undefined, startedAt: NOW, expiresAt: later(600) };
    await inAcme((tx) => tx.signIns.begin({ ...at, userId, passwordChangedAt: NOW, ...more }));
    const find = (other: object = {}) => inAcme((tx) => tx.signIns.find({ ...at, ...other }));
    expect(await find()).toMatchObject({ userId, tries: 0, emailCodeHash: undefined });
    expect([await find({ browserHash: digest('x') }), await find({ now: later(600) })]).toEqual([undefined, undefined]);
    const counted = await Promise.all([1, 2].map(() => inAcme((tx) => tx.signIns.countTry(at))));
    expect(new Set(counted.map((it) => it?.tries))).toEqual(new Set([1, 2]));
    await inAcme((tx) => tx.signIns.noteEmailCode(at.handleHash, digest('code')));
    expect((await find())?.emailCodeHash).toEqual(digest('code'));
    await inAcme((tx) => tx.signIns.end(at.handleHash));
    expect(await find()).toBeUndefined();
  });
});

describe('a one-time link (security.md 35)', () => {
  const create = async (who: object, purpose: LinkPurpose = 'password-reset') => {
    const link = { ...(who as { userId: string; addressKey: string }), purpose, createdBy: 'user', now: NOW };
    const { token } = await inAcme((tx) => tx.links.create(link));
    const read = readOrganizationToken(token);
    expect(read?.organizationId).toBe(acme);
    return read!.hash;
  };
  const take = (tokenHash: Buffer, now = NOW, purpose: LinkPurpose = 'password-reset') =>
    inAcme((tx) => tx.links.take(tokenHash, purpose, now));
  const peek = (tokenHash: Buffer, now = NOW) => inAcme((tx) => tx.links.peek(tokenHash, now));

  it('can be looked at, and is used by one of two at the same moment', async () => {
    const who = await user();
    const link = await create(who);
    expect(await peek(link)).toMatchObject({ ...who, purpose: 'password-reset', createdBy: 'user' });
    const taken = await Promise.all([take(link), take(link)]);
    expect(taken.filter((it) => it !== undefined)).toHaveLength(1);
    expect(await peek(link)).toBeUndefined();
  });

  it('is for one purpose, and ends in time', async () => {
    const link = await create(await user());
    expect(await take(link, NOW, 'invitation')).toBeUndefined();
    const end = new Date(NOW.getTime() + LINK_LIFETIME_MS['password-reset']);
    expect([await peek(link, end), await take(link, end)]).toEqual([undefined, undefined]);
    expect(await take(link)).toBeDefined();
    expect(LINK_LIFETIME_MS['password-reset']).toBeLessThanOrEqual(30 * 60_000);
  });

  it('ends when another of its purpose is made; of two made at the same moment one stays', async () => {
    const who = await user();
    const first = await create(who);
    const invitation = await create(who, 'invitation');
    await sql(`update users set status = 'invited' where user_id = $1`, [who.userId]);
    const both = await Promise.all([create(who), create(who)]);
    expect(await take(first)).toBeUndefined();
    const left = await Promise.all(both.map((link) => take(link)));
    expect(left.filter((it) => it !== undefined)).toHaveLength(1);
    expect(await peek(invitation)).toBeDefined();
  });

  it.each([
    ['another address', `email = 'other@acme.example'`],
    ['been disabled', `status = 'disabled'`],
  ])('is dead when its user has %s', async (_, change) => {
    const who = await user();
    const link = await create(who);
    await sql(`update users set ${change} where user_id = $1`, [who.userId]);
    expect([await peek(link), await take(link)]).toEqual([undefined, undefined]);
  });

  it('of an invitation is dead once its user has signed in', async () => {
    const who = await user();
    await sql(`update users set status = 'invited' where user_id = $1`, [who.userId]);
    const [invitation, reset] = [await create(who, 'invitation'), await create(who)];
    expect(await peek(invitation)).toBeDefined();
    await sql(`update users set status = 'active' where user_id = $1`, [who.userId]);
    expect([await peek(invitation), await take(invitation, NOW, 'invitation')]).toEqual([undefined, undefined]);
    expect(await peek(reset)).toBeDefined();
  });

  it('is dead when the password is set or removed', async () => {
    const who = await withPassword();
    const links = [await create(who)];
    await inAcme((tx) => tx.accounts.setPassword({ ...who, hash: 'other', now: NOW, mailbox: 'proved' }));
    links.push(await create(who));
    expect(await inAcme((tx) => tx.accounts.removePassword(who.userId))).toBe(true);
    expect(await Promise.all(links.map((link) => peek(link)))).toEqual([undefined, undefined]);
  });

  it('may be for an address that is no user’s, and about something', async () => {
    const link = { userId: undefined, addressKey: 'it@acme.example', createdBy: 'x', now: NOW };
    const { token } = await inAcme((tx) =>
      tx.links.create({ ...link, purpose: 'recovery-confirm', about: 'boss@acme.example' }),
    );
    const { hash: tokenHash } = readOrganizationToken(token)!;
    expect(await peek(tokenHash)).toMatchObject({ about: 'boss@acme.example', userId: undefined });
    expect(await take(tokenHash, NOW, 'recovery-confirm')).toBeDefined();
  });
});

it('known devices say whether a browser is the first, new or known', async () => {
  const { userId } = await withPassword();
  const note = (device: string) => inAcme((tx) => tx.devices.note(userId, digest(device), NOW));
  expect([await note('a'), await note('a'), await note('b'), await note('b')]).toEqual([
    'first',
    'known',
    'new',
    'known',
  ]);
});

it('a purge deletes what is over', async () => {
  await sql('delete from known_devices');
  await sql('delete from one_time_links');
  const who = await withPassword();
  await inAcme(async (tx) => {
    await tx.links.create({ ...who, purpose: 'invitation', createdBy: 'x', now: NOW });
    await tx.devices.note(who.userId, digest('d'), NOW);
  });
  const purged = async (days: number) => (await test.current.database.purgeExpired(later(days * 86_400))).localSignIns;
  expect([await purged(6), await purged(8), await purged(364), await purged(366)]).toEqual([0, 1, 0, 1]);
});

describe('a password that came by a printed link', () => {
  const unproved = async (who: { userId: string; addressKey: string }) =>
    inAcme((tx) => tx.accounts.setPassword({ ...who, hash: 'phc', mailbox: 'unproved', now: NOW }));
  const invited = async () => {
    const who = await user();
    await sql(`update users set status = 'invited' where user_id = $1`, [who.userId]);
    return who;
  };

  it('is for somebody who has never signed in, also when the person signs in at this moment', async () => {
    expect(await unproved(await user())).toMatchObject({ outcome: 'gone', sessions: 0 });
    expect(await unproved(await invited())).toMatchObject({ outcome: 'set', sessions: 0 });
  });

  it('is not replaced by its own once it was ended meanwhile', async () => {
    const who = await invited();
    await unproved(who);
    expect(await inAcme((tx) => tx.accounts.endUnproved(who.userId, 'okta'))).toBe(true);
    const change = { ...who, hash: 'other', mailbox: 'as-before', now: NOW } as const;
    expect(await inAcme((tx) => tx.accounts.setPassword(change))).toMatchObject({ outcome: 'gone', sessions: 0 });
    expect(await inAcme((tx) => tx.accounts.endUnproved(who.userId, 'okta'))).toBe(false);
  });

  it('does not end by a reset that sets none, as another user has an account under the address', async () => {
    await withPassword('held@acme.example');
    const who = await invited();
    await unproved(who);
    await inAcme((tx) => tx.openSession(session(who.userId, 'kept', 1)));
    await sql(`update users set email = 'held@acme.example' where user_id = $1`, [who.userId]);
    const reset = { ...who, addressKey: 'held@acme.example', hash: 'other', mailbox: 'proved', now: NOW } as const;
    const set = await inAcme((tx) => tx.accounts.setPassword(reset));
    expect(set).toMatchObject({ outcome: 'address_taken', sessions: 0 });
    expect(await sql('select from sessions where user_id = $1', [who.userId])).toHaveLength(1);
  });

  it('ends when a directory takes the user over, who gets roles by it', async () => {
    const [printed, mailed] = [await invited(), await withPassword()];
    await unproved(printed);
    await inAcme((tx) => tx.openSession(session(printed.userId, 'attacker', 1)));
    for (const { userId } of [printed, mailed]) {
      await sql(
        `insert into identities (org_id, user_id, identity_provider, name_id_format, name_id, facts, last_login_at)
         values ($1, $2, '@directory', 'urn:rolecall:directory', $3, '{}', now())`,
        [acme, userId, userId],
      );
    }
    expect(await inAcme((tx) => tx.accounts.byUser(printed.userId))).toMatchObject({ password: undefined });
    expect(await test.current.database.sessions.check(acme, digest('attacker'), NOW)).toBeUndefined();
    expect(await inAcme((tx) => tx.accounts.byUser(mailed.userId))).toMatchObject({ password: { hash: 'phc' } });
  });
});

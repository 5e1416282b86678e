import { hash, randomBytes } from 'node:crypto';
import type { LocalDoors, NewRevision, StateTransaction } from '@rolecall/reconcile';
import { localSubject } from '../stores.ts';
import type { OrganizationTransaction, OutgoingMail } from '../stores.ts';
import { connected, document, later, METADATA_XML, NOW, OKTA, subject, useTestDatabase } from '../testing/fixture.ts';
import { seedOrganization } from '../testing/index.ts';

const test = useTestDatabase();
const digest = (text: string) => hash('sha256', text, 'buffer');

let made = 0;
let id: string;
beforeEach(async () => {
  made += 1;
  const seeded = await seedOrganization(test.current.database, document(`acme-${made}`), { metadataXml: METADATA_XML });
  id = seeded.id;
});

const inAcme = <T>(work: (tx: OrganizationTransaction) => Promise<T>) => test.current.database.inOrganization(id, work);

/** Somebody with all that there is beside single sign-on, and a session by it, named by the local part of the address. */
async function user(name: string, domain = 'acme.example'): Promise<string> {
  const email = `${name}@${domain}`;
  return inAcme(async (tx) => {
    const { user: created } = await tx.createUser(subject(email), { email }, {}, NOW);
    const who = { userId: created.userId, addressKey: email.toLowerCase() };
    await tx.accounts.setPassword({ ...who, hash: 'phc', now: NOW, mailbox: 'proved' });
    await tx.accounts.proposeTotp(who.userId, Buffer.from('seed'));
    await tx.accounts.confirmTotp(who.userId, 1, NOW);
    await tx.accounts.replaceRecoveryCodes(who.userId, [digest(`code of ${name}`)]);
    for (const purpose of ['invitation', 'password-reset'] as const) {
      await tx.links.create({ ...who, purpose, createdBy: 'test', now: NOW });
    }
    const pending = { handleHash: randomBytes(32), browserHash: digest('b'), passwordChangedAt: NOW, traceId: 't' };
    const times = { startedAt: NOW, expiresAt: later(600) };
    await tx.signIns.begin({ ...pending, ...times, userId: who.userId, returnTo: undefined });
    await open(tx, who.userId, `${name} by password`, localSubject(who.userId));
    await open(tx, who.userId, `${name} by sso`, subject(email));
    return who.userId;
  });
}

function open(tx: OrganizationTransaction, userId: string, token: string, by: ReturnType<typeof subject>) {
  const times = { openedAt: NOW, expiresAt: later(3600), idleSeconds: 600 };
  const local = by.identityProvider === '@password' ? { revision: 1 } : {};
  const session = { tokenHash: digest(`${id} ${token}`), userId, subject: by, sessionIndex: undefined };
  return tx.openSession({ ...session, ...times, ...local, announcement: undefined });
}

const isAlive = async (token: string) =>
  (await test.current.database.sessions.check(id, digest(`${id} ${token}`), NOW)) !== undefined;

async function apply(work: (state: StateTransaction) => Promise<unknown>, mode: 'commit' | 'rollback' = 'commit') {
  const store = test.current.database.reconcileState({ actor: 'ci', now: NOW });
  const changed = document(`acme-${made}`, { ...OKTA, displayName: 'changed' });
  const next: NewRevision = {
    document: changed,
    digest: 'changed',
    origin: { actor: 'ci' },
    identityProviders: { okta: { metadataXml: METADATA_XML } },
  };
  return store.transaction(mode, async (state) => {
    const done = await work(state);
    await state.addRevision(id, 1, next);
    return done;
  });
}

const close = (more: Partial<LocalDoors> = {}, mode?: 'rollback') =>
  apply((state) => state.signIns.closeLocalDoors(id, { exempt: [], endSessions: true, ...more }), mode);

/** What is left of local sign-ins, table by table, as names of users. */
async function left(): Promise<Record<string, string[]>> {
  const of = (table: string, where = 'true') =>
    `(select coalesce(array_agg(distinct split_part(u.email, '@', 1) order by split_part(u.email, '@', 1)), '{}')
      from ${table} t join users u using (org_id, user_id) where t.org_id = $1 and ${where})`;
  const text = `select ${of('pending_sign_ins')} as pending, ${of('recovery_codes')} as codes,
    ${of('local_accounts', 't.totp_secret is not null')} as factors,
    ${of('local_accounts', 't.password_hash is not null')} as passwords,
    ${of('one_time_links', `t.purpose = 'password-reset'`)} as resets,
    ${of('one_time_links', `t.purpose = 'invitation'`)} as invitations`;
  return connected(test.current.ownerUrl, async (owner) => (await owner.query(text, [id])).rows[0]);
}

/** The organization's mails that were queued since the last look. */
async function mails(): Promise<OutgoingMail[]> {
  const outbox = test.current.database.mails;
  const claimed = await outbox.claim(later(1), 100);
  const own = claimed.filter(({ organizationId }) => organizationId === id);
  const read = await Promise.all(own.map((mail) => outbox.read(mail)));
  for (const mail of claimed) await outbox.forget(mail);
  return read.filter((mail) => mail !== undefined);
}

const audited = async () =>
  connected(test.current.ownerUrl, async (owner) => {
    const text = `select type, data from audit_events where org_id = $1 and type = 'session.revoked'`;
    return (await owner.query(text, [id])).rows as unknown[];
  });

it('turning SSO on ends what a password leads to, for everybody who is not exempt, and keeps passwords (security.md 38)', async () => {
  await user('Eve');
  await user('ext', 'agency.example');
  expect(await close({ exempt: ['ext@agency.example'] })).toEqual({ sessions: 1, secondFactors: 1 });
  const all = ['Eve', 'ext'];
  const others = { pending: ['ext'], codes: ['ext'], factors: ['ext'], resets: ['ext'] };
  expect(await left()).toEqual({ ...others, passwords: all, invitations: all });
  expect([await isAlive('Eve by password'), await isAlive('Eve by sso')]).toEqual([false, true]);
  expect(await isAlive('ext by password')).toBe(true);
  expect(await audited()).toEqual([{ type: 'session.revoked', data: { reason: 'sso_enforced', sessions: 1 } }]);
  const told = (await mails()).map(({ kind, to }) => `${kind} ${to}`).sort();
  expect(told).toEqual(['second-factor-off Eve@acme.example', 'sso-enforced Eve@acme.example']);
});

it('keeps the sessions where the document says so, and nothing else', async () => {
  await user('eve');
  expect(await close({ endSessions: false })).toEqual({ sessions: 0, secondFactors: 1 });
  expect(await isAlive('eve by password')).toBe(true);
  expect(await left()).toMatchObject({ pending: [], codes: [], factors: [], resets: [] });
});

it('changes and mails nothing in a plan', async () => {
  await user('eve');
  const before = await left();
  expect(await close({}, 'rollback')).toEqual({ sessions: 1, secondFactors: 1 });
  expect([await left(), await isAlive('eve by password'), await mails()]).toEqual([before, true, []]);
});

it('has no exemption for an address that only looks like an exempt one in lower case', async () => {
  await user('\u212aim');
  await close({ exempt: ['kim@acme.example'] });
  expect(await isAlive('\u212aim by password')).toBe(false);
});

it('turning SSO off ends every session and tells whom it signed out, and nobody who is disabled', async () => {
  await user('eve');
  const gone = await user('gone');
  await connected(test.current.ownerUrl, (owner) =>
    owner.query(`update users set status = 'disabled' where user_id = $1`, [gone]),
  );
  expect(await apply((state) => state.signIns.endAllSessions(id))).toBe(4);
  for (const token of ['eve by sso', 'eve by password', 'gone by sso']) expect(await isAlive(token)).toBe(false);
  expect((await mails()).map(({ kind, to }) => [kind, to])).toEqual([['sso-off', 'eve@acme.example']]);
  expect(await left()).toMatchObject({ factors: ['eve', 'gone'], resets: ['eve', 'gone'], passwords: ['eve', 'gone'] });
});

it('ends nothing of another organization', async () => {
  await user('eve');
  const other = await seedOrganization(test.current.database, document('globex'), { metadataXml: METADATA_XML });
  await apply((state) => state.signIns.closeLocalDoors(other.id, { exempt: [], endSessions: true }));
  expect(await isAlive('eve by password')).toBe(true);
  expect(await left()).toMatchObject({ factors: ['eve'], pending: ['eve'] });
});

it('a sign-in by password that was decided before does not get in afterwards', async () => {
  const userId = await user('eve');
  await close();
  const late = inAcme((tx) => open(tx, userId, 'late', localSubject(userId)));
  await expect(late).rejects.toMatchObject({ code: 'stale_revision' });
  expect(await isAlive('late')).toBe(false);
});

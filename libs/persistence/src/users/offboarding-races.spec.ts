import { actor, CREATE, decideBy, startInTurn, userBody } from '../testing/directory.ts';
import { connected, document, later, METADATA_XML, NOW, OKTA, subject, useTestDatabase } from '../testing/fixture.ts';
import { seedOrganization } from '../testing/index.ts';
import { assertion, at, BROWSER, HANDLE, newLogin } from '../testing/waiting-login.ts';
import type { Administrator, OrganizationTransaction } from '../stores.ts';
import { readOrganizationToken } from '../tokens/organization-token.ts';

/* A user goes while a sign-in of it is under way: one comes after the other, and neither fails because of the other. */

const test = useTestDatabase();
const by: Administrator = { actor: { kind: 'token', id: 'token-1' }, now: NOW };
const ANY = { keepsSsoAdmin: false };
const EVE = { profile: { email: 'eve@acme.example' }, addressKey: 'eve@acme.example' };
let org: string;
let eve: string;
let made = 0;

beforeEach(async () => {
  const { database } = test.current;
  const name = `acme-${++made}`;
  ({ id: org } = await seedOrganization(database, document(name, OKTA), { metadataXml: METADATA_XML }));
  eve = await inOrganization(async (tx) => {
    const { userId } = (await tx.createUser(subject('eve'), EVE.profile, {}, NOW)).user;
    await tx.accounts.setPassword({ userId, addressKey: EVE.addressKey, hash: 'phc', mailbox: 'proved', now: NOW });
    return userId;
  });
});

const inOrganization = <T>(work: (tx: OrganizationTransaction) => Promise<T>) =>
  test.current.database.inOrganization(org, work);
const stopped = () => test.current.database.users.deactivate(org, eve, by, ANY);
const removed = () => test.current.database.users.remove(org, eve, by, ANY);
const left = (table: string) =>
  connected(test.current.ownerUrl, async (owner) => {
    const { rows } = await owner.query(`select from ${table} where org_id = $1`, [org]);
    return rows.length;
  });

/** Goes on with `then` in the transaction that did `first`, when `other` waits for it or is done. */
async function during<T, U, V>(
  first: (tx: OrganizationTransaction) => Promise<T>,
  other: () => Promise<U>,
  then: (tx: OrganizationTransaction, first: T) => Promise<V>,
): Promise<readonly [PromiseSettledResult<V>, PromiseSettledResult<U>]> {
  let running: Promise<U> | undefined;
  const signIn = inOrganization(async (tx) => {
    const held = await first(tx);
    [running] = await startInTurn(test.current.ownerUrl, [other]);
    return then(tx, held);
  });
  const [mine] = await Promise.allSettled([signIn]);
  const [others] = await Promise.allSettled([running!]);
  return [mine, others];
}

async function waiting(verified = assertion('_r', '_a')): Promise<void> {
  const { logins } = test.current.database;
  await logins.begin(newLogin(org, '_r'));
  await logins.accept(at(org), verified);
}

const login = { subject: subject('eve'), profile: EVE.profile, facts: {}, takesOver: true, now: NOW };
const taken = (tx: OrganizationTransaction) => tx.takeVerifiedLogin(HANDLE, BROWSER, NOW);

describe.each([
  ['is deactivated', stopped, 'deactivated'],
  ['is deleted', removed, 'deleted'],
])('a user who %s', (_what, goes, outcome) => {
  it('does not wait for a login that took its answer before, which then opens nothing', async () => {
    await waiting();
    const [signIn, gone] = await during(taken, goes, (tx) => tx.recordLogin({ userId: eve, ...login }));
    expect(gone).toMatchObject({ value: { outcome } });
    expect(signIn).toMatchObject({ reason: { code: 'user_changed' } });
  });

  it('waits for who sets a password by a link', async () => {
    const { token } = await inOrganization((tx) =>
      tx.links.create({ purpose: 'password-reset', userId: eve, addressKey: EVE.addressKey, createdBy: 'x', now: NOW }),
    );
    const { hash } = readOrganizationToken(token)!;
    const [reset, gone] = await during(
      (tx) => tx.links.take(hash, 'password-reset', NOW),
      goes,
      (tx) =>
        tx.accounts.setPassword({ userId: eve, addressKey: EVE.addressKey, hash: 'new', mailbox: 'proved', now: NOW }),
    );
    expect([reset, gone]).toMatchObject([{ value: { outcome: 'set' } }, { value: { outcome } }]);
    expect(await left('one_time_links')).toBe(0);
  });

  it('waits for who has a code tried', async () => {
    const presented = { handleHash: HANDLE, browserHash: BROWSER };
    await inOrganization((tx) =>
      tx.signIns.begin({
        ...presented,
        userId: eve,
        passwordChangedAt: NOW,
        traceId: 't',
        returnTo: undefined,
        startedAt: NOW,
        expiresAt: later(600),
      }),
    );
    const [signIn, gone] = await during(
      (tx) => tx.signIns.countTry({ ...presented, now: NOW }),
      goes,
      (tx) =>
        tx.accounts.recordLogin({
          userId: eve,
          addressKey: EVE.addressKey,
          passwordChangedAt: NOW,
          revision: 1,
          now: NOW,
        }),
    );
    expect([signIn.status, gone]).toMatchObject(['fulfilled', { value: { outcome } }]);
    expect(await left('pending_sign_ins')).toBe(0);
  });
});

it('does not hold up a directory either', async () => {
  const { directory } = test.current.database;
  const created = await directory.createUser(org, userBody('dan'), CREATE, decideBy(), actor());
  if (created.outcome !== 'created') throw new Error(created.outcome);
  const { userId } = created.user;
  const dan = { ...assertion('_r', '_a'), nameId: subject('dan').nameId };
  await inOrganization((tx) => tx.recordDirectoryLogin(userId, subject('dan'), true, NOW));
  await waiting(dan);
  const was = (await directory.userState(org, userId))!;
  const off = () =>
    directory.replaceUser(org, was, { ...was.body, active: false }, { brake: undefined }, decideBy(), actor());
  const [signIn, gone] = await during(taken, off, (tx) => tx.recordDirectoryLogin(userId, subject('dan'), false, NOW));
  expect(gone).toMatchObject({ value: { outcome: 'replaced' } });
  expect(signIn).toMatchObject({ reason: { code: 'user_changed' } });
});

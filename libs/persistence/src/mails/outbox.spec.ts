import { openDatabase } from '../database.ts';
import type { Database } from '../database.ts';
import type { ClaimedMail, OutgoingMail } from '../stores.ts';
import { connected, document, later, NOW, useTestDatabase } from '../testing/fixture.ts';
import { seedOrganization } from '../testing/index.ts';

const test = useTestDatabase();
const MINUTE = 60;
const notice: OutgoingMail = { kind: 'sso-enforced', to: 'eve@acme.example', data: {} };
const code: OutgoingMail = { kind: 'email-code', to: 'eve@acme.example', data: { code: '12345678' } };

let acme: string;
const outbox = () => test.current.database.mails;
const queued = (mail: OutgoingMail, now = NOW) =>
  test.current.database.inOrganization(acme, (tx) => tx.mail(mail, now));
const read = (mails: readonly ClaimedMail[]) => Promise.all(mails.map((mail) => outbox().read(mail)));

beforeEach(async () => {
  acme = (await seedOrganization(test.current.database, document(`org${Date.now()}`), { metadataXml: '<x/>' })).id;
});
afterEach(async () => {
  await outbox().giveUp(later(30 * 24 * 60 * MINUTE));
});

it('has what a transaction queued when it commits, and nothing of one that does not', async () => {
  await queued(notice);
  const failed = test.current.database.inOrganization(acme, async (tx) => {
    await tx.mail(code, NOW);
    throw new Error('no');
  });
  await expect(failed).rejects.toThrow('no');
  const claimed = await outbox().claim(NOW, 10);
  expect(claimed).toMatchObject([{ organizationId: acme, tries: 1 }]);
  expect(await read(claimed)).toEqual([notice]);
});

it('gives a mail to one of two processes that look at the same moment', async () => {
  for (let at = 0; at < 6; at++) await queued(notice);
  const other = await openDatabase({ url: test.current.url, masterKey: test.current.masterKey, poolSize: 2 });
  try {
    const parts = await Promise.all([outbox().claim(NOW, 4), other.mails.claim(NOW, 4), other.mails.claim(NOW, 4)]);
    expect(parts.flat()).toHaveLength(6);
    expect(new Set(parts.flat().map(({ mailId }) => mailId)).size).toBe(6);
  } finally {
    await other.close();
  }
});

it('gives a mail again that was claimed and not forgotten, ever later: at least once', async () => {
  await queued(notice);
  const tries = async (seconds: number) => (await outbox().claim(later(seconds), 1)).map((mail) => mail.tries);
  expect(await tries(0)).toEqual([1]);
  expect(await tries(MINUTE - 1)).toEqual([]);
  expect(await tries(MINUTE)).toEqual([2]);
  expect(await tries(3 * MINUTE - 1)).toEqual([]);
  expect(await tries(3 * MINUTE)).toEqual([3]);
  const [mail] = await outbox().claim(later(7 * MINUTE), 1);
  await outbox().forget(mail!);
  expect(await outbox().claim(later(24 * 60 * MINUTE), 1)).toEqual([]);
  expect(await outbox().waiting()).toBe(0);
});

it('waits six hours at most between two tries, and gives up after three days', async () => {
  await queued(notice);
  const at: number[] = [];
  for (let seconds = 0; seconds < 4 * 24 * 60 * MINUTE; seconds += MINUTE) {
    if ((await outbox().claim(later(seconds), 1)).length > 0) at.push(seconds / MINUTE);
    if (at.length > 9 && seconds < 70 * 60 * MINUTE) seconds += 5 * MINUTE;
  }
  const gaps = at.slice(1).map((minute, index) => minute - at[index]!);
  expect(gaps.slice(0, 8)).toEqual([1, 2, 4, 8, 16, 32, 64, 128]);
  expect(Math.max(...gaps)).toBeLessThanOrEqual(366);
  expect(at.at(-1)).toBeLessThan(3 * 24 * 60);
  expect(await outbox().giveUp(later(3 * 24 * 60 * MINUTE))).toBe(1);
  expect(await outbox().waiting()).toBe(0);
});

it('has what is soon of no use first: a code does not wait behind announcements, and is not sent when it is over', async () => {
  for (let at = 0; at < 3; at++) await queued(notice);
  await queued(code, later(1));
  expect(await read(await outbox().claim(later(1), 1))).toEqual([code]);
  await queued(code, later(2));
  expect(await read(await outbox().claim(later(2 + 10 * MINUTE), 10))).toEqual([notice, notice, notice]);
  expect(await outbox().giveUp(later(2 + 10 * MINUTE))).toBe(2);
});

it('keeps no word of a mail in the clear (security.md 45, 47)', async () => {
  await queued(code);
  const rows = await connected(test.current.ownerUrl, async (owner) => {
    const of = async (table: string) =>
      (
        await owner.query<{ text: string }>(
          `select t::text || encode(t::text::bytea, 'escape') as text from ${table} t`,
        )
      ).rows;
    const sealed = await owner.query<{ text: string }>(`select encode(sealed, 'escape') as text from mails`);
    return JSON.stringify([await of('mails'), await of('due_mails'), sealed.rows]);
  });
  expect(rows).toContain(acme);
  expect(rows).not.toMatch(/12345678|eve|email-code/);
});

it('opens no mail that was moved to another place', async () => {
  await queued(notice);
  await queued(code);
  await connected(test.current.ownerUrl, (owner) =>
    owner.query(
      `update mails m set sealed = (select sealed from mails o where o.org_id = m.org_id and o.mail_id <> m.mail_id)
       where org_id = $1`,
      [acme],
    ),
  );
  const [mail] = await outbox().claim(NOW, 1);
  await expect(outbox().read(mail!)).rejects.toMatchObject({ code: 'sealed_secret_invalid' });
});

it('forgets the mails of an organization that is deleted', async () => {
  await queued(notice);
  const [claimed] = await outbox().claim(NOW, 1);
  await test.current.database
    .reconcileState({ actor: 'ci', now: NOW })
    .transaction('commit', (state) => state.delete(acme));
  expect(await outbox().waiting()).toBe(0);
  expect(await outbox().read(claimed!)).toBeUndefined();
});

it('tells every process that a mail was queued, when it was committed', async () => {
  const other: Database = await openDatabase({ url: test.current.url, masterKey: test.current.masterKey, poolSize: 2 });
  try {
    const told = new Promise<void>((resolve) => other.mails.onQueued(resolve));
    await queued(notice);
    await told;
    expect(await other.mails.claim(NOW, 1)).toHaveLength(1);
  } finally {
    await other.close();
  }
});

it('refuses to queue without the master key', async () => {
  const blind = await openDatabase({ url: test.current.url, poolSize: 1 });
  try {
    await expect(blind.inOrganization(acme, (tx) => tx.mail(code, NOW))).rejects.toMatchObject({
      code: 'master_key_missing',
    });
  } finally {
    await blind.close();
  }
});

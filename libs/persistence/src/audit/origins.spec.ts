import type { Client } from 'pg';
import { isOrigin, originOf, verifyChain } from '@rolecall/audit';
import type { AuditEvent } from '@rolecall/audit';
import { v7 as uuidv7 } from 'uuid';
import { workingFor } from '../sql.ts';
import { connected, later, NOW, useTestDatabase } from '../testing/fixture.ts';
import { auditEntries } from './append.ts';
import { asClient } from './clients.ts';

const test = useTestDatabase();
const DAY_SECONDS = 86_400;

const event = (subject: string, at = NOW): AuditEvent => ({
  type: 'login.succeeded',
  at,
  actor: { kind: 'user', id: subject },
  subject,
  data: {},
});

const append = (id: string, ip: string | undefined, ...events: AuditEvent[]) =>
  asClient(ip, () => test.current.database.inOrganization(id, (tx) => tx.audit(events)));

const trailOf = (id: string) => test.current.database.inOrganization(id, (tx) => tx.auditTrail(0, 100));

const asOwner = <T>(id: string, work: (owner: Client) => Promise<T>) =>
  connected(test.current.ownerUrl, async (owner) => {
    await owner.query('begin');
    await owner.query(workingFor(id));
    const result = await work(owner);
    await owner.query('commit');
    return result;
  });

const countOf = (id: string) =>
  asOwner(id, async (owner) => (await owner.query('select from audit_origins where org_id = $1', [id])).rowCount);

it('stands beside each event of a request, and beside no other', async () => {
  const id = uuidv7();
  await append(id, '::ffff:192.0.2.7', event('a'), event('b'));
  await append(id, undefined, event('c'));
  await append(id, 'unknown', event('d'));
  await append(id, '::192.0.2.9', event('e'));
  const trail = await trailOf(id);
  expect(trail.map(({ client }) => client?.address)).toEqual([
    '192.0.2.7',
    '192.0.2.7',
    undefined,
    undefined,
    '::c000:209',
  ]);
  for (const { origin, client } of trail) expect(client === undefined || isOrigin(origin, client)).toBe(true);
  expect(await verifyChain(trail)).toMatchObject({ ok: true, clients: { proved: 3, erased: 0 } });
});

it('does not mix up requests that run at the same time', async () => {
  const id = uuidv7();
  const addresses = Array.from({ length: 12 }, (_, n) => `198.51.100.${n}`);
  await Promise.all(addresses.map((ip) => append(id, ip, event(ip), event(ip))));
  for (const { subject, client } of await trailOf(id)) expect(client?.address).toBe(subject);
});

it('has one salt per organization, client and hour of the clock', async () => {
  const [one, two] = [uuidv7(), uuidv7()];
  await append(one, '192.0.2.7', event('a'));
  await append(one, '192.0.2.7', event('b', later(3599)));
  await append(one, '192.0.2.8', event('c'));
  await append(one, '192.0.2.7', event('d', later(3600)));
  await append(two, '192.0.2.7', event('e'));
  const [a, b, c, d] = await trailOf(one);
  const [e] = await trailOf(two);
  expect(b?.origin).toBe(a?.origin);
  expect(new Set([a, c, d, e].map((link) => link?.origin)).size).toBe(4);
  expect(new Set([a, c, d, e].map((link) => link?.client?.salt)).size).toBe(4);
  expect(await countOf(one)).toBe(3);
});

it('can be erased, each by itself: the chain stays whole', async () => {
  const id = uuidv7();
  await append(id, '192.0.2.7', event('a'));
  await append(id, '192.0.2.8', event('b'));
  const before = await verifyChain(await trailOf(id));
  await asOwner(id, (owner) => owner.query(`delete from audit_origins where address = '192.0.2.7'`));
  const trail = await trailOf(id);
  expect(trail.map(({ client }) => client?.address)).toEqual([undefined, '192.0.2.8']);
  expect(trail[0]?.origin).toHaveLength(64);
  const { head } = before as { head: { seq: number; hash: string } };
  expect(await verifyChain(trail, head)).toMatchObject({ ok: true, clients: { proved: 1, erased: 1 } });
});

it.each([
  ['another address', `update audit_origins set address = '192.0.2.9'`],
  ['another salt', `update audit_origins set salt = sha256(salt)`],
  [
    'the row of another client',
    `update audit_origins o set address = p.address, salt = p.salt from audit_origins p where p.digest <> o.digest`,
  ],
])('%s is found out', async (_, statement) => {
  const id = uuidv7();
  await append(id, '192.0.2.7', event('a'));
  await append(id, '192.0.2.8', event('b'));
  await asOwner(id, (owner) => owner.query(statement));
  expect(await verifyChain(await trailOf(id))).toMatchObject({ ok: false, seq: 1, code: 'changed_address' });
});

it('is written by the append alone: the apps neither change nor delete it (security.md 48)', async () => {
  const id = uuidv7();
  await append(id, '192.0.2.7', event('a'));
  const asRuntime = (statement: string) =>
    connected(test.current.url, async (client) => {
      await client.query(`begin; ${workingFor(id)}`);
      return (await client.query(statement)).rowCount;
    });
  for (const statement of [
    `update audit_origins set address = '192.0.2.9'`,
    `insert into audit_origins select org_id, sha256(digest), address, salt, first_seen_at from audit_origins`,
    'truncate audit_origins',
    'delete from audit_origins',
    'delete from audit_origin_days',
    'update audit_address_days set days = 0',
    `update audit_events set origin = null`,
  ])
    await expect(asRuntime(statement)).rejects.toThrow('permission denied');
  expect(await countOf(id)).toBe(1);
});

it('is found by the address, in whichever form it is asked for', async () => {
  const id = uuidv7();
  await append(id, '2001:db8::7', event('a'));
  await append(id, '192.0.2.8', event('b'));
  await append(id, '2001:DB8:0::7', event('c', later(7200)));
  const list = (address: string) => test.current.database.audit.list(id, { address, after: 0, limit: 10 });
  expect((await list('2001:db8::7')).map(({ subject }) => subject)).toEqual(['a', 'c']);
  expect(await list('192.0.2.9')).toEqual([]);
});

/** What the owner tells the database, by `migrate`. */
const keepFor = (days: number) =>
  connected(test.current.ownerUrl, (owner) => owner.query('update audit_address_days set days = $1', [days]));

it('stays as long as the database was told, whatever the services ask for (security.md 48)', async () => {
  const id = uuidv7();
  const today = new Date();
  const daysAgo = (days: number) => new Date(today.getTime() - days * DAY_SECONDS * 1000);
  await append(id, '192.0.2.1', event('a', today));
  await append(id, '192.0.2.2', event('b', daysAgo(28)));
  await append(id, '192.0.2.3', event('c', daysAgo(31)));
  await keepFor(30);
  await test.current.database.purgeExpired(daysAgo(-1000), 0);
  expect((await trailOf(id)).map(({ client }) => client?.address)).toEqual(['192.0.2.1', '192.0.2.2', undefined]);
  await connected(test.current.url, (client) => client.query(`select erase_audit_origins('9999-01-01', 1000)`));
  expect(await countOf(id)).toBe(2);
  await keepFor(0);
  await test.current.database.purgeExpired(today, 0);
  expect(await countOf(id)).toBe(0);
});

it('goes after so many days, of organizations that are gone as well', async () => {
  await keepFor(0);
  const [id, other] = [uuidv7(), uuidv7()];
  const BASE = new Date(new Date().setUTCHours(0, 0, 0, 0) - 200 * DAY_SECONDS * 1000);
  const at = (day: number, second = 0) => new Date(BASE.getTime() + (day * DAY_SECONDS + second) * 1000);
  await append(id, '192.0.2.1', event('a', at(0)));
  await append(id, '192.0.2.2', event('b', at(0, DAY_SECONDS - 1)));
  await append(id, '192.0.2.3', event('c', at(1)));
  await append(other, '192.0.2.4', event('d', at(30)));
  const purge = (now: Date, days?: number) => test.current.database.purgeExpired(now, days);
  await purge(at(90, -1));
  expect([await countOf(id), await countOf(other)]).toEqual([3, 1]);
  expect((await purge(at(90))).addresses).toBeGreaterThanOrEqual(2);
  expect([await countOf(id), await countOf(other)]).toEqual([1, 1]);
  await purge(at(40), 10);
  expect([await countOf(id), await countOf(other)]).toEqual([0, 0]);
  expect(await verifyChain(await trailOf(id))).toMatchObject({ ok: true, clients: { proved: 0, erased: 3 } });
  await append(id, '192.0.2.5', event('e', at(40)));
  expect((await purge(at(40), 0)).addresses).toBe(1);
  const days = connected(test.current.ownerUrl, (owner) =>
    owner.query('select from audit_origin_days where org_id = any($1)', [[id, other]]),
  );
  expect((await days).rowCount).toBe(0);
});

it('goes at last when it was erased while another of the day was being written', async () => {
  await keepFor(0);
  const id = uuidv7();
  const now = new Date();
  const purge = () => test.current.database.purgeExpired(now, 0);
  await append(id, '192.0.2.1', event('a', now));
  await asClient('192.0.2.2', () =>
    asOwner(id, async (owner) => {
      await owner.query('select audit_append($1, $2)', [id, JSON.stringify(auditEntries(id, [event('b', now)]))]);
      await purge();
    }),
  );
  await purge();
  expect(await countOf(id)).toBe(0);
});

it('is what it commits to in PostgreSQL as well', async () => {
  const id = uuidv7();
  await append(id, '192.0.2.7', event('a'));
  const [link] = await trailOf(id);
  const { rows } = await asOwner(id, (owner) =>
    owner.query<{ origin: string }>(
      `select encode(sha256(convert_to('rolecall audit origin v1', 'UTF8') || '\\x00' || salt || convert_to(host(address), 'UTF8')), 'hex')
         as origin from audit_origins where org_id = $1`,
      [id],
    ),
  );
  expect(rows).toEqual([{ origin: originOf(link!.client!) }]);
  expect(link?.origin).toBe(rows[0]?.origin);
});

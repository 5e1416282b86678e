import { chainHash, eventDigest } from '@rolecall/audit';
import type { AuditEvent } from '@rolecall/audit';
import { openDatabase } from '@rolecall/persistence';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import type { System } from '../system/system.ts';
import { startTestSystem } from './test-system.ts';

/*
 * Somebody who owns the database changes the log, as no service can; the command that anybody runs elsewhere says so. The log is put
 * back after each.
 */

let system: System;
let directory: string;
let owner: pg.Client;
let acme: string;
let head: string;
/** Of the first command of the deployment that asks for a signature. */
let first: Awaited<ReturnType<System['rolecall']>>;

const TABLES = ['audit_events', 'audit_heads', 'audit_origins'];

beforeAll(async () => {
  system = await startTestSystem();
  directory = mkdtempSync(join(tmpdir(), 'audit-'));
  owner = new pg.Client({ connectionString: system.ownerUrl });
  await owner.connect();
  const database = await openDatabase({ url: system.databaseUrl });
  acme = (await database.registry.record('acme'))?.organizationId ?? '';
  const at = new Date('2026-11-22T10:00:00.000Z');
  const actor = { kind: 'user', id: 'somebody' } as const;
  for (let n = 0; n < 12; n += 1) {
    const data = { identityProvider: 'okta', code: `code_${n}` };
    await database.audit.append(acme, { type: 'login.refused', at, actor, subject: 'okta', data });
  }
  await database.close();
  await owner.query(`select set_config('rolecall.organization_id', $1, false)`, [acme]);
  for (const table of TABLES) await owner.query(`create temp table kept_${table} as select * from ${table}`);
  first = await verify();
  head = join(directory, 'acme.head');
  writeFileSync(head, (await system.rolecall(['audit', 'head', 'acme'], directory)).stdout);
});

afterAll(async () => {
  await owner?.end();
  await system?.stop();
  rmSync(directory, { recursive: true, force: true });
});

afterEach(async () => {
  for (const table of TABLES)
    await owner.query(`delete from ${table}; insert into ${table} select * from kept_${table}`);
});

const verify = (...more: string[]) => system.rolecall(['audit', 'verify', 'acme', ...more], directory);

interface Columns {
  readonly seq: string;
  readonly actor_kind: 'user';
  readonly actor_id: string;
  readonly trace_id: string | null;
  readonly origin: Buffer | null;
}

/** What it takes to make a changed log whole again: every digest and hash after the change. */
async function rehash(): Promise<void> {
  const { rows } = await owner.query<Omit<AuditEvent, 'origin'> & Columns>(
    'select * from audit_events where org_id = $1 order by seq',
    [acme],
  );
  let hash = '00'.repeat(32);
  for (const row of rows) {
    const { type, at, subject, data, actor_kind: kind, actor_id: id, trace_id: traceId } = row;
    const origin = row.origin?.toString('hex');
    const event = { type, at, subject, data, actor: { kind, id }, origin, ...(traceId !== null && { traceId }) };
    const digest = eventDigest(event);
    hash = chainHash(hash, digest);
    const values = [acme, row.seq, Buffer.from(digest, 'hex'), Buffer.from(hash, 'hex')];
    await owner.query('update audit_events set digest = $3, hash = $4 where org_id = $1 and seq = $2', values);
  }
  const last = [acme, Buffer.from(hash, 'hex'), rows.at(-1)?.seq];
  await owner.query('update audit_heads set hash = $2, seq = $3 where org_id = $1', last);
}

it('is verified for the first who asks for a signature: the key is made then', () => {
  expect([first.code, first.stdout]).toEqual([0, expect.stringMatching(/^\d+ events, whole and in order/)]);
});

it('is whole when nobody touched it, also after more has come (security.md 48)', async () => {
  const plain = await verify();
  expect([plain.code, plain.stdout]).toEqual([0, expect.stringMatching(/^\d+ events, whole and in order/)]);
  expect(plain.stderr).toContain('Not compared with an earlier head');
  const exported = await system.rolecall(['audit', 'export', 'acme'], directory);
  expect(exported.stdout.trim().split('\n').length).toBeGreaterThan(12);
  const compared = await verify('--head', head);
  expect([compared.code, compared.stderr]).toEqual([0, '']);
});

const TAMPERED: readonly (readonly [what: string, code: string, sql: string])[] = [
  ['an edit', 'edited_event', `update audit_events set data = '{"code":"harmless"}' where seq = 5`],
  ['another actor', 'edited_event', `update audit_events set actor_id = 'somebody else' where seq = 5`],
  ['another time', 'edited_event', `update audit_events set at = at - interval '1 day' where seq = 5`],
  ['a deletion', 'missing_event', 'delete from audit_events where seq = 5'],
  [
    'two that changed places',
    'broken_chain',
    'update audit_events set seq = -seq where seq in (5, 6); update audit_events set seq = 11 + seq where seq < 0',
  ],
  ['a cut at the end', 'truncated', 'delete from audit_events where seq > 6'],
  ['another address', 'changed_address', `update audit_origins set address = '192.0.2.9'`],
];

it.each(TAMPERED)('shows %s (security.md 48)', async (_what, code, sql) => {
  await owner.query(sql);
  const { code: exit, stdout, stderr } = await verify('--head', head);
  expect([exit, stdout]).toEqual([5, '']);
  expect(stderr).toContain(`(${code})`);
});

it('is whole when the addresses beside it are erased (security.md 48)', async () => {
  await owner.query('delete from audit_origins');
  const { code, stdout } = await verify('--head', head);
  expect([code, stdout]).toEqual([0, expect.stringMatching(/^Client addresses: 0 as recorded, [1-9]\d* erased\.$/m)]);
});

it.each([
  ['a cut at the end that the head knows of', 'truncated', 'delete from audit_events where seq > 6'],
  ['a log that was written anew', 'other_head', `update audit_events set data = '{"code":"harmless"}' where seq = 5`],
])('shows %s, by the head that was kept elsewhere (security.md 48)', async (_what, code, sql) => {
  await owner.query(sql);
  await rehash();
  expect((await verify()).code).toBe(0);
  const { code: exit, stderr } = await verify('--head', head);
  expect([exit, stderr]).toEqual([5, expect.stringContaining(`(${code})`)]);
});

it('takes no head that nobody signed, or of another organization (security.md 48)', async () => {
  const forged = join(directory, 'forged.head');
  const { stdout } = await system.rolecall(['audit', 'head', 'acme'], directory);
  const [header, payload = '', signature] = stdout.trim().split('.');
  const said = JSON.parse(Buffer.from(payload, 'base64url').toString()) as object;
  const lower = Buffer.from(JSON.stringify({ ...said, seq: 0, hash: '00'.repeat(32) })).toString('base64url');
  writeFileSync(forged, [header, lower, signature].join('.'));
  const changed = await verify('--head', forged);
  expect([changed.code, changed.stderr]).toEqual([5, expect.stringContaining('its signature does not fit')]);
  const others = join(directory, 'others.head');
  writeFileSync(others, (await system.rolecall(['audit', 'head'], directory)).stdout);
  expect((await verify('--head', others)).stderr).toContain('the log of another organization');
});

it('lets no service change or delete an event (security.md 48)', async () => {
  const service = new pg.Client({ connectionString: system.databaseUrl });
  await service.connect();
  try {
    await service.query(`select set_config('rolecall.organization_id', $1, false)`, [acme]);
    for (const sql of [
      'update audit_events set seq = 1',
      'delete from audit_events',
      'update audit_heads set seq = 1',
    ]) {
      await expect(service.query(sql)).rejects.toThrow('permission denied');
    }
  } finally {
    await service.end();
  }
});

import { createServer, request as forward } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { verifyChain } from '@rolecall/audit';
import { openDatabase } from '@rolecall/persistence';
import { ChaosSystem } from './chaos-system.ts';

// ROLECALL_CHAOS_ROUNDS=50 kills more often, ROLECALL_CHAOS_SEED repeats what a failure names.

const NAMES = Array.from({ length: 200 }, (_, index) => `org-${String(index).padStart(3, '0')}`);
const ROUNDS = Number(process.env['ROLECALL_CHAOS_ROUNDS'] ?? 3);
const SEED = Number(process.env['ROLECALL_CHAOS_SEED'] ?? 20_261_122);
const APPLY = ['apply', '--auto-approve'];

/** Mulberry32: numbers from 0 to 1 that the seed alone decides. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

let system: ChaosSystem;
/** How long an apply of all takes here, the command's start included. */
let usual = 0;

beforeAll(async () => {
  system = new ChaosSystem();
  await system.start();
  system.write(NAMES, 'v0');
  const before = performance.now();
  const { code, output } = await system.rolecall(APPLY).ended;
  if (code !== 0) throw new Error(output);
  usual = performance.now() - before;
}, 180_000);

afterAll(() => system?.stop());

/** What the organizations are by now: a line for each kind. */
function kinds(): Promise<{ version: string; organizations: number; registered: number }[]> {
  return system.asOwner(async (owner) => {
    const { rows } = await owner.query<{ version: string; organizations: number; registered: number }>(`
      select r.document -> 'spec' ->> 'displayName' as version, count(*)::int as organizations,
        count(*) filter (where g.digest = r.digest and g.applied_digest = r.digest and g.revision = o.revision)::int as registered
      from organizations o
      join revisions r on r.org_id = o.org_id and r.number = o.revision
      join organization_registry g on g.org_id = o.org_id
      group by 1 order by 1`);
    return rows;
  });
}

/** Ids of organizations whose audit chain does not verify, or does not tell of every revision. */
async function brokenChains(): Promise<string[]> {
  const database = await openDatabase({ url: system.url, masterKey: system.masterKey, poolSize: 4 });
  try {
    const broken: string[] = [];
    for (const name of NAMES) {
      const { organizationId, revision } = (await database.registry.record(name))!;
      const trail = await database.inOrganization(organizationId, (tx) => tx.auditTrail(0, 1_000));
      const chain = await verifyChain(trail);
      if (!chain.ok || trail.length !== revision) broken.push(name);
    }
    return broken;
  } finally {
    await database.close();
  }
}

const next = numbers(SEED);
const rounds = Array.from({ length: ROUNDS }, (_, index) => ({
  round: index + 1,
  victim: (['server', 'command', 'postgres'] as const)[index % 3] ?? 'server',
  // the first quarter is the start of the command
  at: 0.25 + 0.75 * next(),
}));

describe(`kill -9 in an apply of ${NAMES.length} organizations (seed ${SEED})`, () => {
  it.each(rounds)(
    'round $round: of the $victim, at $at of the usual time',
    async ({ round, victim, at }) => {
      const [old] = await kinds();
      const version = `v${round}`;
      system.write(NAMES, version);
      const apply = system.rolecall(APPLY);
      await delay(at * usual);
      if (victim === 'command') apply.process.kill('SIGKILL');
      if (victim === 'server') {
        await system.stopServer('SIGKILL');
        await system.startServer();
      }
      if (victim === 'postgres') {
        await system.killDatabase();
        await system.startDatabase();
      }
      await apply.ended;
      await system.quiet();

      const left = await kinds();
      expect(left).toHaveLength(1);
      expect([old?.version, version]).toContain(left[0]?.version);
      expect(left[0]).toMatchObject({ organizations: NAMES.length, registered: NAMES.length });

      await system.rolecall(['unlock', 'default']).ended;
      expect(await system.rolecall(APPLY).ended).toMatchObject({ code: 0 });
      expect(await kinds()).toEqual([{ version, organizations: NAMES.length, registered: NAMES.length }]);
      expect(await brokenChains()).toEqual([]);
    },
    180_000,
  );
});

it('SIGTERM of the command gives the lease back, and the apply that it had sent is refused', async () => {
  const [before] = await kinds();
  system.write(NAMES, 'interrupted');
  await system.asOwner(async (owner) => {
    await owner.query('begin');
    await owner.query(`select from organization_registry where name = 'org-150' for update`);
    const apply = system.rolecall(APPLY);
    const waits = `select from pg_stat_activity where wait_event_type = 'Lock' and application_name like 'rolecall%'`;
    while ((await owner.query(waits)).rowCount === 0) {
      await owner.query('select pg_stat_clear_snapshot()'); // else this transaction sees what it saw first
      await delay(20);
    }
    apply.process.kill('SIGTERM');
    expect(await apply.ended).toMatchObject({ code: 143, output: expect.stringContaining('interrupted') });
    await owner.query('rollback');
    const { rows } = await owner.query(`select expires_at from collection_leases where collection = 'default'`);
    expect(rows).toEqual([{ expires_at: null }]);
  });
  await system.quiet();
  expect(await kinds()).toEqual([before]);
});

it('an apply of what is there already is one request, and writes nothing', async () => {
  expect(await system.rolecall(APPLY).ended).toMatchObject({ code: 0 });
  const requests: string[] = [];
  const proxy = createServer((incoming, outgoing) => {
    requests.push(`${incoming.method} ${incoming.url}`);
    const { method, url, headers } = incoming;
    const onward = forward(system.address + url, { method, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(outgoing);
    });
    incoming.pipe(onward);
  });
  await new Promise<void>((resolve) => void proxy.listen(0, '127.0.0.1', resolve));
  try {
    // the statistics of a connection are complete once it has ended
    await system.stopServer('SIGTERM');
    await system.startServer();
    const before = await written();
    const through = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
    const second = await system.rolecall(APPLY, through).ended;
    expect(second).toMatchObject({ code: 0, output: expect.stringContaining('No changes. 200 unchanged') });
    expect(requests).toEqual(['GET /v1/collections/default']);
    await system.stopServer('SIGTERM');
    expect(await written()).toEqual(before);
  } finally {
    proxy.closeAllConnections();
    proxy.close();
    await system.startServer();
  }
});

/** Rows that were ever written, by table: PostgreSQL's own count. Once a minute the last use of a token is noted. */
function written(): Promise<Record<string, string>> {
  return system.asOwner(async (owner) => {
    while (
      (
        await owner.query(
          `select from pg_stat_activity where application_name like 'rolecall%' and xact_start is not null`,
        )
      ).rowCount !== 0
    )
      await delay(20);
    const { rows } = await owner.query<{ name: string; rows: string }>(
      `select relname as name, n_tup_ins + n_tup_upd + n_tup_del as rows from pg_stat_user_tables
       where relname <> 'api_tokens' order by 1`,
    );
    return Object.fromEntries(rows.map(({ name, rows: count }) => [name, count]));
  });
}

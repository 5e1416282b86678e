// SCIM: what provisioning costs the server process, against one statement behind node:http, and whether it stays the same when
// directories and groups grow. --sizes=1000,100000 sets the sizes, --million adds a directory of 1,000,000 users (ten minutes more),
// --quick measures a tenth of the requests, --peers other SCIM servers in the same run. For work on one of them: --only=create,userName
// measures the operations whose names have one of these words, at one directory, and --profile=DIR writes the server's CPU profile there.
import { fileURLToPath } from 'node:url';
import type { Pool } from 'undici';
import { freePort } from '../system/ports.ts';
import { httpPool, type Load, load, median, ms, pin, pinPostgres, ratio, startServer, table } from './measure.ts';
import { FILLED, measurePeers, type PeerRow } from './peers/scim-peers.ts';
import { type BenchScim, GROUP_SIZES, startScim } from './scim-directory.ts';
import { addMembers, ask, type Directory, newUser, OPERATIONS, type OperationName } from './scim-operations.ts';

const CONCURRENCY = 16;
const ROUNDS = 3;
const isQuick = process.argv.includes('--quick');
/** A process's clock ticks every 10 ms: so many requests that a tick is about a hundredth of each row. */
const READS = isQuick ? 100 : 3_000;
const WRITES = isQuick ? 60 : 1_500;
/** Each of a user of its own, beside those who join groups. */
const DEACTIVATIONS = isQuick ? 60 : 1_000;
const MEMBERS = isQuick ? 30 : 300;
const SLOW_REQUESTS = isQuick ? 16 : 160;
const TENANTS = 20;

function argument(name: string): string | undefined {
  return process.argv.find((each) => each.startsWith(`--${name}=`))?.slice(name.length + 3);
}

const sizes = (argument('sizes') ?? '1000,100000')
  .split(',')
  .map(Number)
  .concat(process.argv.includes('--million') ? [1_000_000] : []);

const only = argument('only')?.split(',');
const NAMES = (Object.keys(OPERATIONS) as OperationName[]).filter(
  (name) => only?.some((word) => name.includes(word)) ?? true,
);
const CURSOR = 'list: page of 100 at nine tenths, by cursor';
type Measured = OperationName | typeof CURSOR;
type Results<Name extends string> = Map<Name, Load[]>;

/** Which floor an operation stands on. */
const FLOOR_OF: Record<Measured, FloorName> = {
  'create a user': 'create',
  'get a user': 'lookup',
  'filter userName eq': 'lookup',
  'filter externalId eq': 'lookup',
  'filter emails[type eq "work"].value eq': 'lookup',
  'filter groups displayName eq, without members': 'lookup',
  'list: first page of 100': 'page',
  'list: page of 100 at nine tenths, by index': 'page',
  [CURSOR]: 'page',
  'patch one attribute': 'patch',
  deactivate: 'patch',
  'bulk of 20 creates': 'create',
};

const FLOORS = ['create', 'lookup', 'page', 'patch', 'member'] as const;
type FloorName = (typeof FLOORS)[number];

function requestsOf(name: Measured): number {
  if (name.startsWith('list') || name.startsWith('bulk')) return SLOW_REQUESTS;
  if (name === 'deactivate') return DEACTIVATIONS;
  return name.startsWith('create') || name.startsWith('patch') ? WRITES : READS;
}

/** Numbers that never come twice at one directory. */
const used = new Map<string, number>();

function take(key: string, count: number): number {
  const first = used.get(key) ?? 0;
  used.set(key, first + count);
  return first;
}

function note<Name extends string>(results: Results<Name>, name: Name, measured: Load): void {
  results.set(name, [...(results.get(name) ?? []), measured]);
}

/** One round of everything at these directories, a request at each in turn. */
async function round(
  pid: number,
  pool: Pool,
  directories: readonly Directory[],
  results: Results<Measured>,
): Promise<void> {
  for (const name of NAMES) {
    const count = requestsOf(name);
    const first = take(`${directories[0]?.token} ${name}`, count);
    const measured = await load(pid, count, CONCURRENCY, async (index) => {
      const directory = directories[index % directories.length];
      if (directory) await ask(pool, directory, OPERATIONS[name](directory, first + index));
    });
    note(results, name, measured);
  }
}

interface CursorPage {
  readonly nextCursor?: string;
}

async function pageAfter(pool: Pool, directory: Directory, cursor: string): Promise<string> {
  const path = `/Users?count=100&cursor=${cursor}`;
  const page = JSON.parse(await ask(pool, directory, { method: 'GET', path, expect: 200 })) as CursorPage;
  return page.nextCursor ?? '';
}

/** Walks nine tenths of the directory once; returns where that is. */
async function deepCursor(pool: Pool, directory: Directory): Promise<string> {
  let cursor = '';
  for (let page = 0; page < Math.floor((directory.size * 0.9) / 100); page++)
    cursor = await pageAfter(pool, directory, cursor);
  return cursor;
}

/** Adding one member at a time, whatever the group's size, and fifty in one PATCH. */
async function groups(pid: number, pool: Pool, directory: Directory, results: Results<string>): Promise<void> {
  for (const [at, size] of directory.groups.entries()) {
    const first = take(`${directory.token} member ${size}`, MEMBERS);
    const add = (index: number) => ask(pool, directory, addMembers(directory, at + 1, first + index, 1));
    note(
      results,
      `add one member, group of ${size}`,
      await load(pid, MEMBERS, 1, async (index) => void (await add(index))),
    );
  }
}

async function fifty(pid: number, pool: Pool, directory: Directory, results: Results<string>): Promise<void> {
  const group = directory.groups.length;
  const count = Math.min(4, SLOW_REQUESTS);
  // behind those who joined one by one
  const first = take(`${directory.token} fifty`, count) + Math.ceil(((ROUNDS + 1) * MEMBERS) / 50) + 1;
  const measured = await load(pid, count, 1, async (index) => {
    await ask(pool, directory, addMembers(directory, group, first + index, 50));
  });
  note(results, `50 operations in one PATCH, group of ${directory.groups.at(-1)}`, measured);
}

async function floors(pid: number, pool: Pool, results: Results<FloorName>): Promise<void> {
  for (const name of FLOORS) {
    const isWrite = name === 'create' || name === 'patch';
    const count = name === 'page' ? SLOW_REQUESTS : isWrite ? WRITES : READS;
    const first = take(`floor ${name}`, count);
    const measured = await load(pid, count, CONCURRENCY, async (index) => {
      const number = first + index;
      const key = {
        create: `new${number}`,
        lookup: `user${(number % FLOOR_USERS) + 1}`,
        page: ZERO,
        patch: `user${(number % FLOOR_USERS) + 1}`,
        member: number,
      }[name];
      const body = isWrite ? JSON.stringify(newUser(`f${number}`)) : '';
      const response = await pool.request({
        method: isWrite ? 'POST' : 'GET',
        path: `/${name}?key=${key}`,
        ...(isWrite && { body }),
      });
      await response.body.dump();
      if (response.statusCode !== 200) throw new Error(`the floor ${name} answered ${response.statusCode}`);
    });
    note(results, name, measured);
  }
}

/** Of scim-floor.mjs. */
const FLOOR_USERS = 10_000;
const ZERO = '00000000-0000-0000-0000-000000000000';

export async function run(): Promise<string> {
  const scim = await startScim(argument('profile'));
  const port = await freePort();
  const floor = await startServer({
    script: fileURLToPath(new URL('scim-floor.mjs', import.meta.url)),
    env: { DATABASE_URL: scim.ownerUrl, PORT: String(port) },
    readyUrl: `http://127.0.0.1:${port}/ready`,
  });
  try {
    pin(process.pid, 1);
    await pinPostgres(scim.ownerUrl, 1);
    return await measure(scim, { pid: floor.pid, origin: `http://127.0.0.1:${port}` });
  } finally {
    await floor.stop();
    await scim.stop();
  }
}

async function measure(scim: BenchScim, floor: { readonly pid: number; readonly origin: string }): Promise<string> {
  const directories: Directory[] = [];
  for (const size of sizes) {
    console.error(`  a directory of ${size} users ...`);
    directories.push(await scim.directory(`bench-${size}`, size));
  }
  const perTenant = Math.max(500, Math.floor(Math.min(...sizes.slice(1), 100_000) / TENANTS));
  const tenants: Directory[] = [];
  for (let n = 1; n <= (only ? 0 : TENANTS); n++) tenants.push(await scim.directory(`tenant-${n}`, perTenant));
  await scim.settle();

  const pool = httpPool(scim.origin, CONCURRENCY);
  const floorPool = httpPool(floor.origin, CONCURRENCY);
  const cursors = [];
  for (const directory of directories) cursors.push(only ? '' : await deepCursor(pool, directory));
  const ours = [...directories.map(() => new Map<Measured, Load[]>()), new Map<Measured, Load[]>()];
  const members = directories.map(() => new Map<string, Load[]>());
  const floorResults: Results<FloorName> = new Map();
  for (let each = 0; each <= ROUNDS; each++) {
    console.error(each === 0 ? '  warming up ...' : `  round ${each} of ${ROUNDS} ...`);
    await floors(floor.pid, floorPool, floorResults);
    for (const [at, directory] of directories.entries()) {
      const results = ours[at];
      const memberResults = members[at];
      const cursor = cursors[at];
      if (!results || !memberResults || cursor === undefined) continue;
      await round(scim.pid, pool, [directory], results);
      if (only) continue;
      note(
        results,
        CURSOR,
        await load(scim.pid, SLOW_REQUESTS, CONCURRENCY, async () => void (await pageAfter(pool, directory, cursor))),
      );
      await groups(scim.pid, pool, directory, memberResults);
      await fifty(scim.pid, pool, directory, memberResults);
    }
    const acrossTenants = ours.at(-1);
    if (acrossTenants && !only) await round(scim.pid, pool, tenants, acrossTenants);
    // the first one warms up
    if (each === 0) for (const results of [...ours, ...members, floorResults]) results.clear();
  }
  await Promise.all([pool.close(), floorPool.close()]);
  const peers = process.argv.includes('--peers') ? await measurePeers(scim.ownerUrl, isQuick, only !== undefined) : [];
  return report({ directories, ours, members, floor: floorResults, perTenant, peers });
}

interface Report {
  readonly directories: readonly Directory[];
  readonly ours: readonly Results<Measured>[];
  readonly members: readonly Results<string>[];
  readonly floor: Results<FloorName>;
  readonly perTenant: number;
  readonly peers: readonly PeerRow[];
}

function cpuOf(loads: readonly Load[] | undefined): number {
  return median((loads ?? []).map(({ cpuMs }) => cpuMs));
}

function report(measured: Report): string {
  if (only) return `${operationsTable(measured)}\n${peersTable(measured)}`;
  return `## SCIM

What identity providers ask: whole requests to the server process, token, decision, audit and request log included; ${READS.toLocaleString('en')} requests a
round, ${WRITES.toLocaleString('en')} writes (${DEACTIVATIONS.toLocaleString('en')} deactivations, ${SLOW_REQUESTS} lists and bulks), ${CONCURRENCY} at once, ${ROUNDS} rounds, medians. The floor is node:http with one statement and nothing else. A
bulk stands for 20 creates.

${operationsTable(measured)}

### The same at any size

CPU of the server process in milliseconds. Target: within 1.5x from the smallest to the largest directory, lookups within 1.15x.

${flatnessTable(measured)}

### Members of a group

One PATCH that adds one member who was not in the group, one after the other. Target: a group of 100,000 within 1.2x of one of 10.

${membersTable(measured)}
${peersTable(measured)}`;
}

function operationsTable({ directories, ours, floor }: Report): string {
  const results = ours[directories.length - 1];
  const rows = [...NAMES, ...(only ? [] : [CURSOR as Measured])].map((name) => {
    const loads = results?.get(name) ?? [];
    const cpu = cpuOf(loads);
    const stands = cpuOf(floor.get(FLOOR_OF[name])) * (name.startsWith('bulk') ? 20 : 1);
    const of = (pick: (each: Load) => number) => ms(median(loads.map(pick)));
    return [name, ms(cpu), ms(stands), ratio(cpu / stands), `${of(({ p50 }) => p50)} / ${of(({ p99 }) => p99)}`];
  });
  const size = directories.at(-1)?.size ?? 0;
  return table(
    [`${size.toLocaleString('en')} users, CPU per request`, 'ms', 'floor, ms', 'of the floor', 'p50 / p99, ms'],
    rows,
  );
}

function flatnessTable({ directories, ours, perTenant }: Report): string {
  const rows = [...NAMES, CURSOR as Measured].map((name) => {
    const cpus = ours.map((results) => cpuOf(results.get(name)));
    const single = cpus.slice(0, directories.length);
    const tenants = cpus.at(-1) ?? 0;
    return [name, ...single.map(ms), ratio((single.at(-1) ?? 0) / (single[0] ?? 1)), tenants > 0 ? ms(tenants) : ''];
  });
  const heads = directories.map(({ size }) => `${size.toLocaleString('en')} users`);
  return table(['', ...heads, 'last of first', `${TENANTS} tenants of ${perTenant.toLocaleString('en')}`], rows);
}

function membersTable({ directories, members, floor }: Report): string {
  const results = members[directories.length - 1] ?? new Map<string, Load[]>();
  const first = cpuOf(results.get(`add one member, group of ${GROUP_SIZES[0]}`));
  const stands = cpuOf(floor.get('member'));
  const rows = [...results].map(([name, loads]) => {
    const cpu = cpuOf(loads);
    const isOne = name.startsWith('add one');
    return [
      name,
      ms(cpu),
      isOne ? ratio(cpu / first) : '',
      isOne ? ratio(cpu / stands) : '',
      ms(median(loads.map(({ p50 }) => p50))),
    ];
  });
  return table(
    [
      `${(directories.at(-1)?.size ?? 0).toLocaleString('en')} users`,
      'CPU, ms',
      'of a group of 10',
      'of the floor',
      'p50, ms',
    ],
    rows,
  );
}

/** Peers at a small directory, beside ours at the smallest one. */
function peersTable({ directories, ours, members, peers }: Report): string {
  if (peers.length === 0) return '';
  const cell = (cpu: number, own: number) => (cpu > 0 ? `${ms(cpu)} (${ratio(cpu / own)})` : 'not offered');
  const largest = ours[directories.length - 1];
  const filled = peers[0]?.filled.map(({ name }, at) => {
    const own = cpuOf(largest?.get(name as Measured));
    return [name, ms(own), ...peers.map((peer) => cell(cpuOf(peer.filled[at]?.loads), own))];
  });
  const rows = peers[0]?.operations.map(({ name, group }, at) => {
    const own =
      group === undefined
        ? cpuOf(ours[0]?.get(name as Measured))
        : cpuOf(members[0]?.get(`add one member, group of ${group}`));
    return [name, ms(own), ...peers.map(({ operations }) => cell(cpuOf(operations[at]?.loads), own))];
  });
  return `
### Peers

Each behind its own routes on the same PostgreSQL, ${(peers[0]?.users ?? 0).toLocaleString('en')} users that were made through its API. In brackets: how many times ours.

${table(['CPU, ms', 'Rolecall', ...peers.map(({ name }) => name)], rows ?? [])}

With ${FILLED.toLocaleString('en')} more users in the tables of each, shaped on one that was made through its API; ours in the largest directory above.

${table(['CPU, ms', 'Rolecall', ...peers.map(({ name }) => name)], filled ?? [])}
`;
}

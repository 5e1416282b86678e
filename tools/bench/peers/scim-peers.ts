// Other SCIM servers, asked the same in the same run: what each can do of it, at a small directory that was made through its API.
import { fileURLToPath } from 'node:url';
import type { Pool } from 'undici';
import { freePort } from '../../system/ports.ts';
import { httpPool, type Load, load, startServer } from '../measure.ts';
import { ask, type Directory, newUser, patch } from '../scim-operations.ts';
import { fillPeer } from './fill-peers.ts';
import { installPeer } from './install-peer.ts';
import { POLIS } from './polis.ts';

const USERS = 1_000;
/** better-auth takes no more than 1,000; those who are added while it is measured come on top. */
const MEMBERS = 900;
const ROUNDS = 3;
const CONCURRENCY = 16;

/** Users whom the tables of a peer get afterwards. */
export const FILLED = 100_000;

export interface PeerRow {
  readonly name: string;
  readonly users: number;
  readonly operations: readonly PeerOperation[];
  /** What a directory of `FILLED` users costs. */
  readonly filled: readonly PeerOperation[];
}

/** `name` as of ours; `group` = the size of our group that it stands beside. */
export interface PeerOperation {
  readonly name: string;
  readonly group?: number;
  readonly loads: readonly Load[];
}

interface Peer {
  readonly name: string;
  readonly script: string;
  readonly install: () => string;
}

const PEERS: readonly Peer[] = [
  {
    name: 'scimmy-routers 1.3',
    script: 'scimmy-server.mjs',
    install: () => installPeer(['scimmy-routers@1.3.2', 'scimmy@1.3.5', 'express@5.3.0'], 'scimmy'),
  },
  { name: 'Polis 26.2', script: 'polis-scim-server.mjs', install: () => installPeer([POLIS]) },
  {
    name: 'better-auth 1.7',
    script: 'better-auth-server.mjs',
    install: () =>
      // the packages disagree about a version of a third one
      installPeer(['@better-auth/scim@1.7.5', 'better-auth@1.7.5'], 'better-auth', ['--legacy-peer-deps']),
  },
];

/** @param isNarrow only what the filled tables cost */
export async function measurePeers(databaseUrl: string, isQuick: boolean, isNarrow: boolean): Promise<PeerRow[]> {
  const rows: PeerRow[] = [];
  for (const peer of PEERS) {
    const port = await freePort();
    const origin = `http://127.0.0.1:${port}`;
    const server = await startServer({
      script: fileURLToPath(new URL(peer.script, import.meta.url)),
      env: { PEERS_DIR: peer.install(), DATABASE_URL: databaseUrl, PORT: String(port) },
      readyUrl: `${origin}/ready`,
    });
    const pool = httpPool(origin, CONCURRENCY);
    try {
      const { path, token } = (await (await fetch(`${origin}/ready`)).json()) as Pick<Directory, 'path' | 'token'>;
      const directory: Directory = { path, token, size: USERS, users: USERS, groups: [] };
      const note = (name: string) => console.error(`  ${peer.name}: ${name} ...`);
      const operations = isNarrow
        ? [await measureCreates(server.pid, pool, directory, [])]
        : await measure(server.pid, pool, directory, isQuick, note);
      note(`fill its tables with ${FILLED} users`);
      await fillPeer(databaseUrl, peer.script, FILLED);
      const filled = await measureFilled(server.pid, pool, directory, isQuick ? 10 : 300);
      rows.push({ name: peer.name, users: USERS, operations, filled });
    } finally {
      await pool.close();
      await server.stop();
    }
  }
  return rows;
}

async function measure(
  pid: number,
  pool: Pool,
  directory: Directory,
  isQuick: boolean,
  note: (name: string) => void,
): Promise<PeerOperation[]> {
  note(`create ${USERS} users`);
  const ids: string[] = [];
  const created = await measureCreates(pid, pool, directory, ids);
  note(`fill a group with ${MEMBERS} members`);
  const group = await filledGroup(pool, directory, ids);
  const operations: PeerOperation[] = [created];
  for (const [name, most, asked] of requests(ids)) {
    note(name);
    const count = isQuick ? 20 : most;
    operations.push({
      name,
      loads: await rounds(pid, count, CONCURRENCY, (index) => ask(pool, directory, asked(index))),
    });
  }
  note('add one member');
  const joins = (index: number) => addMembers(pool, directory, group, [ids[MEMBERS + index] ?? '']);
  operations.push({
    name: 'add one member, group of 1,000',
    group: 1_000,
    loads: await rounds(pid, isQuick ? 4 : 24, 1, joins),
  });
  return operations;
}

/** The first quarter warms up. @param ids gets those of the users */
async function measureCreates(pid: number, pool: Pool, directory: Directory, ids: string[]): Promise<PeerOperation> {
  const create = async (index: number) => {
    const body = newUser(`p${index}`);
    ids[index] = idOf(await ask(pool, directory, { method: 'POST', path: '/Users', body, expect: 201 }));
  };
  await load(pid, USERS / 4, CONCURRENCY, create);
  const created = await load(pid, (USERS * 3) / 4, CONCURRENCY, (index) => create(USERS / 4 + index));
  return { name: 'create a user', loads: [created] };
}

/** Look-ups and writes beside very many users: of users that were made through the API just before. */
async function measureFilled(pid: number, pool: Pool, directory: Directory, count: number): Promise<PeerOperation[]> {
  const ids: string[] = [];
  const created = await rounds(pid, count, CONCURRENCY, async (index) => {
    const body = newUser(`q${index}`);
    ids[index] = idOf(await ask(pool, directory, { method: 'POST', path: '/Users', body, expect: 201 }));
  });
  const found = await rounds(pid, count, CONCURRENCY, async (index) => {
    const text = await ask(pool, directory, byUserName(`q${index}`));
    if (!text.includes(ids[index] ?? '?')) throw new Error(`q${index} was not found`);
  });
  const change = (path: string, value: (index: number) => unknown) =>
    rounds(pid, count, CONCURRENCY, (index) => ask(pool, directory, changeOf(ids[index], path, value(index))));
  return [
    { name: 'create a user', loads: created },
    { name: 'filter userName eq', loads: found },
    { name: 'patch one attribute', loads: await change('title', (index) => `title of ${index}`) },
    { name: 'deactivate', loads: await change('active', () => false) },
  ];
}

function byUserName(name: string): Asked {
  const filter = encodeURIComponent(`userName eq "${name}@acme.example"`);
  return { method: 'GET', path: `/Users?filter=${filter}`, expect: 200 };
}

function changeOf(id: string | undefined, path: string, value: unknown): Asked {
  return { method: 'PATCH', path: `/Users/${id}`, body: patch({ op: 'replace', path, value }), expect: 200 };
}

/** One to warm up, then those that count; an index never comes twice. */
async function rounds(
  pid: number,
  count: number,
  concurrency: number,
  operation: (index: number) => Promise<unknown>,
): Promise<Load[]> {
  const loads: Load[] = [];
  for (let round = 0; round <= ROUNDS; round++) {
    loads.push(await load(pid, count, concurrency, async (index) => void (await operation(round * count + index))));
  }
  return loads.slice(1);
}

type Asked = Parameters<typeof ask>[2];

/** With how many of each a round has: as many as a tick of the clock asks for, of what the slowest of them does in reasonable time. */
function requests(ids: readonly string[]): [name: string, count: number, asked: (index: number) => Asked][] {
  const get = (path: string): Asked => ({ method: 'GET', path, expect: 200 });
  const some = (index: number) => (index * 7) % USERS;
  const change = (at: number, path: string, value: unknown) => changeOf(ids[at], path, value);
  return [
    ['get a user', 1_000, (index) => get(`/Users/${ids[some(index)]}`)],
    ['filter userName eq', 1_000, (index) => byUserName(`p${some(index)}`)],
    ['list: first page of 100', 50, () => get('/Users?startIndex=1&count=100')],
    ['patch one attribute', 500, (index) => change(some(index), 'title', `title of ${index}`)],
    ['deactivate', USERS / (ROUNDS + 1), (index) => change(USERS - 1 - index, 'active', false)],
  ];
}

/** The id of a group that has its members already; better-auth takes a hundred at once. */
async function filledGroup(pool: Pool, directory: Directory, ids: readonly string[]): Promise<string> {
  const body = { schemas: ['urn:ietf:params:scim:schemas:core:2.0:Group'], displayName: 'big' };
  const id = idOf(await ask(pool, directory, { method: 'POST', path: '/Groups', body, expect: 201 }));
  for (let at = 0; at < MEMBERS; at += 90)
    await addMembers(pool, directory, id, ids.slice(at, Math.min(at + 90, MEMBERS)));
  return id;
}

async function addMembers(pool: Pool, directory: Directory, group: string, ids: readonly string[]): Promise<void> {
  const body = patch({ op: 'add', path: 'members', value: ids.map((value) => ({ value })) });
  await ask(pool, directory, { method: 'PATCH', path: `/Groups/${group}`, body, expect: 200 });
}

function idOf(text: string): string {
  return (JSON.parse(text) as { readonly id: string }).id;
}

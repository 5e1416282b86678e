import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { API_VERSION } from '@rolecall/org-config';
import { migrate, openDatabase } from '@rolecall/persistence';
import { directoryContradictions, seedOrganization } from '@rolecall/persistence/testing';
import pg from 'pg';
import { startPostgres } from '../postgres.mjs';
import { freePort } from '../system/ports.ts';
import { scratchDirectory } from '../system/scratch.ts';
import { asRole } from '../system/system.ts';
import { isAlive, kill } from '../system/processes.ts';
import { ScimLoad } from './scim-load.ts';

const SERVER = join(import.meta.dirname, '../../apps/scim-server/dist/main.js');
const CLIENTS = 8;
/** Writes that are acknowledged before the blow. */
const BEFORE = 150;

type Postgres = Awaited<ReturnType<typeof startPostgres>>;

/** A server process and a PostgreSQL that keeps what it has committed, both of which can be killed. */
describe('kill -9 under load', () => {
  let directory: string;
  let port: number;
  let postgres: Postgres;
  let databaseUrl: string;
  let token: string;
  let server: ChildProcess;
  let address: string;

  beforeAll(async () => {
    directory = scratchDirectory('crash');
    port = await freePort();
    await startDatabase();
    await migrate({ ownerUrl: postgres.url, runtimePassword: 'runtime' });
    databaseUrl = asRole(postgres.url, 'rolecall_runtime', 'runtime');
    token = await seed();
    await startServer();
  });
  afterAll(async () => {
    if (server?.exitCode === null && server.signalCode === null) {
      server.kill('SIGTERM');
      await once(server, 'exit');
    }
    await postgres?.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  async function startDatabase(): Promise<void> {
    postgres = await startPostgres({ dir: join(directory, 'data'), port, durable: true, database: 'rolecall' });
  }

  async function seed(): Promise<string> {
    const database = await openDatabase({ url: databaseUrl, withIdentityProviders: false, poolSize: 1 });
    const spec = {
      scopes: { 'account/main': {} },
      authorization: { rules: [{ name: 'by-title', when: { attribute: 'title', present: true }, grants: MEMBER }] },
      scim: { tokens: { okta: {} }, brake: { enabled: false } },
    } as const;
    const document = { apiVersion: API_VERSION, kind: 'Organization', metadata: { name: 'acme' }, spec } as const;
    const { id, revision } = await seedOrganization(database, document, {});
    const wanted = { name: 'okta', revision, rotateSeconds: 86_400, overlapSeconds: 60 };
    const issued = await database.directoryTokens.issue(id, wanted, { by: 'test', now: new Date() });
    await database.close();
    if (issued === 'too_many') throw new Error('too many tokens');
    return issued.value;
  }

  async function startServer(): Promise<void> {
    server = spawn(process.execPath, [SERVER], {
      env: { PATH: process.env['PATH'], DATABASE_URL: databaseUrl, PORT: '0', ROLECALL_SCIM_RATE: 'off' },
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    const [{ port: listening }] = (await once(server, 'message')) as [{ port: number }];
    address = `http://127.0.0.1:${listening}`;
  }

  async function asOwner<T>(work: (owner: pg.Client) => Promise<T>): Promise<T> {
    const owner = new pg.Client({ connectionString: postgres.url });
    owner.on('error', () => undefined);
    await owner.connect();
    try {
      return await work(owner);
    } finally {
      await owner.end().catch(() => undefined);
    }
  }

  /** Every process of it, at once: nothing is written that was not written before. */
  async function killDatabase(): Promise<void> {
    const processes = await asOwner(async (owner) => {
      const { rows } = await owner.query<{ pid: number }>(
        `select split_part(pg_read_file('postmaster.pid'), E'\\n', 1)::int as pid union all
         select pid from pg_stat_activity`,
      );
      const all = rows.map(({ pid }) => pid);
      for (const pid of all) kill(pid);
      return all;
    });
    await postgres.exited;
    while (processes.some(isAlive)) await delay(20);
  }

  /** Until the server answers from the database again. */
  async function ready(): Promise<void> {
    const answer = await fetch(`${address}/readyz`).catch(() => undefined);
    await answer?.body?.cancel();
    if (!answer?.ok) {
      await delay(50);
      await ready();
    }
  }

  const wrong = async (load: ScimLoad) => ({
    lost: await load.losses(address),
    contradictions: await asOwner(directoryContradictions),
  });
  const NOTHING = { lost: [], contradictions: [] };

  it.each([1, 2])('of the server loses no acknowledged write and leaves none half (round %i)', async (round) => {
    const load = new ScimLoad(token, `s${round}`);
    const working = load.run(address, CLIENTS);
    await load.acknowledged(BEFORE);
    server.kill('SIGKILL');
    await once(server, 'exit');
    await working;
    await startServer();
    expect(await wrong(load)).toEqual(NOTHING);
  });

  it('of PostgreSQL loses no acknowledged write and leaves none half, and the server goes on', async () => {
    const load = new ScimLoad(token, 'p');
    const working = load.run(address, CLIENTS);
    await load.acknowledged(BEFORE);
    await killDatabase();
    await working;
    expect(load.refusals()).toEqual(['503']);
    await startDatabase();
    await ready();
    expect(await wrong(load)).toEqual(NOTHING);
  });
});

const MEMBER = { 'account/main': ['member'] } as const;

import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { randomBytes } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { API_RIGHTS, migrate, openDatabase } from '@rolecall/persistence';
import pg from 'pg';
import { startPostgres } from '../postgres.mjs';
import { freePort } from '../system/ports.ts';
import { scratchDirectory } from '../system/scratch.ts';
import { asRole } from '../system/system.ts';
import { isAlive, kill } from '../system/processes.ts';

const ROOT = join(import.meta.dirname, '../..');

/** An organization whose display name says which version of it this is. */
export function organizationFile(name: string, displayName: string): string {
  const spec = `{ displayName: ${displayName}, roles: { ${displayName}: { permissions: [x] } } }`;
  return `apiVersion: rolecall/v1\nkind: Organization\nmetadata: { name: ${name} }\nspec: ${spec}\n`;
}

/** What a command ended with. */
export interface Ended {
  /** Exit code, or the signal that ended it. */
  readonly code: number | string;
  readonly output: string;
}

/** An admin API and a PostgreSQL that keeps what it has committed, and a collection of files; all of them can be killed. */
export class ChaosSystem {
  readonly #directory = scratchDirectory('chaos');
  readonly files = join(this.#directory, 'orgs');
  readonly masterKey = randomBytes(32);
  #ports = { postgres: 0, admin: 0 };
  #postgres: Awaited<ReturnType<typeof startPostgres>> | undefined;
  #server: ChildProcess | undefined;
  #token = '';

  async start(): Promise<void> {
    this.#ports = { postgres: await freePort(), admin: await freePort() };
    await this.startDatabase();
    await migrate({ ownerUrl: this.ownerUrl, runtimePassword: 'runtime' });
    const database = await openDatabase({ url: this.url, masterKey: this.masterKey, poolSize: 1 });
    const wanted = { name: 'ci', rights: API_RIGHTS, expiresAt: undefined, now: new Date() };
    this.#token = (await database.apiTokens.create(wanted)).token;
    await database.close();
    await this.startServer();
  }

  get ownerUrl(): string {
    if (this.#postgres === undefined) throw new Error('PostgreSQL was not started');
    return this.#postgres.url;
  }

  get url(): string {
    return asRole(this.ownerUrl, 'rolecall_runtime', 'runtime');
  }

  get address(): string {
    return `http://127.0.0.1:${this.#ports.admin}`;
  }

  /** Makes these the files: an organization each. */
  write(names: readonly string[], displayName: string): void {
    mkdirSync(this.files, { recursive: true });
    for (const name of names) {
      writeFileSync(join(this.files, `${name}.yaml`), organizationFile(name, displayName));
    }
  }

  /** Starts a command line; `ended` resolves however it ends. */
  rolecall(
    args: readonly string[],
    server = this.address,
    env: Readonly<Record<string, string>> = {},
  ): { process: ChildProcess; ended: Promise<Ended> } {
    const child = spawn(process.execPath, [join(ROOT, 'apps/reconciler/dist/main.js'), ...args], {
      cwd: this.files,
      env: { PATH: process.env['PATH'], ROLECALL_SERVER: server, ROLECALL_TOKEN: this.#token, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
    const closed = once(child, 'close') as Promise<[code: number | null, signal: string | null]>;
    return { process: child, ended: closed.then(([code, signal]) => ({ code: code ?? signal ?? 'unknown', output })) };
  }

  async startServer(): Promise<void> {
    this.#server = spawn(process.execPath, [join(ROOT, 'apps/admin-api/dist/main.js')], {
      env: {
        PATH: process.env['PATH'],
        DATABASE_URL: this.url,
        ROLECALL_MASTER_KEY: this.masterKey.toString('base64'),
        ROLECALL_ADMIN_URL: this.address,
        PORT: String(this.#ports.admin),
      },
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    await once(this.#server, 'message');
  }

  async stopServer(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const server = this.#server;
    if (server === undefined || server.exitCode !== null || server.signalCode !== null) return;
    server.kill(signal);
    await once(server, 'exit');
  }

  async startDatabase(): Promise<void> {
    const dir = join(this.#directory, 'data');
    this.#postgres = await startPostgres({ dir, port: this.#ports.postgres, durable: true, database: 'rolecall' });
  }

  /** Every process of it, at once: nothing is written that was not written before. */
  async killDatabase(): Promise<void> {
    const processes = await this.asOwner(async (owner) => {
      const { rows } = await owner.query<{ pid: number }>(
        `select split_part(pg_read_file('postmaster.pid'), E'\\n', 1)::int as pid union all
         select pid from pg_stat_activity`,
      );
      const all = rows.map(({ pid }) => pid);
      for (const pid of all) kill(pid);
      return all;
    });
    await this.#postgres?.exited;
    while (processes.some(isAlive)) await delay(20);
  }

  async asOwner<T>(work: (owner: pg.Client) => Promise<T>): Promise<T> {
    const owner = new pg.Client({ connectionString: this.ownerUrl });
    owner.on('error', () => undefined);
    await owner.connect();
    try {
      return await work(owner);
    } finally {
      await owner.end().catch(() => undefined);
    }
  }

  /** Until the server answers from the database, and no transaction of its is under way. */
  async quiet(): Promise<void> {
    for (;;) {
      const answer = await fetch(`${this.address}/readyz`).catch(() => undefined);
      await answer?.body?.cancel();
      const busy = await this.asOwner((owner) =>
        owner.query(
          `select from pg_stat_activity
           where datname = 'rolecall' and application_name like 'rolecall%' and state <> 'idle' and xact_start is not null`,
        ),
      );
      if (answer?.ok && busy.rowCount === 0) return;
      await delay(50);
    }
  }

  async stop(): Promise<void> {
    await this.stopServer('SIGTERM');
    await this.#postgres?.stop();
    rmSync(this.#directory, { recursive: true, force: true });
  }
}

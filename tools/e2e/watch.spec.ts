import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { ChaosSystem, organizationFile } from './chaos-system.ts';
import type { Ended } from './chaos-system.ts';

// `rolecall watch` as it is shipped, with git, the admin API and PostgreSQL. Every event of a watcher is in watch.spec.ts of apps/reconciler.

interface WatchEvent {
  readonly event: string;
  readonly commit?: string;
  readonly drift?: boolean;
  readonly where?: string;
  readonly code?: string;
}

/** What a watcher said, line by line. */
class Watcher {
  readonly events: WatchEvent[] = [];
  readonly #command;
  #rest = '';

  constructor(...flags: string[]) {
    const args = ['watch', '--repo', repository, '--interval', '1s', '--listen', 'off', ...flags];
    this.#command = system.rolecall(args, system.address, { HOME: directory, TMPDIR: directory });
    this.#command.process.stdout?.on('data', (chunk: Buffer) => {
      const lines = (this.#rest + chunk.toString()).split('\n');
      this.#rest = lines.pop() ?? '';
      this.events.push(...lines.map((line) => JSON.parse(line) as WatchEvent));
    });
    running.push(this);
  }

  async has(wanted: Partial<WatchEvent>): Promise<void> {
    const isIt = (event: WatchEvent) =>
      Object.entries(wanted).every(([key, value]) => event[key as keyof WatchEvent] === value);
    for (const until = Date.now() + 60_000; Date.now() < until; await delay(50)) {
      if (this.events.some(isIt)) return;
    }
    throw new Error(`${JSON.stringify(wanted)} did not come; there were ${JSON.stringify(this.events)}`);
  }

  stop(): Promise<Ended> {
    this.#command.process.kill('SIGTERM');
    return this.#command.ended;
  }
}

const running: Watcher[] = [];
const system = new ChaosSystem();
const directory = mkdtempSync(join(tmpdir(), 'rolecall-watched-'));
const [bare, work] = [join(directory, 'origin.git'), join(directory, 'work')];
const repository = pathToFileURL(bare).href;

function git(...args: string[]): string {
  const env = { PATH: process.env['PATH'], HOME: directory, GIT_CONFIG_NOSYSTEM: '1' };
  const who = ['-c', 'user.name=Test', '-c', 'user.email=test@example.com'];
  return execFileSync('git', [...who, ...args], {
    cwd: work,
    env,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** Commits and pushes an organization; returns the commit. */
function push(displayName: string): string {
  writeFileSync(join(work, 'acme.yaml'), organizationFile('acme', displayName));
  git('add', '--all');
  git('commit', '--quiet', '-m', displayName);
  git('push', '--quiet', 'origin', 'HEAD:main');
  return git('rev-parse', 'HEAD').trim();
}

/** What the database has of the organization: every revision, with the commit that it came from. */
function revisions(): Promise<readonly { name: string; commit: string | null }[]> {
  return system.asOwner(async (owner) => {
    const { rows } = await owner.query<{ name: string; commit: string | null }>(
      `select document -> 'spec' ->> 'displayName' as name, origin ->> 'commit' as commit from revisions order by number`,
    );
    return rows;
  });
}

jest.setTimeout(180_000);
beforeAll(async () => {
  mkdirSync(work);
  git('init', '--quiet', '--bare', '--initial-branch=main', bare);
  git('init', '--quiet', '--initial-branch=main', '.');
  git('remote', 'add', 'origin', bare);
  await system.start();
  mkdirSync(system.files, { recursive: true });
});
afterEach(async () => {
  await Promise.all(running.splice(0).map((watcher) => watcher.stop()));
});
afterAll(async () => {
  await system?.stop();
  rmSync(directory, { recursive: true, force: true });
});

it('applies what is pushed, and takes back what somebody else did meanwhile', async () => {
  const first = push('one');
  const watcher = new Watcher('--mode', 'apply');
  await watcher.has({ event: 'applied', commit: first, drift: false });
  const second = push('two');
  await watcher.has({ event: 'applied', commit: second, drift: false });
  const rollback = await system.rolecall(['rollback', 'acme', '--to', '1', '--auto-approve']).ended;
  expect(rollback).toMatchObject({ code: 0 });
  await watcher.has({ event: 'applied', commit: second, drift: true });
  expect(await revisions()).toEqual([
    { name: 'one', commit: first },
    { name: 'two', commit: second },
    { name: 'one', commit: null },
    { name: 'two', commit: second },
  ]);
  expect(await watcher.stop()).toMatchObject({ code: 0 });
});

it('only says what it sees with --mode detect', async () => {
  const before = await revisions();
  const watcher = new Watcher();
  await watcher.has({ event: 'in_sync' });
  await system.rolecall(['rollback', 'acme', '--to', '1', '--auto-approve']).ended;
  await watcher.has({ event: 'drift' });
  const commit = push('three');
  await watcher.has({ event: 'pending', commit });
  expect(await revisions()).toHaveLength(before.length + 1);
});

it('survives the death of the server, and does then what was pushed in between', async () => {
  const watcher = new Watcher('--mode', 'apply');
  await watcher.has({ event: 'applied' });
  await system.stopServer('SIGKILL');
  const commit = push('four');
  await watcher.has({ event: 'failed', where: 'server', code: 'server_unreachable' });
  await system.startServer();
  await watcher.has({ event: 'applied', commit });
  expect((await revisions()).at(-1)).toEqual({ name: 'four', commit });
});

it('does not fight another one: each commit is one revision', async () => {
  const before = await revisions();
  const [one, other] = [new Watcher('--mode', 'apply'), new Watcher('--mode', 'apply')];
  await Promise.all([one, other].map((watcher) => watcher.has({ event: 'in_sync' })));
  const commits: string[] = [];
  for (const name of ['five', 'six', 'seven']) {
    const commit = push(name);
    commits.push(commit);
    await Promise.all([one, other].map((watcher) => watcher.has({ event: 'commit', commit })));
    for (const until = Date.now() + 60_000; (await revisions()).at(-1)?.commit !== commit; await delay(50)) {
      if (Date.now() > until) throw new Error(`${name} was not applied`);
    }
  }
  const ended = await Promise.all([one.stop(), other.stop()]);
  expect(ended.map(({ code }) => code)).toEqual([0, 0]);
  expect((await revisions()).slice(before.length).map(({ commit }) => commit)).toEqual(commits);
  const failed = [...one.events, ...other.events].filter(({ event }) => event === 'failed');
  for (const { where } of failed) expect(where).toBe('other_apply');
});

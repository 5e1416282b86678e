import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** TEST ONLY. A git repository that somebody pushes to, in a temporary directory. */
export class TestRepository {
  readonly directory = mkdtempSync(join(tmpdir(), 'rolecall-repository-'));
  readonly #bare = join(this.directory, 'origin.git');
  readonly #work = join(this.directory, 'work');
  /** For what the watcher keeps while it runs. */
  readonly temporary = join(this.directory, 'temporary');
  /** Of the user who watches: no settings of the machine's own. */
  readonly env = {
    PATH: process.env['PATH'],
    HOME: this.directory,
    TMPDIR: this.temporary,
    GIT_CONFIG_NOSYSTEM: '1',
  };

  constructor() {
    mkdirSync(this.temporary);
    this.#git(this.directory, 'init', '--quiet', '--bare', '--initial-branch=main', this.#bare);
    this.#git(this.directory, 'clone', '--quiet', this.#bare, this.#work);
    this.#git(this.#work, 'checkout', '--quiet', '-b', 'main');
    for (const [name, value] of [
      ['user.name', 'Test'],
      ['user.email', 'test@example.com'],
      ['gpg.format', 'ssh'],
    ] as const)
      this.#git(this.#work, 'config', name, value);
  }

  get url(): string {
    return pathToFileURL(this.#bare).href;
  }

  /** Adds a symbolic link to the next commit. */
  link(path: string, target: string): void {
    symlinkSync(target, join(this.#work, path));
  }

  /** Commits and pushes files; returns the commit's id. @param options.key of ssh-keygen, to sign with */
  push(files: Readonly<Record<string, string>>, options: { key?: string; amend?: boolean } = {}): string {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(this.#work, path)), { recursive: true });
      writeFileSync(join(this.#work, path), text);
    }
    this.#git(this.#work, 'add', '--all');
    const signed = options.key === undefined ? [] : [`-S${options.key}`];
    const how = options.amend ? ['--amend'] : [];
    this.#git(this.#work, 'commit', '--quiet', '--allow-empty', '-m', 'a change', ...signed, ...how);
    this.#git(this.#work, 'push', '--quiet', '--force', 'origin', 'main');
    return this.#git(this.#work, 'rev-parse', 'HEAD').trim();
  }

  /** Has another reference, such as `refs/tags/v1`, show what was pushed last. A push would complete its name. */
  point(reference: string): void {
    this.#git(this.#bare, 'update-ref', reference, 'refs/heads/main');
  }

  /** A new key, and its line of an allowed signers file. */
  newKey(name: string): { key: string; allowed: string } {
    const key = join(this.directory, name);
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', name, '-f', key]);
    const [type, body] = execFileSync('ssh-keygen', ['-y', '-f', key], { encoding: 'utf8' }).split(' ');
    return { key, allowed: `test@example.com ${type} ${body?.trim()}\n` };
  }

  /** The host of the repository is away until `back`. */
  away(): void {
    renameSync(this.#bare, `${this.#bare}.away`);
  }

  back(): void {
    renameSync(`${this.#bare}.away`, this.#bare);
  }

  remove(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }

  #git(cwd: string, ...args: string[]): string {
    const env = { ...this.env, GIT_CONFIG_COUNT: undefined };
    return execFileSync('git', args, { cwd, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  }
}

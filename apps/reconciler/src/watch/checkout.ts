import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { git, GitError } from './git.ts';
import type { WatchSettings } from './settings.ts';

/** The commit at the tip of the ref. */
export interface Commit {
  readonly id: string;
  /** The commit that was there before is none of its ancestors: somebody pushed with force. */
  readonly rewritten: boolean;
}

/** A commit that is not signed by one of the allowed signers. */
export class UntrustedCommit extends Error {
  override readonly name = 'UntrustedCommit';
}

type From = Pick<WatchSettings, 'repository' | 'ref' | 'allowedSigners'>;
type Env = Readonly<Record<string, string | undefined>>;

/** Of commits, ssh signatures alone count, by a key of the allowed signers file: programs for other kinds are never run. */
const verification = (allowedSigners: string) =>
  [
    `gpg.ssh.allowedSignersFile=${allowedSigners}`,
    'gpg.minTrustLevel=fully',
    'gpg.program=false',
    'gpg.openpgp.program=false',
    'gpg.x509.program=false',
    'gpg.ssh.program=ssh-keygen',
  ].flatMap((setting) => ['-c', setting]);

/**
 * A clone of our own in a temporary directory that nobody else can read. What stands in it is always one whole commit that
 * passed the verification, the last one that did.
 */
export class Checkout {
  readonly #from: From;
  readonly #env: Env;
  readonly #directory: string;
  #commit: string | undefined;

  constructor(from: From, env: Env) {
    this.#from = from;
    this.#env = env;
    this.#directory = mkdtempSync(join(env['TMPDIR'] || tmpdir(), 'rolecall-watch-'));
  }

  /** The root of the repository's files. */
  get root(): string {
    return join(this.#directory, 'repository');
  }

  /** What stands there; undefined before the first one. */
  get commit(): string | undefined {
    return this.#commit;
  }

  /**
   * Fetches the ref and puts its commit into place.
   * @throws GitError when the repository cannot be read, UntrustedCommit; the files stay as they were
   */
  async update(signal: AbortSignal): Promise<Commit> {
    const { repository, ref } = this.#from;
    await this.#git(['init', '--quiet', this.root], signal, this.#directory); // harmless where it is one
    const fetched = 'refs/rolecall/fetched';
    await this.#git(['fetch', '--quiet', '--no-tags', '--force', '--', repository.url, `${ref}:${fetched}`], signal);
    this.#refuseOther(ref);
    const id = (await this.#git(['rev-parse', '--verify', `${fetched}^{commit}`], signal)).trim();
    const was = this.#commit;
    if (id === was) return { id, rewritten: false };
    await this.#verify(id, signal);
    this.#commit = undefined; // half a commit is none
    await this.#git(['checkout', '--quiet', '--force', '--detach', id], signal);
    await this.#git(['clean', '--quiet', '-ffdx'], signal);
    const rewritten = was !== undefined && !(await this.#isAncestor(was, id, signal));
    this.#commit = id;
    return { id, rewritten };
  }

  remove(): void {
    rmSync(this.#directory, { recursive: true, force: true, maxRetries: 3 });
  }

  /**
   * Git completes a full name too when nothing has it: to `refs/tags/refs/heads/main`, which whoever may push tags can make.
   * What it took is what FETCH_HEAD says (git-fmt-merge-msg reads it so).
   */
  #refuseOther(ref: string): void {
    const taken = readFileSync(join(this.root, '.git', 'FETCH_HEAD'), 'utf8');
    if (!taken.slice(taken.indexOf('\t')).startsWith(`\t\t${inFetchHead(ref)} of `)) {
      throw new GitError(`the repository has no ${ref}, only another whose name ends so; correct --ref`);
    }
  }

  async #verify(id: string, signal: AbortSignal): Promise<void> {
    const { allowedSigners } = this.#from;
    if (allowedSigners === undefined) return;
    await this.#git([...verification(allowedSigners), 'verify-commit', id], signal).catch((error: unknown) => {
      const why = error instanceof Error && !error.message.startsWith('git ') ? ` (${error.message})` : '';
      throw new UntrustedCommit(`commit ${id} is not signed by an allowed signer${why}; sign it, or add its key`);
    });
  }

  #isAncestor(was: string, id: string, signal: AbortSignal): Promise<boolean> {
    return this.#git(['merge-base', '--is-ancestor', was, id], signal).then(
      () => true,
      () => false,
    );
  }

  #git(args: readonly string[], signal: AbortSignal, cwd = this.root): Promise<string> {
    return git(args, { cwd, env: this.#env, signal });
  }
}

/** A full reference as FETCH_HEAD has it. */
function inFetchHead(ref: string): string {
  const kinds = { 'refs/heads/': 'branch ', 'refs/tags/': 'tag ', 'refs/remotes/': 'remote-tracking branch ' };
  const [prefix, kind] = Object.entries(kinds).find(([start]) => ref.startsWith(start)) ?? ['', ''];
  return `${kind}'${ref.slice(prefix.length)}'`;
}

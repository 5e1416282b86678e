import { execFile } from 'node:child_process';
import { CommandError, EXIT } from '../exit.ts';

/** A fetch that takes longer is given up. */
const TIMEOUT_MS = 300_000;
const MAX_OUTPUT = 1024 * 1024;
const MAX_SHOWN = 300;

/**
 * What holds for every call: no hooks and no symbolic links of the repository, no submodules, only protocols that were asked for,
 * and nobody is asked for a password. Credential helpers and keys are git's own business and stay as they are set up.
 */
const CONFIG = [
  'core.hooksPath=/dev/null',
  'core.symlinks=false',
  'core.fsmonitor=false',
  'fetch.fsckObjects=true',
  'submodule.recurse=false',
  'gc.auto=0',
  'advice.detachedHead=false',
].flatMap((setting) => ['-c', setting]);

/** The git command failed; the message says how, without credentials. */
export class GitError extends Error {
  override readonly name = 'GitError';
}

/**
 * Runs the `git` command.
 * @param signal ends it
 * @returns its standard output
 * @throws GitError; CommandError `git_missing`
 */
export function git(
  args: readonly string[],
  { cwd, env, signal }: { cwd: string; env: Readonly<Record<string, string | undefined>>; signal?: AbortSignal },
): Promise<string> {
  const settings = {
    cwd,
    signal,
    timeout: TIMEOUT_MS,
    maxBuffer: MAX_OUTPUT,
    env: {
      ...env,
      GIT_TERMINAL_PROMPT: '0',
      GIT_ALLOW_PROTOCOL: 'https:ssh:file',
      GIT_SSH_COMMAND: env['GIT_SSH_COMMAND'] ?? 'ssh -o BatchMode=yes',
      GIT_DIR: undefined,
      GIT_WORK_TREE: undefined,
      GIT_INDEX_FILE: undefined,
      LC_ALL: 'C',
    },
  };
  return new Promise((resolve, reject) => {
    execFile('git', [...CONFIG, ...args], settings, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else reject(error.code === 'ENOENT' ? gitMissing() : new GitError(shown(stderr) || failed(args, error)));
    });
  });
}

function gitMissing(): CommandError {
  return new CommandError(EXIT.failed, 'git_missing', 'there is no git command here; install git, or set PATH');
}

function failed([verb]: readonly string[], { killed }: { readonly killed?: boolean }): string {
  return killed ? `git ${verb} took too long` : `git ${verb} failed`;
}

/** The last lines that git wrote, where it says what was wrong; what stands before an @ of an address is left out. */
export function shown(stderr: string): string {
  const lines = stderr.split('\n').map((line) => line.trim());
  const told = lines.filter((line) => line !== '' && !line.startsWith('hint:')).slice(-3);
  const text = told.join('; ').replaceAll(/\/\/[^/@\s]*@/g, '//');
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text;
}

import { isAbsolute, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { durationSeconds } from '@rolecall/org-config';
import { CommandError, EXIT } from '../exit.ts';
import type { Io } from '../io.ts';
import type { GlobalOptions } from '../options.ts';

/** Flags of `rolecall watch`. */
export interface WatchOptions extends GlobalOptions {
  readonly repo: string;
  readonly ref: string;
  readonly path?: string;
  readonly interval: string;
  readonly mode: 'detect' | 'apply';
  readonly once?: boolean;
  /** A file of git's `gpg.ssh.allowedSignersFile`. */
  readonly verifySignatures?: string;
  readonly listen: string;
  readonly prune?: boolean;
  readonly adopt?: boolean;
  readonly maxDeletes?: string;
  readonly maxAffected?: string;
}

/** The same, checked. */
export interface WatchSettings {
  readonly repository: Repository;
  /** In full: `refs/heads/main`. Of a short name git would take the tag before the branch. */
  readonly ref: string;
  /** PATHs as `rolecall plan` takes them, from the root of the repository. */
  readonly paths: readonly string[];
  readonly intervalMs: number;
  readonly mode: 'detect' | 'apply';
  readonly allowedSigners: string | undefined;
  readonly listen: { readonly host: string; readonly port: number } | undefined;
}

/** Where git fetches from. It holds no credentials, so it can be shown. */
export interface Repository {
  readonly url: string;
}

/** Branches and full references; nothing that git would read as an option or an expression. */
const REF = /^(?!.*\.\.)(?!.*\/\/)[A-Za-z0-9][A-Za-z0-9._/-]{0,199}$/;
/** `git@host:path`, which git calls scp-like. */
const SCP_LIKE = /^[A-Za-z0-9._-]+@[A-Za-z0-9.-]+:[^-\s:][^\s:]*$/;
const LISTEN = /^(?:\[([0-9a-f:]+)\]|([A-Za-z0-9.-]+)):(\d{1,5})$/;

/**
 * What the flags mean. The server must be named by whoever runs the command: a repository that it only reads must not say where
 * its token goes.
 * @throws CommandError of wrong usage
 */
export function watchSettings(options: WatchOptions, io: Pick<Io, 'env' | 'cwd'>): WatchSettings {
  if (!options.server && !io.env['ROLECALL_SERVER']) {
    throw usage(
      'no_server',
      'give --server or ROLECALL_SERVER: rolecall.yaml of a watched repository does not choose it',
    );
  }
  const { ref, path, mode } = options;
  if (!REF.test(ref))
    throw usage('invalid_ref', `--ref "${ref}" is no branch, nor a full reference such as refs/tags/v1`);
  return {
    repository: repositoryOf(options.repo, io.cwd),
    ref: ref.startsWith('refs/') ? ref : `refs/heads/${ref}`,
    paths: path === undefined ? [] : [pathInside(path)],
    intervalMs: intervalOf(options.interval),
    mode,
    allowedSigners: options.verifySignatures === undefined ? undefined : resolve(io.cwd, options.verifySignatures),
    listen: options.once ? undefined : listenOf(options.listen),
  };
}

/** @throws CommandError `invalid_repository` */
function repositoryOf(repo: string, cwd: string): Repository {
  if (SCP_LIKE.test(repo)) return { url: repo };
  if (isAbsolute(repo) || repo.startsWith('./') || repo.startsWith('../')) {
    return { url: pathToFileURL(resolve(cwd, repo)).href };
  }
  const url = URL.canParse(repo) ? new URL(repo) : undefined;
  const { protocol = '', username = '', password = '' } = url ?? {};
  if (!['https:', 'ssh:', 'file:'].includes(protocol)) {
    throw usage('invalid_repository', '--repo must be an https, ssh or file URL, git@host:path, or a directory');
  }
  if (password !== '' || (protocol === 'https:' && username !== '')) {
    const message =
      '--repo must hold no user or password: give them by a credential helper of git, or use ssh with a key';
    throw usage('credentials_in_url', message);
  }
  return { url: repo };
}

/** @throws CommandError `invalid_path` */
function pathInside(path: string): string {
  const parts = path.split('/');
  if (path !== '' && !isAbsolute(path) && !parts.includes('..') && !parts.includes('.git')) return path;
  throw usage('invalid_path', `--path "${path}" must lead from the root of the repository to a place inside it`);
}

/** @throws CommandError `invalid_interval` */
function intervalOf(text: string): number {
  const seconds = durationSeconds(text);
  if (seconds !== undefined && seconds <= 86_400) return seconds * 1_000;
  throw usage('invalid_interval', `--interval "${text}" is no duration from 1s to 24h, such as 60s`);
}

/** @throws CommandError `invalid_listen` */
function listenOf(text: string): WatchSettings['listen'] {
  if (text === 'off') return undefined;
  const [, six, name, port] = LISTEN.exec(text) ?? [];
  const host = six ?? name;
  if (host !== undefined && Number(port) <= 65_535) return { host, port: Number(port) };
  throw usage('invalid_listen', `--listen "${text}" is no host:port, such as 127.0.0.1:9402, nor "off"`);
}

function usage(code: string, message: string): CommandError {
  return new CommandError(EXIT.usage, code, message);
}

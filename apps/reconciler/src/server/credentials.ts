import { chmodSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CommandError, EXIT } from '../exit.ts';
import type { Io } from '../io.ts';

/** An API token that was kept for a server; SECRET. */
export interface KeptToken {
  readonly token: string;
  /** What it was exchanged for (SHA-256, hex), and until when it is good (ISO); absent for one of `rolecall login`. */
  readonly exchangedFor?: string;
  readonly until?: string;
}

interface CredentialsFile {
  readonly version: 1;
  /** By what kept it and the server, in the form of `keyOf`. */
  readonly tokens: Readonly<Record<string, KeptToken>>;
}

const EMPTY: CredentialsFile = { version: 1, tokens: {} };

/**
 * Where tokens are kept, for this user alone: ROLECALL_CONFIG_DIR, XDG_CONFIG_HOME or ~/.config. undefined when nothing says
 * where that is.
 */
export function credentialsPath({ env }: Pick<Io, 'env'>): string | undefined {
  const base = env['XDG_CONFIG_HOME'] || (env['HOME'] && join(env['HOME'], '.config'));
  const directory = env['ROLECALL_CONFIG_DIR'] || (base && join(base, 'rolecall'));
  return directory ? join(directory, 'credentials.json') : undefined;
}

/** One server has one name: scheme, host, port and path, without a slash at the end. */
export function serverKey(server: string): string {
  const { origin, pathname } = new URL(server);
  return `${origin}${pathname}`.replace(/\/+$/, '');
}

/** What a token was kept by: `rolecall login`, or a job for its next command. */
export type KeptBy = 'login' | 'job';

/** The token that is kept for exactly this server. @throws CommandError when others could read or have changed the file */
export function keptToken(by: KeptBy, server: string, io: Pick<Io, 'env'>): KeptToken | undefined {
  const { tokens } = read(credentialsPath(io));
  const key = keyOf(by, server);
  return Object.hasOwn(tokens, key) ? tokens[key] : undefined;
}

/** Keeps a token; undefined removes it. @returns whether there was one */
export function keepToken(by: KeptBy, server: string, token: KeptToken | undefined, io: Pick<Io, 'env'>): boolean {
  const path = credentialsPath(io);
  if (path === undefined) {
    const message = 'there is no place to keep a token: set HOME, XDG_CONFIG_HOME or ROLECALL_CONFIG_DIR';
    throw new CommandError(EXIT.failed, 'no_config_directory', message);
  }
  const key = keyOf(by, server);
  const { [key]: before, ...others } = read(path).tokens;
  const tokens = token === undefined ? others : { ...others, [key]: token };
  const text = `${JSON.stringify({ version: 1, tokens } satisfies CredentialsFile, null, 2)}\n`;
  mkdirSync(join(path, '..'), { recursive: true, mode: 0o700 });
  const temporary = `${path}.${process.pid}.tmp`;
  writeFileSync(temporary, text, { mode: 0o600, flag: 'wx' });
  chmodSync(temporary, 0o600); // whatever the umask made of it
  renameSync(temporary, path);
  return before !== undefined;
}

const keyOf = (by: KeptBy, server: string) => `${by} ${serverKey(server)}`;

function read(path: string | undefined): CredentialsFile {
  if (path === undefined) return EMPTY;
  let text: string;
  try {
    refuseOpen(path);
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return EMPTY;
    throw error;
  }
  try {
    const file = JSON.parse(text) as Partial<CredentialsFile>;
    if (file.version === 1 && typeof file.tokens === 'object') return file as CredentialsFile;
  } catch {
    // said below
  }
  throw new CommandError(EXIT.failed, 'invalid_credentials', `${path} cannot be read; remove it and log in again`);
}

/** As ssh does with keys: a file that others can read or write is nobody's secret. */
function refuseOpen(path: string): void {
  const { mode } = statSync(path);
  if (process.platform === 'win32' || (mode & 0o077) === 0) return;
  const message = `${path} is open to other users of this machine; run "chmod 600 ${path}", and revoke the tokens in it`;
  throw new CommandError(EXIT.failed, 'credentials_open', message);
}

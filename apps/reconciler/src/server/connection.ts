import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CommandError, EXIT } from '../exit.ts';
import { findUpward } from '../files/settings.ts';
import type { Settings } from '../files/settings.ts';
import type { Io } from '../io.ts';
import { keptToken } from './credentials.ts';
import { workloadSource, workloadToken } from './workload-identity.ts';

/** What `npm start` leaves for the command line: nothing has to be configured for development. */
interface DevelopmentFile {
  readonly admin?: string;
  readonly token?: string;
  readonly databaseUrl?: string;
}

export interface Connection {
  readonly server: string;
  /** SECRET; a function where it is got when it is needed. */
  readonly token: string | (() => Promise<string>);
}

/** Where a setting was found, for `rolecall config`. */
export interface Found<T> {
  readonly value: T;
  readonly origin: string;
}

/**
 * Server and token. Server: flag, environment, rolecall.yaml, `.rolecall/dev.json`. Token: flag, environment, that of the job
 * (`workload-identity.ts`), `rolecall login`, `.rolecall/dev.json` of that very server.
 */
export function connectionOf(
  flags: { readonly server?: string; readonly token?: string },
  io: Pick<Io, 'env' | 'cwd'>,
  settings: Settings | undefined,
): Connection {
  const server = serverOf(flags, io, settings)?.value;
  if (!server) {
    const message =
      'no server: give --server or ROLECALL_SERVER, write `server:` into rolecall.yaml, or run "npm start"';
    throw new CommandError(EXIT.usage, 'no_server', message);
  }
  requireUrl(server);
  const token = tokenOf(flags, io, server)?.value;
  if (!token) {
    const message =
      'no token: "rolecall login" keeps one, ROLECALL_TOKEN gives one, and a trusted pipeline gets one by itself; "rolecall token create" on the server makes one';
    throw new CommandError(EXIT.usage, 'no_token', message);
  }
  return { server, token };
}

type Flags = { readonly server?: string; readonly token?: string };
type World = Pick<Io, 'env' | 'cwd'>;

/** The server that a command would ask. */
export function serverOf(flags: Flags, io: World, settings: Settings | undefined): Found<string> | undefined {
  const { ROLECALL_SERVER: named } = io.env;
  if (flags.server !== undefined) return { value: flags.server, origin: '--server' };
  if (named) return { value: named, origin: 'ROLECALL_SERVER' };
  if (settings?.server) return { value: settings.server, origin: join(settings.directory, 'rolecall.yaml') };
  const { admin } = developmentFile(io) ?? {};
  return admin === undefined ? undefined : { value: admin, origin: '.rolecall/dev.json' };
}

/** The token that a command would send to this server; SECRET. */
export function tokenOf(flags: Flags, io: World, server: string): Found<Connection['token']> | undefined {
  const { ROLECALL_TOKEN: given, ROLECALL_SERVER: named } = io.env;
  if (flags.token !== undefined) return { value: flags.token, origin: '--token' };
  if (given) return { value: given, origin: 'ROLECALL_TOKEN' };
  const source = workloadSource(io.env);
  if (source) {
    const byCaller = flags.server !== undefined || Boolean(named);
    return { value: workloadToken(server, byCaller, io), origin: `the job's own token (${source})` };
  }
  const kept = keptToken('login', server, io);
  if (kept) return { value: kept.token, origin: 'rolecall login' };
  const { admin, token } = developmentFile(io) ?? {};
  // goes to the server of development alone, whatever a checked-out rolecall.yaml says
  if (token === undefined || admin === undefined || !sameOrigin(server, admin)) return undefined;
  return { value: token, origin: '.rolecall/dev.json' };
}

/** @throws CommandError `invalid_server` */
export function requireUrl(server: string): void {
  if (URL.canParse(server) && /^https?:$/.test(new URL(server).protocol)) return;
  throw new CommandError(EXIT.usage, 'invalid_server', `the server "${server}" is not an http(s) URL`);
}

/** DATABASE_URL, else the one of development. */
export function databaseUrlOf(io: Pick<Io, 'env' | 'cwd'>): string {
  const url = io.env['DATABASE_URL'] || developmentFile(io)?.databaseUrl;
  if (url) return url;
  throw new CommandError(EXIT.usage, 'no_database', 'no database: set DATABASE_URL, or run "npm start"');
}

function sameOrigin(a: string, b: string): boolean {
  return URL.canParse(a) && URL.canParse(b) && new URL(a).origin === new URL(b).origin;
}

function developmentFile({ env, cwd }: World): DevelopmentFile | undefined {
  const file = pathOfDevelopment(env['ROLECALL_DATA_DIR'], cwd);
  if (file === undefined) return undefined;
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as DevelopmentFile;
  } catch {
    throw new CommandError(EXIT.failed, 'invalid_dev_file', `${file} cannot be read; run "npm start" again`);
  }
}

/** In the data directory that is named, as "npm start" was told it, and in no other one; else upward from here, or in the checkout. */
function pathOfDevelopment(data: string | undefined, cwd: string): string | undefined {
  if (data) {
    const file = join(resolve(cwd, data), 'dev.json');
    return existsSync(file) ? file : undefined;
  }
  const here = fileURLToPath(new URL('.', import.meta.url));
  return findUpward(cwd, '.rolecall/dev.json') ?? findUpward(here, '.rolecall/dev.json');
}

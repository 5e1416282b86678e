import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { CommandError, EXIT } from '../exit.ts';
import { findUpward } from '../files/settings.ts';
import type { Settings } from '../files/settings.ts';
import type { Io } from '../io.ts';

/** What `npm start` leaves for the command line: nothing has to be configured for development. */
interface DevelopmentFile {
  readonly admin?: string;
  readonly token?: string;
  readonly databaseUrl?: string;
}

export interface Connection {
  readonly server: string;
  readonly token: string;
}

/** Server and token: flag, then environment, then rolecall.yaml (server only), then `.rolecall/dev.json`. */
export function connectionOf(
  flags: { readonly server?: string; readonly token?: string },
  io: Pick<Io, 'env' | 'cwd'>,
  settings: Settings | undefined,
): Connection {
  const development = developmentFile(io.cwd);
  const server = flags.server ?? (io.env['ROLECALL_SERVER'] || settings?.server) ?? development?.admin;
  if (!server) {
    const message =
      'no server: give --server or ROLECALL_SERVER, write `server:` into rolecall.yaml, or run "npm start"';
    throw new CommandError(EXIT.usage, 'no_server', message);
  }
  if (!URL.canParse(server) || !/^https?:$/.test(new URL(server).protocol)) {
    throw new CommandError(EXIT.usage, 'invalid_server', `the server "${server}" is not an http(s) URL`);
  }
  const own = development?.admin !== undefined && sameOrigin(server, development.admin) ? development.token : undefined;
  const token = flags.token ?? (io.env['ROLECALL_TOKEN'] || own);
  if (!token) {
    const message = 'no token: set ROLECALL_TOKEN; "rolecall token create" on the server makes one';
    throw new CommandError(EXIT.usage, 'no_token', message);
  }
  return { server, token };
}

/** DATABASE_URL, else the one of development. */
export function databaseUrlOf(io: Pick<Io, 'env' | 'cwd'>): string {
  const url = io.env['DATABASE_URL'] || developmentFile(io.cwd)?.databaseUrl;
  if (url) return url;
  throw new CommandError(EXIT.usage, 'no_database', 'no database: set DATABASE_URL, or run "npm start"');
}

/** The token of development goes to the server of development alone, whatever a checked-out rolecall.yaml says. */
function sameOrigin(a: string, b: string): boolean {
  return URL.canParse(a) && URL.canParse(b) && new URL(a).origin === new URL(b).origin;
}

function developmentFile(cwd: string): DevelopmentFile | undefined {
  const here = fileURLToPath(new URL('.', import.meta.url));
  const file = findUpward(cwd, '.rolecall/dev.json') ?? findUpward(here, '.rolecall/dev.json');
  if (file === undefined) return undefined;
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as DevelopmentFile;
  } catch {
    throw new CommandError(EXIT.failed, 'invalid_dev_file', `${file} cannot be read; run "npm start" again`);
  }
}

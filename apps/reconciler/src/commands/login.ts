import { CommandError, EXIT } from '../exit.ts';
import type { ExitCode } from '../exit.ts';
import { readSettings } from '../files/settings.ts';
import type { Io } from '../io.ts';
import { printJson } from '../options.ts';
import type { OutputOptions } from '../options.ts';
import { Client } from '../server/client.ts';
import { requireUrl, serverOf } from '../server/connection.ts';
import { credentialsPath, keepToken, serverKey } from '../server/credentials.ts';
import { ServerRefusal } from '../server/http.ts';

const TOKEN = /^rct_[0-9a-f]{24}_[A-Za-z0-9_-]{43}$/;

/** `rolecall login`: keeps an API token for a server, for this user alone. It is never an argument, which others could see. */
export async function login(options: OutputOptions, io: Io): Promise<ExitCode> {
  const server = wantedServer(options, io);
  const token = (await typedToken(server, io)).trim();
  if (!TOKEN.test(token)) {
    const message = 'this is no API token: one begins with rct_; "rolecall token create" on the server makes one';
    throw new CommandError(EXIT.usage, 'invalid_token', message);
  }
  await requireKnown(server, token);
  keepToken('login', server, { token }, io);
  const file = credentialsPath(io);
  if (options.format === 'json') printJson(io, { server: serverKey(server), file });
  else io.out(`Logged in to ${serverKey(server)}. The token is kept in ${file}, for you alone.\n`);
  return EXIT.done;
}

/** `rolecall logout`: forgets it here. It goes on being good where it came from. */
export async function logout(options: OutputOptions, io: Io): Promise<ExitCode> {
  const server = wantedServer(options, io);
  const removed = keepToken('login', server, undefined, io);
  if (options.format === 'json') printJson(io, { server: serverKey(server), removed });
  else if (removed)
    io.out(`Logged out of ${serverKey(server)}. "rolecall token revoke" on the server ends the token.\n`);
  else io.out(`There was no token for ${serverKey(server)}.\n`);
  return EXIT.done;
}

function wantedServer(options: OutputOptions, io: Io): string {
  const server = serverOf(options, io, readSettings(io.cwd))?.value;
  if (!server) {
    const message = 'which server? give --server, or write `server:` into rolecall.yaml';
    throw new CommandError(EXIT.usage, 'no_server', message);
  }
  requireUrl(server);
  return server;
}

/** From a pipe, or typed where nobody sees it. */
async function typedToken(server: string, io: Io): Promise<string> {
  const piped = await io.input?.();
  if (piped !== undefined) return piped.toString('utf8');
  if (io.askHidden) return io.askHidden(`API token for ${serverKey(server)}: `);
  const message = 'nobody is here to type the token: write it to standard input';
  throw new CommandError(EXIT.usage, 'no_token', message);
}

/** One that lacks the right to list organizations is good all the same. */
async function requireKnown(server: string, token: string): Promise<void> {
  try {
    await new Client({ server, token }).call('GET', 'v1/organizations?limit=1');
  } catch (error) {
    if (error instanceof ServerRefusal && error.status === 403) return;
    if (!(error instanceof ServerRefusal) || error.status !== 401) throw error;
    const message = `${serverKey(server)} does not know this token; nothing was kept`;
    throw new CommandError(EXIT.failed, 'unauthorized', message);
  }
}

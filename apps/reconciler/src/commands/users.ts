import { EXIT } from '../exit.ts';
import type { ExitCode } from '../exit.ts';
import { readSettings } from '../files/settings.ts';
import type { Io } from '../io.ts';
import { limitOf, MAX_LIMIT } from '../limit.ts';
import { outPaint, printJson } from '../options.ts';
import type { GlobalOptions, OutputOptions } from '../options.ts';
import { sessionTable, userTable, userText } from '../output/users.ts';
import { Client } from '../server/client.ts';
import { connectionOf } from '../server/connection.ts';
import { UsersClient } from '../server/users.ts';

export interface ListUsersOptions extends OutputOptions {
  readonly status?: string;
  readonly email?: string;
  readonly role?: string;
  readonly group?: string;
  readonly managed?: boolean;
  readonly limit?: string;
  readonly cursor?: string;
}

/** The users of an organization, at the server that the options or the surroundings name. */
export function usersClient(organization: string, options: GlobalOptions, io: Io): UsersClient {
  return new UsersClient(new Client(connectionOf(options, io, readSettings(io.cwd))), organization);
}

/** `rolecall users list ORG`. */
export async function listUsers(organization: string, options: ListUsersOptions, io: Io): Promise<ExitCode> {
  const { status, email, role, group, managed, limit, cursor } = options;
  const page = await usersClient(organization, options, io).page({
    ...(status !== undefined && { status }),
    ...(email !== undefined && { email }),
    ...(role !== undefined && { role }),
    ...(group !== undefined && { group }),
    ...(managed !== undefined && { managed: String(managed) }),
    ...(cursor !== undefined && { cursor }),
    limit: String(limitOf(limit)),
  });
  if (options.format === 'json') printJson(io, page);
  else if (page.users.length > 0) io.out(userTable(page.users));
  else io.out(nobody(organization, options));
  if (page.nextCursor !== null)
    io.err(`There are more: --cursor ${page.nextCursor} goes on, --limit shows up to ${MAX_LIMIT}.\n`);
  return EXIT.done;
}

function nobody(organization: string, { status, email, role, group, managed }: ListUsersOptions): string {
  const isNarrow = [status, email, role, group, managed].some((given) => given !== undefined);
  if (isNarrow) return 'Nobody is like that.\n';
  return `There are no users yet: they come by their first sign-in, by SCIM, or by "rolecall users invite ${organization} ADDRESS".\n`;
}

/** `rolecall users show ORG USER`. */
export async function showUser(organization: string, user: string, options: OutputOptions, io: Io): Promise<ExitCode> {
  const client = usersClient(organization, options, io);
  const detail = await client.read(await client.idOf(user));
  if (options.format === 'json') printJson(io, detail);
  else io.out(userText(detail, outPaint(io, options)));
  return EXIT.done;
}

export interface SessionsOptions extends OutputOptions {
  readonly end?: boolean;
}

/** `rolecall users sessions ORG USER`: where the user is signed in; with `--end` nowhere any more. */
export async function userSessions(
  organization: string,
  user: string,
  options: SessionsOptions,
  io: Io,
): Promise<ExitCode> {
  const client = usersClient(organization, options, io);
  const userId = await client.idOf(user);
  if (options.end === true) {
    const ended = await client.endSessions(userId);
    if (options.format === 'json') printJson(io, ended);
    else
      io.out(
        `Sessions ended: ${ended.sessionsEnded}. The user may sign in again; "users deactivate" keeps them out.\n`,
      );
    return EXIT.done;
  }
  const { sessions } = await client.sessions(userId);
  if (options.format === 'json') printJson(io, { sessions });
  else io.out(sessions.length === 0 ? 'Signed in nowhere.\n' : sessionTable(sessions));
  return EXIT.done;
}

import { DEPLOYMENT_RIGHTS, EVERY_ORGANIZATION, isOrganizationGlob } from '@rolecall/org-config';
import { API_RIGHTS, openDatabase } from '@rolecall/persistence';
import type { ApiRight, ApiTokenEntry, Database } from '@rolecall/persistence';
import { CommandError, EXIT } from '../exit.ts';
import type { ExitCode } from '../exit.ts';
import type { Io } from '../io.ts';
import { printJson } from '../options.ts';
import type { OutputOptions } from '../options.ts';
import { table } from '../output/table.ts';
import { databaseUrlOf } from '../server/connection.ts';

export interface TokenOptions extends OutputOptions {
  readonly name: string;
  readonly rights?: string;
  readonly organizations?: string;
  readonly expires?: string;
}

/** What a pipeline needs that plans and applies; the right to vouch for e-mail domains is given on purpose only. */
const USUAL_RIGHTS: readonly ApiRight[] = ['organizations.read', 'plan', 'apply'];
const DAY_MS = 86_400_000;

/** `rolecall token create`: on the server's side, straight into the database. The token is shown this once. */
export async function createToken(options: TokenOptions, io: Io): Promise<ExitCode> {
  const rights = rightsOf(options.rights);
  const organizations = organizationsOf(options.organizations);
  requireFitting(rights, organizations);
  const expiresAt = options.expires === undefined ? undefined : expiryOf(options.expires, io.now);
  const { id, token } = await withDatabase(io, (database) =>
    database.apiTokens.create({ name: options.name, rights, organizations, expiresAt, now: io.now }),
  );
  const expires = expiresAt?.toISOString() ?? null;
  if (options.format === 'json') {
    printJson(io, { id, token, rights, organizations: organizations ?? null, expiresAt: expires });
  } else {
    io.out(`${token}\n`);
    const where = organizations === undefined ? '' : `, for the organizations ${organizations.join(', ')}`;
    io.err(
      `Token ${id} (${options.name}) may: ${rights.join(', ')}${where}. It is shown this once; only its hash is stored.\n`,
    );
  }
  return EXIT.done;
}

/** `rolecall token revoke`: from the next request on. */
export async function revokeToken(id: string, options: OutputOptions, io: Io): Promise<ExitCode> {
  const revoked = await withDatabase(io, (database) => database.apiTokens.revoke(id, io.now));
  if (!revoked) throw new CommandError(EXIT.failed, 'unknown_token', `no token "${id}" that is not revoked already`);
  if (options.format === 'json') printJson(io, { id, revoked });
  else io.out(`Token ${id} is revoked.\n`);
  return EXIT.done;
}

/** `rolecall token list`: all that were ever made, the newest first. */
export async function listTokens(options: OutputOptions, io: Io): Promise<ExitCode> {
  const tokens = await withDatabase(io, (database) => database.apiTokens.list());
  if (options.format === 'json') printJson(io, { tokens: tokens.map(asJson) });
  else if (tokens.length === 0) io.out('There are no tokens; "rolecall token create --name NAME" makes one.\n');
  else io.out(table([HEADING, ...tokens.map((token) => rowOf(token, io.now))]));
  return EXIT.done;
}

const HEADING = ['ID', 'NAME', 'STATE', 'CREATED', 'EXPIRES', 'LAST USED', 'ORGANIZATIONS', 'RIGHTS'];

function rowOf(token: ApiTokenEntry, now: Date): string[] {
  const { id, name, rights, organizations, createdAt, expiresAt, lastUsedAt, revokedAt } = token;
  const state = revokedAt ? 'revoked' : expiresAt && expiresAt <= now ? 'expired' : 'valid';
  const [created, expires, lastUsed] = [createdAt, expiresAt, lastUsedAt].map((at) => at?.toISOString().slice(0, 10));
  const reach = organizations?.join(',') ?? 'all';
  return [id, name, state, created ?? '', expires ?? 'never', lastUsed ?? 'never', reach, rights.join(',')];
}

/** A key that holds nothing is null, so that every token has all of them. */
function asJson({ organizations, expiresAt, lastUsedAt, revokedAt, ...token }: ApiTokenEntry): object {
  const times = { expiresAt: expiresAt ?? null, lastUsedAt: lastUsedAt ?? null, revokedAt: revokedAt ?? null };
  return { ...token, organizations: organizations ?? null, ...times };
}

async function withDatabase<T>(io: Io, work: (database: Database) => Promise<T>): Promise<T> {
  const database = await openDatabase({ url: databaseUrlOf(io), applicationName: 'rolecall', poolSize: 1 });
  try {
    return await work(database);
  } finally {
    await database.close();
  }
}

function rightsOf(text: string | undefined): readonly ApiRight[] {
  if (text === undefined) return USUAL_RIGHTS;
  if (text === 'all') return API_RIGHTS;
  return text.split(',').map((name) => {
    const right = API_RIGHTS.find((known) => known === name.trim());
    if (right !== undefined) return right;
    throw new CommandError(
      EXIT.usage,
      'unknown_right',
      `there is no right "${name}"; there are ${API_RIGHTS.join(', ')}, or all`,
    );
  });
}

function organizationsOf(text: string | undefined): readonly string[] | undefined {
  const globs = text?.split(',').map((glob) => glob.trim());
  const wrong = globs?.find((glob) => !isOrganizationGlob(glob));
  if (wrong !== undefined) {
    const message = `--organizations "${wrong}" is no name and no pattern; write acme, or eu-* for all that begin so`;
    throw new CommandError(EXIT.usage, 'invalid_organizations', message);
  }
  return globs?.includes(EVERY_ORGANIZATION) ? undefined : globs;
}

/** Whoever may change who is trusted could give itself the other organizations. */
function requireFitting(rights: readonly ApiRight[], organizations: readonly string[] | undefined): void {
  const right = rights.find((one) => DEPLOYMENT_RIGHTS.includes(one));
  if (organizations === undefined || right === undefined) return;
  const message = `the right ${right} is about the whole deployment; leave it out, or leave --organizations out`;
  throw new CommandError(EXIT.usage, 'right_of_deployment', message);
}

function expiryOf(text: string, now: Date): Date {
  const days = /^([1-9]\d{0,3})d$/.exec(text)?.[1];
  const at = days === undefined ? new Date(text) : new Date(now.getTime() + Number(days) * DAY_MS);
  if (Number.isNaN(at.getTime()) || at <= now) {
    throw new CommandError(
      EXIT.usage,
      'invalid_expiry',
      `--expires "${text}" is no future date; write 90d or 2027-03-31`,
    );
  }
  return at;
}

import { CommandError, EXIT } from '../exit.ts';
import type { ExitCode } from '../exit.ts';
import type { Io } from '../io.ts';
import { outPaint, printJson } from '../options.ts';
import type { OutputOptions } from '../options.ts';
import { accessText, receiptsOfUser } from '../output/users.ts';
import type { Invited } from '../server/users.ts';
import { usersClient } from './users.ts';
import { minuteOf } from '../output/time.ts';

export interface InviteOptions extends OutputOptions {
  readonly name?: string;
  /** `role@scope`, any number. */
  readonly role?: readonly string[];
  readonly group?: readonly string[];
  readonly printLink?: boolean;
  readonly again?: boolean;
}

/** `rolecall users invite ORG ADDRESS`: by mail, or with `--print-link` the link alone goes to stdout. */
export async function inviteUser(
  organization: string,
  email: string,
  options: InviteOptions,
  io: Io,
): Promise<ExitCode> {
  const { name, role = [], group = [], printLink, again } = options;
  if (again && (name !== undefined || role.length + group.length > 0)) {
    const message =
      '--again sends another link to somebody who is invited: --name, --role and --group are for new users';
    throw new CommandError(EXIT.usage, 'conflicting_flags', message);
  }
  const client = usersClient(organization, options, io);
  const asked = printLink === true && ({ printLink } as const);
  const user = { email, ...(name !== undefined && { displayName: name }), grants: role.map(roleOf), groups: group };
  const invited = again
    ? await client.inviteAgain(await client.idOf(email), { ...asked })
    : await client.invite({ ...user, ...asked });
  if (options.format === 'json') printJson(io, invited);
  else showInvited(invited, email, io);
  return EXIT.done;
}

function showInvited({ link, expiresAt }: Invited, email: string, io: Io): void {
  const ends = `${minuteOf(expiresAt)} UTC`;
  if (link === null) io.out(`Invited ${email} by mail; the link is good until ${ends}.\n`);
  else {
    io.out(`${link}\n`);
    io.err(`Whoever has this link is let in as ${email}, once, until ${ends}. No mail was sent.\n`);
  }
}

export interface RevokeOptions extends OutputOptions {
  readonly lastSsoAdmin?: boolean;
}

/** `rolecall users grant|revoke ORG USER ROLE@SCOPE`. */
export async function editRole(
  [organization, user, role]: readonly [string, string, string],
  what: 'grant' | 'revoke',
  options: RevokeOptions,
  io: Io,
): Promise<ExitCode> {
  const wanted = roleOf(role);
  const client = usersClient(organization, options, io);
  const userId = await client.idOf(user);
  const edited = await client.edit(what, userId, wanted, options.lastSsoAdmin === true);
  const { scope } = wanted;
  if (options.format === 'json') printJson(io, edited);
  else if (edited.outcome === 'granted') io.out(`${user} holds ${wanted.role} on ${scope} from now on.\n`);
  else if (edited.outcome === 'revoked') io.out(`${user} holds ${wanted.role} on ${scope} no more.\n`);
  else io.out(`Nothing to do: ${user} ${what === 'grant' ? 'holds' : 'does not hold'} ${wanted.role} on ${scope}.\n`);
  return EXIT.done;
}

/** `rolecall users unlink ORG USER IDENTITY-PROVIDER`: an account that the user linked and lost. */
export async function unlinkAccount(
  [organization, user, identityProvider]: readonly [string, string, string],
  options: OutputOptions,
  io: Io,
): Promise<ExitCode> {
  const client = usersClient(organization, options, io);
  const unlinked = await client.unlink(await client.idOf(user), identityProvider);
  if (options.format === 'json') printJson(io, unlinked);
  else if (unlinked.outcome === 'unchanged')
    io.out(`Nothing to do: ${user} has linked no account of ${identityProvider}.\n`);
  else {
    const sessions = `${unlinked.sessionsEnded} ${unlinked.sessionsEnded === 1 ? 'session' : 'sessions'}`;
    io.out(
      `${identityProvider} signs ${user} in no more; ${sessions} ended. "Forgot your password?" gives a password.\n`,
    );
  }
  return EXIT.done;
}

export interface WhyOptions extends OutputOptions {
  readonly at?: string;
}

/** `rolecall users why ORG USER`: every role with the rule, the file and the line, the commit, the evidence, and since when. */
export async function whyRoles(organization: string, user: string, options: WhyOptions, io: Io): Promise<ExitCode> {
  const client = usersClient(organization, options, io);
  const access = await client.access(await client.idOf(user), options.at);
  if (options.format === 'json') printJson(io, access);
  else if (access.grants.length === 0) io.out('No roles.\n');
  else io.out(accessText(access, outPaint(io, options)));
  return EXIT.done;
}

/** `rolecall users receipt ORG ID`: one, signed; of a user, by id: a table of all. */
export async function showReceipt(organization: string, id: string, options: OutputOptions, io: Io): Promise<ExitCode> {
  const client = usersClient(organization, options, io);
  const { receipts } = await client.receipts(id);
  if (receipts.length > 0) {
    if (options.format === 'json') printJson(io, { receipts });
    else io.out(receiptsOfUser(receipts));
    return EXIT.done;
  }
  const signed = await client.receipt(id);
  if (options.format === 'json') printJson(io, signed);
  else {
    io.out(receiptsOfUser([signed.receipt]));
    io.err(`Signed: --format json has the JWS, which /.well-known/jwks.json of the server verifies.\n`);
  }
  return EXIT.done;
}

/** `member@account/main`. @throws CommandError `invalid_role` */
function roleOf(text: string): { readonly role: string; readonly scope: string } {
  const at = text.indexOf('@');
  const [role, scope] = [text.slice(0, at), text.slice(at + 1)];
  if (at > 0 && scope !== '') return { role, scope };
  throw new CommandError(
    EXIT.usage,
    'invalid_role',
    `"${text}" is no role on a scope: write it as member@account/main`,
  );
}

import { EXIT } from '../exit.ts';
import type { ExitCode } from '../exit.ts';
import type { Io } from '../io.ts';
import { printJson } from '../options.ts';
import type { OutputOptions } from '../options.ts';
import { usersClient } from './users.ts';

/** `rolecall users join|leave ORG USER GROUP`. */
export async function editGroup(
  [organization, user, group]: readonly [string, string, string],
  what: 'join' | 'leave',
  options: OutputOptions,
  io: Io,
): Promise<ExitCode> {
  const client = usersClient(organization, options, io);
  const edited = await client.editGroup(what, await client.idOf(user), group);
  if (options.format === 'json') printJson(io, edited);
  else if (edited.outcome === 'joined') io.out(`${user} is in ${group} from now on.\n`);
  else if (edited.outcome === 'left') io.out(`${user} is in ${group} no more.\n`);
  else io.out(`Nothing to do: ${user} is ${what === 'join' ? 'in' : 'not in'} ${group}.\n`);
  return EXIT.done;
}

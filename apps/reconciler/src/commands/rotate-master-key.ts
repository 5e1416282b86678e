import { parseSealingKey, rotateMasterKey } from '@rolecall/persistence';
import { CommandError, EXIT } from '../exit.ts';
import type { ExitCode } from '../exit.ts';
import type { Io } from '../io.ts';
import { printJson } from '../options.ts';
import type { OutputOptions } from '../options.ts';
import { Progress } from '../output/progress.ts';
import { ownerUrlOf } from './migrate.ts';

export interface RotateMasterKeyOptions extends OutputOptions {
  readonly check?: boolean;
}

/** `rolecall db rotate-master-key`: the current master key takes over what the previous one wrapped. */
export async function rotate(options: RotateMasterKeyOptions, io: Io): Promise<ExitCode> {
  const { check = false } = options;
  const [masterKey, previousMasterKey] = [keyOf('ROLECALL_MASTER_KEY', io), keyOf('ROLECALL_MASTER_KEY_PREVIOUS', io)];
  const progress = new Progress(io);
  const told = (keys: number) => progress.show(`${keys.toLocaleString('en')} keys ...`);
  const at = { ownerUrl: ownerUrlOf(io), masterKey, previousMasterKey };
  const result = await rotateMasterKey({ ...at, check, progress: told }).finally(() => progress.clear());
  const { rewrapped, current, unknown } = result;
  const left = check ? rewrapped : 0;
  if (options.format === 'json') printJson(io, check ? { previous: rewrapped, current, unknown } : result);
  else if (check)
    io.out(`${counted(rewrapped)} under the previous master key, ${counted(current)} under the current one.\n`);
  else io.out(`Wrapped ${counted(rewrapped)} anew; ${counted(current)} had the current master key already.\n`);
  if (unknown > 0) {
    const message = `${counted(unknown)} under neither of the two master keys; run this again with the one that they have`;
    throw new CommandError(EXIT.failed, 'master_key_mismatch', message);
  }
  return left > 0 ? EXIT.changesPending : EXIT.done;
}

/** SECRET. */
function keyOf(name: string, io: Io): Buffer {
  const key = parseSealingKey(io.env[name]?.trim() ?? '');
  if (key !== undefined) return key;
  throw new CommandError(EXIT.usage, 'no_master_key', `set ${name} to 32 bytes in base64, as the services have it`);
}

function counted(keys: number): string {
  return `${keys.toLocaleString('en')} ${keys === 1 ? 'key' : 'keys'}`;
}

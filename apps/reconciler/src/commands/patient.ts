import { CommandError } from '../exit.ts';
import type { Io } from '../io.ts';
import { ServerRefusal } from '../server/http.ts';

/**
 * For what follows a server: one that is away for a moment, such as for an upgrade, ends nothing, and the next look shows what came
 * meanwhile. undefined = it was away.
 */
export async function patient<T>(look: () => Promise<T>, io: Io): Promise<T | undefined> {
  try {
    return await look();
  } catch (error) {
    const known = error instanceof ServerRefusal || error instanceof CommandError;
    if (!known || (error instanceof ServerRefusal && error.status < 500)) throw error;
    io.err(`${error.message}; trying again ...\n`);
    return undefined;
  }
}

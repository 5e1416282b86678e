import { isCap } from '@rolecall/reconcile';
import type { Cap, Limits } from '@rolecall/reconcile';
import { CommandError, EXIT } from './exit.ts';
import type { Settings } from './files/settings.ts';
import type { PlanningOptions } from './options.ts';

/**
 * How far an apply may go: as the flags say, else as rolecall.yaml does. The server checks it, and lets no more through than it
 * does anyway. Undefined = nothing is said.
 * @throws CommandError `invalid_limit`
 */
export function limitsOf(
  { maxDeletes, maxAffected }: PlanningOptions,
  settings: Settings | undefined,
): Limits | undefined {
  const deletes = capOf('--max-deletes', maxDeletes) ?? settings?.limits?.deletes;
  const affected = capOf('--max-affected', maxAffected) ?? settings?.limits?.affected;
  if (deletes === undefined && affected === undefined) return undefined;
  return { ...(deletes === undefined ? {} : { deletes }), ...(affected === undefined ? {} : { affected }) };
}

function capOf(flag: string, text: string | undefined): Cap | undefined {
  if (text === undefined || isCap(text)) return text;
  throw new CommandError(
    EXIT.usage,
    'invalid_limit',
    `${flag} "${text}" is no number such as 20 and no share such as 10%`,
  );
}

import { matchesGlob } from 'node:path';
import { renderPlan } from '@rolecall/reconcile';
import type { Plan, PlanAction } from '@rolecall/reconcile';
import { CommandError, EXIT } from '../exit.ts';
import type { ExitCode } from '../exit.ts';
import type { Io } from '../io.ts';
import { outPaint, printJson } from '../options.ts';
import type { PlanOptions } from '../options.ts';
import { makePlan } from '../planning.ts';
import { savePlan } from '../saved-plan.ts';

/** `rolecall plan`: what an apply would do. Nothing is written, neither here nor on the server. */
export async function plan(paths: readonly string[], options: PlanOptions, io: Io): Promise<ExitCode> {
  if (options.org !== undefined && options.out !== undefined) {
    const message = '--org narrows what is shown and --out saves all of it: use one of them';
    throw new CommandError(EXIT.usage, 'conflicting_flags', message);
  }
  const planned = await makePlan(paths, options, io);
  const shown = options.org === undefined ? planned.plan : narrowed(planned.plan, options.org);
  if (options.format === 'json') printJson(io, shown);
  else io.out(renderPlan(shown, { paint: outPaint(io, options) }));
  if (options.out !== undefined) {
    if (planned.request === undefined) io.err('Nothing to save: the server has exactly these files.\n');
    else savePlan(options.out, io.cwd, planned.request, planned.plan);
  }
  return options.detailedExitcode && shown.changes.length > 0 ? EXIT.changesPending : EXIT.done;
}

/** The part of a plan that concerns some organizations. The fingerprint stays that of the whole: only it can be applied. */
function narrowed(plan: Plan, glob: string): Plan {
  const matches = (name: string | undefined) => name !== undefined && matchesGlob(name, glob);
  const changes = plan.changes.filter((change) => matches(change.organization) || matches(change.previousName));
  const count = (action: PlanAction) => changes.filter((change) => change.action === action).length;
  const summary = {
    create: count('create'),
    update: count('update'),
    rename: count('rename'),
    delete: count('delete'),
    release: count('release'),
    adopt: count('adopt'),
    unchanged: plan.summary.unchanged,
  };
  return { ...plan, changes, absent: plan.absent.filter((name) => matches(name)), summary };
}

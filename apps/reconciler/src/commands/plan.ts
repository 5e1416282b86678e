import { matchesGlob } from 'node:path';
import { changesNothing, renderPlan, renderPlanMarkdown } from '@rolecall/reconcile';
import type { Plan, PlanAction } from '@rolecall/reconcile';
import { CommandError, EXIT } from '../exit.ts';
import type { ExitCode } from '../exit.ts';
import type { Loaded } from '../files/load.ts';
import type { Io } from '../io.ts';
import { outPaint, printJson } from '../options.ts';
import type { PlanOptions } from '../options.ts';
import { githubPlan, jobLink } from '../output/formats/plan.ts';
import { planNotes } from '../output/formats/plan-notes.ts';
import { reportAs } from '../output/formats/report.ts';
import { positionIn } from '../output/positions.ts';
import { makePlan } from '../planning.ts';
import { savePlan } from '../saved-plan.ts';

/** `rolecall plan`: what an apply would do. Nothing is written, neither here nor on the server. */
export async function plan(paths: readonly string[], options: PlanOptions, io: Io): Promise<ExitCode> {
  if (options.org !== undefined && options.out !== undefined) {
    const message = '--org narrows what is shown and --out saves all of it: use one of them';
    throw new CommandError(EXIT.usage, 'conflicting_flags', message);
  }
  if (options.names === true) requireReader(options);
  const planned = await makePlan(paths, options, io);
  const shown = options.org === undefined ? planned.plan : narrowed(planned.plan, options.org);
  print(shown, planned.loaded, options, io);
  if (options.out !== undefined) {
    if (planned.request === undefined) io.err('Nothing to save: the server has exactly these files.\n');
    else savePlan(options.out, io.cwd, planned.request, planned.plan);
  }
  if (!options.detailedExitcode || changesNothing(shown)) return EXIT.done;
  return onlyTakesBack(shown) ? EXIT.driftOnly : EXIT.changesPending;
}

/** Names are for whoever asks, not for files and logs that others read. @throws CommandError */
function requireReader({ out, format }: PlanOptions): void {
  if (out !== undefined) {
    const message = '--names shows who is affected, and --out saves what others read: use one of them';
    throw new CommandError(EXIT.usage, 'conflicting_flags', message);
  }
  if (format === 'human' || format === 'json') return;
  const message = `--names has no place in ${format}, which ends up in logs and comments: use human or json`;
  throw new CommandError(EXIT.usage, 'conflicting_flags', message);
}

function print(shown: Plan, loaded: Loaded, options: PlanOptions, io: Io): void {
  const { sources } = loaded;
  const { format } = options;
  const link = jobLink(io.env);
  if (format === 'human') io.out(renderPlan(shown, { paint: outPaint(io, options) }));
  else if (format === 'json') printJson(io, shown);
  else if (format === 'markdown') io.out(renderPlanMarkdown(shown, link === undefined ? {} : { link }));
  else io.out(reportAs(format, [...loaded.diagnostics, ...notesOf(shown, loaded)], sources));
  if (format === 'github') io.out(githubPlan(shown, io));
}

function notesOf(shown: Plan, { documents }: Loaded) {
  const byName = new Map(documents.map((one) => [one.document.metadata.name, one]));
  return planNotes(shown, (organization, pointer) => {
    const loaded = byName.get(organization);
    return loaded ? positionIn(loaded, pointer) : { file: organization, line: 1, column: 1 };
  });
}

/** Git brings no change: somebody changed on the server what is declared as it was. */
export function onlyTakesBack({ changes, platform }: Plan): boolean {
  if (platform !== undefined) return false;
  return changes.every(
    ({ action, fields }) =>
      action === 'update' && fields.length > 0 && fields.every(({ origin }) => origin === 'drift'),
  );
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
  const ofThese = <T extends { readonly organization: string }>(entries: readonly T[]) =>
    entries.filter(({ organization }) => matches(organization));
  const { absent, overrides, unmanaged } = plan;
  const besides = { overrides: ofThese(overrides), unmanaged: ofThese(unmanaged) };
  return { ...plan, changes, absent: absent.filter((name) => matches(name)), ...besides, summary };
}

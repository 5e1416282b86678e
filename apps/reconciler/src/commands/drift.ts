import { CommandError, EXIT } from '../exit.ts';
import type { ExitCode } from '../exit.ts';
import type { Io } from '../io.ts';
import { printJson } from '../options.ts';
import type { OutputOptions } from '../options.ts';
import { driftText } from '../output/drift.ts';
import { answered } from '../planning.ts';
import { DriftClient } from '../server/drift.ts';
import type { Drift } from '../server/drift.ts';
import { target } from '../target.ts';

export interface DriftOptions extends OutputOptions {
  readonly write?: boolean;
  readonly overridden?: boolean;
}

/**
 * `rolecall drift`: what the server has that the files of the collection have not said, since when and by whom; exit 6 when there
 * is some. With `--write` the files say it: a plan of them takes nothing back of all organizations. Overrides that run are left to
 * their end, unless `--overridden` takes them over too.
 */
export async function drift(paths: readonly string[], options: DriftOptions, io: Io): Promise<ExitCode> {
  const { client, collection } = target(options, io);
  const server = new DriftClient(client);
  if (options.overridden === true && options.write !== true)
    throw new CommandError(EXIT.usage, 'conflicting_flags', '--overridden says what --write takes over; give both');
  if (options.write === true) {
    const found = await answered(server.wholeDrift(collection));
    const { writeDrift } = await import('../files/write-drift.ts');
    const written = await writeDrift(options.overridden === true ? asDrift(found) : found, paths, client, io);
    const { more } = found;
    if (options.format === 'json') printJson(io, { formatVersion: '1.0', written, more });
    else if (written.length > 0) for (const file of written) io.out(`${file}\n`);
    else if (more === 0) io.out('Nothing to write: the files say all that drifted.\n');
    if (more > 0) io.err(`${more} more deviate: apply what is written, then run "rolecall drift --write" again\n`);
    return more > 0 ? EXIT.driftOnly : EXIT.done;
  }
  const { nextCursor: _, ...found } = await answered(server.drift(collection));
  if (options.format === 'json') printJson(io, { formatVersion: '1.0', ...found });
  else io.out(driftText(found));
  return drifted(found) ? EXIT.driftOnly : EXIT.done;
}

/** What is overridden is to stay: to the files it is drift like any other. */
function asDrift(found: Drift): Drift {
  const organizations = found.organizations.map((one) => {
    return { ...one, fields: one.fields.map((field) => ({ ...field, override: null })) };
  });
  return { ...found, organizations };
}

/** An override that runs is known, and is no drift before its end. */
function drifted({ organizations, more }: Drift): boolean {
  const some = organizations.some(
    ({ fields, unmanaged }) => unmanaged.length > 0 || fields.some(({ override }) => override === null),
  );
  return some || more > 0;
}

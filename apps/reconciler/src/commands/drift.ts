import { EXIT } from '../exit.ts';
import type { ExitCode } from '../exit.ts';
import { readSettings } from '../files/settings.ts';
import type { Io } from '../io.ts';
import { printJson } from '../options.ts';
import type { OutputOptions } from '../options.ts';
import { driftText } from '../output/drift.ts';
import { answered } from '../planning.ts';
import { Client } from '../server/client.ts';
import { connectionOf } from '../server/connection.ts';
import { DriftClient } from '../server/drift.ts';
import type { Drift } from '../server/drift.ts';

export interface DriftOptions extends OutputOptions {
  readonly write?: boolean;
}

/**
 * `rolecall drift`: what the server has that the files of the collection have not said, since when and by whom; exit 6 when there
 * is some. With `--write` the files say it: a plan of them takes nothing back. Overrides that run are left to their end.
 */
export async function drift(paths: readonly string[], options: DriftOptions, io: Io): Promise<ExitCode> {
  const settings = readSettings(io.cwd);
  const client = new Client(connectionOf(options, io, settings));
  const collection = options.collection ?? settings?.collection ?? 'default';
  const found = await answered(new DriftClient(client).drift(collection));
  if (options.write === true) {
    const { writeDrift } = await import('../files/write-drift.ts');
    const written = await writeDrift(found, paths, client, io);
    if (options.format === 'json') printJson(io, { formatVersion: '1.0', written });
    else if (written.length === 0) io.out('Nothing to write: the files say all that drifted.\n');
    else for (const file of written) io.out(`${file}\n`);
    return EXIT.done;
  }
  if (options.format === 'json') printJson(io, { formatVersion: '1.0', ...found });
  else io.out(driftText(found));
  return drifted(found) ? EXIT.driftOnly : EXIT.done;
}

/** An override that runs is known, and is no drift before its end. */
function drifted({ organizations, more }: Drift): boolean {
  const some = organizations.some(
    ({ fields, unmanaged }) => unmanaged.length > 0 || fields.some(({ override }) => override === null),
  );
  return some || more > 0;
}

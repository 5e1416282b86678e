import { EXIT } from '../exit.ts';
import type { ExitCode } from '../exit.ts';
import type { Io } from '../io.ts';
import { printJson } from '../options.ts';
import type { ApplyOptions } from '../options.ts';
import { applyPart, organizationsOf } from './part.ts';
import { target } from '../target.ts';

/** `rolecall adopt ORG…`: the collection owns them from now on, and nothing else of them changes. */
export async function adopt(names: readonly string[], options: ApplyOptions, io: Io): Promise<ExitCode> {
  const { client, collection } = target(options, io);
  const records = await organizationsOf(client, names);
  const others = records.filter((record) => record.collection !== collection);
  if (others.length === 0) {
    if (options.format === 'json') printJson(io, { applied: [] });
    io.err(`"${collection}" owns ${names.length === 1 ? 'it' : 'them'} already.\n`);
    return EXIT.done;
  }
  const organizations = others.map(({ document }) => ({ document }));
  const ended = await applyPart(
    client,
    collection,
    { organizations, adopt: true, partial: { fromServer: true } },
    options,
    io,
  );
  io.err(`Files of them are written by "rolecall import ${others.map(({ name }) => name).join(' ')}".\n`);
  return ended;
}

/** `rolecall release ORG…`: nobody's files own them from now on; they and their users stay as they are. */
export async function release(names: readonly string[], options: ApplyOptions, io: Io): Promise<ExitCode> {
  const { client, collection } = target(options, io);
  return applyPart(client, collection, { partial: { release: [...new Set(names)] } }, options, io);
}

import { CommandError, EXIT } from '../exit.ts';
import type { ExitCode } from '../exit.ts';
import type { Io } from '../io.ts';
import type { ApplyOptions } from '../options.ts';
import { answered } from '../planning.ts';
import { applyPart, organizationsOf } from './part.ts';
import { target } from '../target.ts';

export interface RollbackOptions extends ApplyOptions {
  readonly to?: string;
}

/** `rolecall rollback ORG --to N`: makes the settings of a former revision those of the next one, by a plan. */
export async function rollback(organization: string, options: RollbackOptions, io: Io): Promise<ExitCode> {
  const to = options.to ?? '';
  if (!/^[1-9]\d{0,8}$/.test(to)) {
    throw new CommandError(
      EXIT.usage,
      'invalid_revision',
      `--to "${to}" is no number of a revision ("rolecall history")`,
    );
  }
  const { client } = target(options, io);
  const [record] = await organizationsOf(client, [organization]);
  if (record === undefined || record.collection === null) {
    const message = `no collection owns "${organization}": adopt it first ("rolecall adopt ${organization}")`;
    throw new CommandError(EXIT.guarded, 'needs_adopt', message);
  }
  const { document } = await answered(client.revision(organization, Number(to)));
  // the names stay: links and bookmarks hang on them, and a former one may be somebody else's by now
  const { previously: _, ...then } = document.metadata;
  const { name, previously } = record.document.metadata;
  const metadata = { ...then, name, ...(previously && { previously }) };
  const organizations = [{ document: { ...document, metadata } }];
  const ended = await applyPart(
    client,
    record.collection,
    { organizations, conflicts: 'git', partial: { fromServer: true } },
    options,
    io,
  );
  const file = `rolecall show ${organization} --revision ${to}`;
  io.err(`The files still say otherwise: the next apply of them undoes this. "${file}" prints what to put there.\n`);
  return ended;
}

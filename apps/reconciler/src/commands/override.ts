import { durationSeconds } from '@rolecall/org-config';
import { pathOf } from '@rolecall/reconcile';
import { parse } from 'yaml';
import { CommandError, EXIT } from '../exit.ts';
import type { ExitCode } from '../exit.ts';
import { readSettings } from '../files/settings.ts';
import { textOf } from '../files/text.ts';
import type { Io } from '../io.ts';
import { printJson } from '../options.ts';
import type { OutputOptions } from '../options.ts';
import { table } from '../output/table.ts';
import { answered } from '../planning.ts';
import { Client } from '../server/client.ts';
import { connectionOf } from '../server/connection.ts';
import { DriftClient } from '../server/drift.ts';
import type { ServedOverride } from '../server/drift.ts';

export interface OverrideOptions extends OutputOptions {
  readonly reason: string;
  readonly expires: string;
  readonly allowReplace?: boolean;
}

/** `rolecall override ORG FILE`: break-glass. Merges a patch into the live document, past git, for a while. */
export async function override(
  organization: string,
  file: string,
  options: OverrideOptions,
  io: Io,
): Promise<ExitCode> {
  const patch = patchIn(textOf(file, io), file);
  const expires = endOf(options.expires, io.now);
  const client = new Client(connectionOf(options, io, readSettings(io.cwd)));
  const { revision: baseRevision } = await answered(client.organization(organization));
  const allowReplace = options.allowReplace === true ? { allowReplace: true } : {};
  const request = { patch, baseRevision, ...allowReplace, override: { reason: options.reason, expires } };
  const written = await answered(new DriftClient(client).override(organization, request));
  if (options.format === 'json') printJson(io, { formatVersion: '1.0', ...written });
  else if (written.fields.length + written.overrides.length === 0) {
    io.out(`Nothing changed: ${organization} is so already.\n`);
  } else {
    const changed = written.fields.map(({ path }) => pathOf(path)).join(', ') || 'no value changed';
    io.out(`${organization} is at revision ${written.revision}: ${changed}\n`);
    if (written.overrides.length === 0) io.out('Nothing of it is overridden any more: it is as it was before.\n');
    else
      io.out(
        `\n${overrideTable(written.overrides, io.now)}\nEvery plan names them. At their end the server takes them back, whether files declare them or not.\n`,
      );
  }
  return EXIT.done;
}

/** `rolecall override list ORG`. */
export async function listOverrides(organization: string, options: OutputOptions, io: Io): Promise<ExitCode> {
  const client = new Client(connectionOf(options, io, readSettings(io.cwd)));
  const list = await answered(new DriftClient(client).overrides(organization));
  if (options.format === 'json') printJson(io, list);
  else if (list.overrides.length === 0) io.out(`Nothing is overridden in ${organization}.\n`);
  else io.out(overrideTable(list.overrides, io.now));
  return EXIT.done;
}

/** `rolecall override end ORG [PATH]`. */
export async function endOverride(
  organization: string,
  path: string | undefined,
  options: OutputOptions,
  io: Io,
): Promise<ExitCode> {
  const client = new Client(connectionOf(options, io, readSettings(io.cwd)));
  const ended = await answered(new DriftClient(client).endOverrides(organization, path));
  const { overrides, takenBack = true, refused = 'not_taken_back' } = ended;
  if (overrides.length === 0) {
    const what = path === undefined ? 'nothing' : `no field ${path}`;
    throw new CommandError(
      EXIT.failed,
      'nothing_overridden',
      `${organization} has ${what} overridden; "rolecall override list ${organization}" shows what is`,
    );
  }
  if (options.format === 'json') printJson(io, ended);
  else if (takenBack)
    io.out(
      `Ended: ${overrides.map((one) => pathOf(one.path)).join(', ')}. What they set is taken back; "rolecall drift" shows what could not be.\n`,
    );
  if (takenBack) return EXIT.done;
  const message = `the overrides of ${organization} ended, but not all that they set could be taken back: it is live still, and tried again every ten minutes; "rolecall drift" shows it, and an apply takes it back`;
  throw new CommandError(EXIT.failed, refused, message);
}

function overrideTable(overrides: readonly ServedOverride[], now: Date): string {
  const rows = overrides.map(({ path, by, reason, expires, refused }) => {
    const stays = refused === null || refused === undefined ? '' : `, not taken back: ${refused}`;
    const state = new Date(expires) > now ? `until ${expires}` : `ended ${expires}${stays}`;
    return [path, state, by, reason];
  });
  return table([['PATH', 'STATE', 'BY', 'REASON'], ...rows]);
}

/** A JSON merge patch, as YAML or JSON. */
function patchIn(text: string, file: string): object {
  let patch: unknown;
  try {
    patch = parse(text, { version: '1.2', schema: 'core', maxAliasCount: 0 });
  } catch {
    patch = undefined;
  }
  if (typeof patch === 'object' && patch !== null && !Array.isArray(patch)) return patch;
  const message = `${file} is no patch of a document; write what is to be different, such as "spec: { login: { enforceSso: false } }"`;
  throw new CommandError(EXIT.invalid, 'not_a_patch', message);
}

/** A duration from now, or a moment. */
function endOf(text: string, now: Date): string {
  const seconds = durationSeconds(text);
  const end = seconds === undefined ? new Date(text) : new Date(now.getTime() + seconds * 1000);
  if (!Number.isNaN(end.getTime())) return end.toISOString();
  throw new CommandError(
    EXIT.usage,
    'invalid_end',
    `--expires "${text}" is neither a duration such as 4h nor a moment such as 2026-12-01T12:00:00Z`,
  );
}

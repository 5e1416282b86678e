import { join } from 'node:path';
import { CommandError, EXIT } from '../exit.ts';
import type { ExitCode } from '../exit.ts';
import { readSettings, SETTINGS_FILE } from '../files/settings.ts';
import type { Settings } from '../files/settings.ts';
import type { Io } from '../io.ts';
import { printJson } from '../options.ts';
import type { OutputOptions } from '../options.ts';
import { printable } from '../output/printable.ts';
import { table } from '../output/table.ts';
import { serverOf, tokenOf } from '../server/connection.ts';
import type { Found } from '../server/connection.ts';
import { credentialsPath } from '../server/credentials.ts';

export interface ConfigOptions extends OutputOptions {
  readonly showOrigin?: boolean;
}

interface Shown {
  readonly name: string;
  /** null = not set. */
  readonly value: unknown;
  /** null = the default, or not set. */
  readonly origin: string | null;
}

/** `rolecall config`: every setting as a command would use it now, and where it comes from. Asks no server, shows no secret. */
export async function config(options: ConfigOptions, io: Io): Promise<ExitCode> {
  const settings = shownOf(options, io, readSettings(io.cwd));
  if (options.format === 'json') {
    const parts = settings.map(({ origin, ...setting }) => (options.showOrigin ? { ...setting, origin } : setting));
    printJson(io, { formatVersion: '1.0', settings: parts });
    return EXIT.done;
  }
  const rows = settings.map(({ name, value, origin }) => {
    const text = value === null ? '(not set)' : typeof value === 'string' ? value : JSON.stringify(value);
    return [
      name,
      printable(text),
      ...(options.showOrigin ? [printable(origin ?? (value === null ? '' : 'default'))] : []),
    ];
  });
  io.out(table([['SETTING', 'VALUE', ...(options.showOrigin ? ['ORIGIN'] : [])], ...rows]));
  return EXIT.done;
}

function shownOf(options: ConfigOptions, io: Io, settings: Settings | undefined): readonly Shown[] {
  const file = settings && join(settings.directory, SETTINGS_FILE);
  const declared = (name: keyof Settings, fallback: unknown): Shown => {
    const value = settings?.[name];
    return { name, value: value ?? fallback, origin: value === undefined ? null : (file ?? null) };
  };
  const server = serverOf(options, io, settings);
  const collection: Shown =
    options.collection === undefined
      ? declared('collection', 'default')
      : { name: 'collection', value: options.collection, origin: '--collection' };
  return [
    { name: 'server', value: server?.value ?? null, origin: server?.origin ?? null },
    tokenShown(options, io, server),
    collection,
    declared('paths', null),
    declared('prune', false),
    declared('unmanaged', 'report'),
    declared('limits', null),
    declared('age', null),
    { name: 'credentials', value: credentialsPath(io) ?? null, origin: null },
  ];
}

function tokenShown(options: ConfigOptions, io: Io, server: Found<string> | undefined): Shown {
  try {
    const token = server && tokenOf(options, io, server.value);
    if (!token) return { name: 'token', value: null, origin: null };
    return { name: 'token', value: masked(token.value), origin: token.origin };
  } catch (error) {
    // where a token cannot be read is what somebody looks here for
    if (!(error instanceof CommandError)) throw error;
    return { name: 'token', value: null, origin: error.message };
  }
}

/** The id is public, and names the token in `rolecall token list` and in the server's log. */
function masked(token: string | (() => Promise<string>)): string {
  if (typeof token !== 'string') return 'exchanged when it is needed';
  const id = /^rct_[0-9a-f]{24}_/.exec(token)?.[0];
  return id === undefined ? '…' : `${id}…`;
}

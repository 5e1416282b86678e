import { closeSync, constants, existsSync, fstatSync, openSync, readFileSync } from 'node:fs';
import { dirname, isAbsolute, join, normalize, relative, sep } from 'node:path';
import { closest } from 'fastest-levenshtein';
import { isCollection, isMap, isScalar, isSeq, LineCounter, parseDocument } from 'yaml';
import type { Pair } from 'yaml';
import { isCap } from '@rolecall/reconcile';
import type { Limits, UnmanagedMode } from '@rolecall/reconcile';
import { CommandError, EXIT } from '../exit.ts';
import { isOfGit, refuseOutside } from './inside.ts';

export const SETTINGS_FILE = 'rolecall.yaml';

/** What `rolecall.yaml` may say; flags and environment variables come before it. */
export interface Settings {
  /** Where it was found: paths of files are relative to this. */
  readonly directory: string;
  readonly server?: string;
  readonly collection?: string;
  /** Relative, and by their words inside `directory`: whoever may change the file must not choose files elsewhere on the machine. */
  readonly paths?: readonly string[];
  readonly prune?: boolean;
  /** What becomes of entries on the server that no file declares. Default `report`. */
  readonly unmanaged?: UnmanagedMode;
  /** How far one apply may go. */
  readonly limits?: Limits;
  /** For whom `rolecall secrets encrypt` seals. */
  readonly age?: { readonly recipients: readonly string[] };
}

const MAX_BYTES = 64 * 1024;

const KEYS = {
  server: 'string',
  collection: 'string',
  paths: 'list of strings',
  prune: 'boolean',
  unmanaged: '`report`, `fail` or `delete`',
  limits: 'map of `deletes` and `affected`, each a number or a share such as 10%',
  age: 'map of `recipients`, a list of strings',
} as const;

/**
 * Reads `rolecall.yaml` from `cwd` or the nearest directory above, as far as the root of the git repository: what stands above
 * a checkout, in a directory for temporary files perhaps, is nobody's word about it. undefined when there is none.
 */
export function readSettings(cwd: string): Settings | undefined {
  const file = findUpward(cwd, SETTINGS_FILE, '.git');
  if (file === undefined) return undefined;
  const shown = relative(cwd, file);
  refuseOutside(file, dirname(file), shown);
  const lines = new LineCounter();
  const document = parseDocument(boundedText(file, shown), { lineCounter: lines, uniqueKeys: true, version: '1.2' });
  const fail = (offset: number, message: string): never => {
    const { line, col } = lines.linePos(offset);
    throw new CommandError(EXIT.invalid, 'invalid_settings', `${shown}:${line}:${col}  ${message}`);
  };
  const [error] = document.errors;
  if (error !== undefined) fail(error.pos[0], error.message.split('\n')[0] ?? error.code);
  if (document.contents !== null && !isMap(document.contents)) fail(0, 'it must be a map of settings');
  for (const pair of isMap(document.contents) ? document.contents.items : []) checkSetting(pair, fail);
  const { limits, ...settings } = (document.toJS({ maxAliasCount: 0 }) ?? {}) as Omit<Settings, 'directory'>;
  const directory = dirname(file);
  if (limits === undefined) return { ...settings, directory };
  const caps = Object.entries(limits).map(([name, cap]) => [name, textOf(cap)] as const);
  return { ...settings, limits: Object.fromEntries(caps) as Limits, directory };
}

/**
 * The file comes from a repository, and may be anything: a pipe has no end.
 * @throws CommandError `invalid_settings`
 */
function boundedText(file: string, shown: string): string {
  const opened = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const stats = fstatSync(opened);
    if (stats.isFile() && stats.size <= MAX_BYTES) return readFileSync(opened, 'utf8');
  } finally {
    closeSync(opened);
  }
  throw new CommandError(EXIT.invalid, 'invalid_settings', `${shown}  must be a file of at most 64 KiB`);
}

function checkSetting(pair: Pair, fail: (offset: number, message: string) => never): void {
  const offset = isScalar(pair.key) ? (pair.key.range?.[0] ?? 0) : 0;
  const key = isScalar(pair.key) ? String(pair.key.value) : '?';
  if (!isKnown(key)) {
    return fail(offset, `unknown_key  "${key}" is no setting; did you mean "${closest(key, Object.keys(KEYS))}"?`);
  }
  const value: unknown = isScalar(pair.value) ? pair.value.value : pair.value;
  const collection: unknown = isCollection(pair.value) ? pair.value.toJSON() : undefined;
  const want = KEYS[key];
  const ok =
    want === 'list of strings'
      ? isStrings(collection)
      : want === 'string' || want === 'boolean'
        ? typeof value === want
        : want === KEYS.unmanaged
          ? ['report', 'fail', 'delete'].includes(value as string)
          : want === KEYS.limits
            ? isLimits(collection)
            : isAge(collection);
  if (!ok) fail(offset, `invalid_value  "${key}" must be a ${KEYS[key]}`);
  if (key === 'paths' && isSeq(pair.value)) pair.value.items.forEach((item) => checkPath(item, offset, fail));
}

function checkPath(item: unknown, offset: number, fail: (offset: number, message: string) => never): void {
  const { value, range } = isScalar(item) ? item : {};
  if (typeof value === 'string' && isOfGit(value)) {
    fail(range?.[0] ?? offset, `invalid_value  "${value}" leads into .git, whose files are no configuration`);
  }
  if (typeof value === 'string' && !isAbsolute(value) && normalize(value).split(sep)[0] !== '..') return;
  const message = `"${String(value)}" leads out of the directory of ${SETTINGS_FILE}, or is absolute; files elsewhere are given as PATHs`;
  fail(range?.[0] ?? offset, `invalid_value  ${message}`);
}

function isKnown(key: string): key is keyof typeof KEYS {
  return Object.hasOwn(KEYS, key);
}

function isStrings(value: unknown): boolean {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

function isLimits(value: unknown): boolean {
  const { deletes, affected, ...others } = (value ?? {}) as Record<string, unknown>;
  const caps = [deletes, affected].filter((cap) => cap !== undefined);
  return caps.length > 0 && caps.every((cap) => isCap(textOf(cap))) && Object.keys(others).length === 0;
}

/** In YAML a number may stand without quotes. */
function textOf(cap: unknown): string {
  return typeof cap === 'number' || typeof cap === 'string' ? String(cap) : '';
}

function isAge(value: unknown): boolean {
  const { recipients, ...others } = (value ?? {}) as Record<string, unknown>;
  return isStrings(recipients) && Object.keys(others).length === 0;
}

/** The nearest `name` in `from` or a directory above it, up to one that has `until`. */
export function findUpward(from: string, name: string, until?: string): string | undefined {
  const file = join(from, name);
  if (existsSync(file)) return file;
  const parent = dirname(from);
  const ends = parent === from || (until !== undefined && existsSync(join(from, until)));
  return ends ? undefined : findUpward(parent, name, until);
}

import { lstatSync, readdirSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { CommandError, EXIT } from '../exit.ts';
import { isWithin, refuseOutside } from './inside.ts';
import { SETTINGS_FILE } from './settings.ts';
import type { Settings } from './settings.ts';

/** Files larger than this are refused before they are read. */
export const MAX_FILE_BYTES = 1024 * 1024;

/** The files of a collection: their paths are relative to `root`, with `/`, sorted. */
export interface Discovered {
  readonly root: string;
  readonly paths: readonly string[];
  /** What was searched, when it is not all of `root`: files and directories as `paths` has them. */
  readonly within?: readonly string[];
  /** Such a path for people: from the working directory, or below the PATH that they gave when it is elsewhere. */
  readonly shown: (path: string) => string;
  /** Files of the collection that rolecall.yaml names beside the given PATHs: what these inherit from may stand there. Sought when asked. */
  readonly beside?: () => readonly string[];
  /** The same; and without rolecall.yaml, those below the working directory. Absent without PATHs, and where one is outside of the collection. */
  readonly elsewhere?: () => readonly string[];
  /** Whether a PATH is outside of the collection: these are not the paths that the server knows its files by. */
  readonly outside: boolean;
}

/** Where is searched, and what the files are called in messages. */
interface Search {
  readonly root: string;
  readonly nameOf: (file: string) => string;
}

/**
 * Finds organization files: the PATHs of the command line, else `paths` of rolecall.yaml, else the working directory.
 * Directories are searched for *.yaml and *.yml, without dotfiles, node_modules and rolecall.yaml itself.
 * PATHs may be anywhere; paths of rolecall.yaml, which a pull request may change, are below it, where their links really lead too.
 * Whatever is found is a regular file.
 */
export function discover(targets: readonly string[], cwd: string, settings: Settings | undefined): Discovered {
  const base = settings?.directory ?? cwd;
  const wanted = targets.length > 0 ? targets.map((path) => resolve(cwd, path)) : ownPaths(base, settings);
  const root = rootOf(base, wanted);
  const nameOf = (file: string) => nameFor(file, targets, cwd);
  if (targets.length === 0) for (const path of wanted.filter(exists)) refuseOutside(path, base, nameOf(path));
  const found = new Set(wanted.flatMap((path) => filesAt(path, { root, nameOf })));
  if (found.size === 0) {
    const where = wanted.map(nameOf).join(', ');
    const message = `no organization file (*.yaml, *.yml) in ${where}; an empty input is refused, since it might be a failed checkout`;
    throw new CommandError(EXIT.invalid, 'empty_input', message);
  }
  const paths = [...found].map((file) => slashed(relative(root, file))).sort();
  const shown = (path: string) => nameOf(join(root, path));
  if (targets.length === 0) return { root, paths, shown, outside: false };
  // a directory outside is its own root, and no collection for that
  if (root !== base) return { root, paths, within: paths, shown, outside: true };
  const searched = wanted.map((path) => slashed(relative(root, path)));
  const within = searched.includes('') ? {} : { within: searched };
  const elsewhere = () => filesBeside(found, settings, { root, nameOf });
  return { root, paths, ...within, shown, outside: false, elsewhere, ...(settings && { beside: elsewhere }) };
}

function filesBeside(found: ReadonlySet<string>, settings: Settings | undefined, search: Search): readonly string[] {
  const own = ownPaths(search.root, settings).filter(exists);
  for (const path of own) refuseOutside(path, search.root, search.nameOf(path));
  const all = new Set(own.flatMap((path) => filesAt(path, search)));
  const others = [...all].filter((file) => !found.has(file));
  return others.map((file) => slashed(relative(search.root, file))).sort();
}

function nameFor(file: string, targets: readonly string[], cwd: string): string {
  if (isWithin(file, cwd)) return slashed(relative(cwd, file)) || '.';
  const given = targets.find((target) => isWithin(file, resolve(cwd, target)));
  return slashed(given === undefined ? relative(cwd, file) : join(given, relative(resolve(cwd, given), file)));
}

function ownPaths(base: string, settings: Settings | undefined): string[] {
  return (settings?.paths ?? ['.']).map((path) => resolve(base, path));
}

/** The base, or where the given paths have their nearest directory in common when one of them is elsewhere. */
function rootOf(base: string, wanted: readonly string[]): string {
  if (wanted.every((path) => isWithin(path, base))) return base;
  const directories = wanted.map((path) => (isDirectory(path) ? path : dirname(path)));
  let common = directories[0] ?? base;
  while (!directories.every((path) => isWithin(path, common))) common = dirname(common);
  return common;
}

function filesAt(path: string, search: Search): string[] {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats === undefined) throw new CommandError(EXIT.invalid, 'no_such_file', `there is no ${search.nameOf(path)}`);
  if (stats.isSymbolicLink()) refuseOutside(path, search.root, search.nameOf(path));
  if (!isDirectory(path)) return [regularFile(path, search)];
  return readdirSync(path, { withFileTypes: true }).flatMap((entry) => {
    if (entry.name.startsWith('.') || entry.name === 'node_modules' || entry.name === SETTINGS_FILE) return [];
    const inner = join(path, entry.name);
    if (entry.isDirectory()) return filesAt(inner, search);
    if (entry.isSymbolicLink() && isDirectory(inner)) return linkedDirectory(inner, search);
    return /\.ya?ml$/i.test(entry.name) ? filesAt(inner, search) : [];
  });
}

/** Devices and pipes have the size 0 and no end. */
function regularFile(path: string, search: Search): string {
  if (statSync(path).isFile()) return path;
  const message = `${search.nameOf(path)} is neither a file nor a directory; save what it gives as a file`;
  throw new CommandError(EXIT.invalid, 'no_regular_file', message);
}

/** What a linked directory has is found where it really is; following the link could go round in circles. */
function linkedDirectory(path: string, search: Search): string[] {
  refuseOutside(path, search.root, search.nameOf(path));
  return [];
}

function exists(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

function slashed(path: string): string {
  return path.split(sep).join('/');
}

import { createHash } from 'node:crypto';
import type { InventoryFile } from './inventory.ts';

/** A file by itself. */
export interface Scan extends Omit<InventoryFile, 'inherits'> {
  /** Names that templates in it may have. */
  readonly templates: readonly string[];
  /** Words that its `from` seems to have. */
  readonly from: readonly string[];
}

/** A `from` that is longer than this is none. */
const LONGEST_FROM = 4_096;
const WORDS = /[a-z0-9](?:[a-z0-9-]*[a-z0-9])?/g;

/**
 * What a file says of templates, found by spelling, since most files are never parsed. Words too many do no harm: the file is parsed
 * once more than needed. `unseenTemplates` refuses a spelling that this would miss.
 */
export function templateWords(text: string): Pick<Scan, 'templates' | 'from'> {
  const names = text.includes('OrganizationTemplate')
    ? text.matchAll(/\bname["']?[ \t]*:[ \t]*["']?([a-z0-9-]+)/g)
    : [];
  const from = text.includes('from') ? text.matchAll(/\bfrom["']?[ \t]*:/g) : [];
  return {
    templates: [...new Set([...names].map(([, name]) => name ?? ''))],
    from: [...new Set([...from].flatMap((match) => fromWords(text, match.index + match[0].length)))],
  };
}

/** Up to the next key. */
function fromWords(text: string, start: number): readonly string[] {
  const rest = text.slice(start, start + LONGEST_FROM);
  const next = /\n[ \t]*["']?[\w-]+["']?[ \t]*:/.exec(rest);
  return rest.slice(0, next?.index).match(WORDS) ?? [];
}

/** The digest of a file that inherits covers the files of its templates, and of theirs: it is parsed again when one changes. */
export function withTemplates(scans: ReadonlyMap<string, Scan>): readonly InventoryFile[] {
  const all = [...scans.values()];
  const files = Map.groupBy(
    all.flatMap(({ path, templates }) => templates.map((name) => ({ name, path }))),
    ({ name }) => name,
  );
  return all.map((scan) => {
    const { path, refersTo } = scan;
    const inherits = files.size === 0 ? [] : reachedFrom(scan, scans, (name) => files.get(name) ?? []);
    if (inherits.length === 0) return { path, digest: scan.digest, refersTo, inherits };
    const hash = createHash('sha256').update(scan.digest);
    for (const file of inherits) hash.update(`\n${file} ${scans.get(file)?.digest}`);
    return { path, digest: hash.digest('hex'), refersTo, inherits };
  });
}

function reachedFrom(
  scan: Scan,
  scans: ReadonlyMap<string, Scan>,
  filesOf: (name: string) => readonly { readonly path: string }[],
): readonly string[] {
  const reached = new Set([scan.path]);
  for (const path of reached) {
    for (const name of scans.get(path)?.from ?? []) for (const file of filesOf(name)) reached.add(file.path);
  }
  reached.delete(scan.path);
  return [...reached].sort();
}

import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { join, posix } from 'node:path';
import { API_VERSION } from '@rolecall/org-config';
import type { SourceFile } from '@rolecall/org-config';
import type { FileDigest } from '@rolecall/reconcile';
import { CommandError, EXIT } from '../exit.ts';
import { MAX_FILE_BYTES, refuseOutside } from './discover.ts';
import type { Discovered } from './discover.ts';
import type { Task } from './check.ts';
import { templateWords, withTemplates } from './inheritance.ts';
import type { Scan } from './inheritance.ts';

/** What one scanned file is, without having been parsed. */
export interface InventoryFile extends Pick<FileDigest, 'path' | 'digest'> {
  /** Metadata files that it seems to refer to, relative to the root. */
  readonly refersTo: readonly string[];
  /** Files of the templates that it seems to inherit from, with those that these build on. */
  readonly inherits: readonly string[];
}

/**
 * The files of a collection with their digests. YAML is not parsed: that is the cost of a run, and files whose digest is
 * the one of the last apply need none.
 */
export class Inventory {
  readonly files: readonly InventoryFile[];
  /** Digests of files by themselves, by path. */
  readonly #scans: ReadonlyMap<string, Scan>;

  /** @param secretLines what a file's digest says of the secrets that it refers to; without it, nothing */
  constructor(
    private readonly discovered: Discovered,
    private readonly secretLines: (text: string, path: string) => readonly string[] = () => [],
  ) {
    this.#scans = new Map(discovered.paths.map((path) => [path, this.#scan(path)]));
    this.files = withTemplates(this.#scans);
  }

  /** How many files may have organizations: all but those of templates. */
  get organizationFiles(): number {
    return [...this.#scans.values()].filter(({ templates }) => templates.length === 0).length;
  }

  /** Files with those that they inherit from. */
  withTemplates(files: readonly InventoryFile[]): readonly InventoryFile[] {
    const wanted = new Set(files.flatMap(({ path, inherits }) => [path, ...inherits]));
    return wanted.size === files.length ? files : this.files.filter(({ path }) => wanted.has(path));
  }

  /** What a thread needs to check some of the files. */
  task(files: readonly InventoryFile[], now: Date): Task {
    const paths = this.withTemplates(files).map(({ path }) => path);
    const wanted = files.map(({ path }) => path);
    return { root: this.discovered.root, paths, shown: paths.map((path) => this.shown(path)), wanted, now };
  }

  /** A path of the collection for people. */
  shown(path: string): string {
    return this.discovered.shown(path);
  }

  /** Reads a document again; a file that changed meanwhile is refused. */
  source(file: InventoryFile): SourceFile {
    if (this.#scan(file.path).digest !== this.#scans.get(file.path)?.digest) {
      throw new CommandError(
        EXIT.failed,
        'file_changed',
        `${this.shown(file.path)} changed while it was read; run the command again`,
      );
    }
    return { path: file.path, shownAs: this.shown(file.path), text: this.#text(file.path) };
  }

  /** Reads a metadata file; undefined when there is none. */
  metadata(path: string): string | undefined {
    const file = join(this.discovered.root, path);
    if (statSync(file, { throwIfNoEntry: false })?.isFile() !== true) return undefined;
    refuseOutside(file, this.discovered.root, this.shown(path));
    return this.#text(path);
  }

  /**
   * sha256 over the schema version, the bytes of the file and of the metadata files that it names, and fingerprints of the
   * secrets that it refers to; without its templates. The names are found by their spelling (`file: okta.xml`); `unseenMetadata` and
   * `unseenSecrets` refuse a spelling that this would miss.
   */
  #scan(path: string): Scan {
    const bytes = this.#bytes(path);
    const text = bytes.toString('utf8');
    const refersTo = metadataNames(text).map((name) => posix.join(posix.dirname(path), name));
    const hash = createHash('sha256').update(`${API_VERSION}\n${bytes.length}\n`).update(bytes);
    for (const name of refersTo) {
      const content = name.startsWith('../') ? undefined : this.metadata(name);
      hash.update(content === undefined ? '\n-' : `\n${Buffer.byteLength(content)}\n${content}`);
    }
    for (const line of this.secretLines(text, path)) hash.update(`\n${line}`);
    return { path, digest: hash.digest('hex'), refersTo, ...templateWords(text) };
  }

  #text(path: string): string {
    try {
      return new TextDecoder('utf-8', { fatal: true }).decode(this.#bytes(path));
    } catch (error) {
      if (error instanceof CommandError) throw error;
      throw new CommandError(EXIT.invalid, 'not_utf8', `${this.shown(path)} is not UTF-8 text; save it as UTF-8`);
    }
  }

  #bytes(path: string): Buffer {
    const file = join(this.discovered.root, path);
    const { size } = statSync(file);
    if (size > MAX_FILE_BYTES) {
      throw new CommandError(
        EXIT.invalid,
        'file_too_large',
        `${this.shown(path)} has ${size} bytes; a file may have 1 MiB, split it`,
      );
    }
    return readFileSync(file);
  }
}

/** The metadata files that parsing found and the scan did not: their changes would go unnoticed. */
export function unseenMetadata(files: readonly InventoryFile[], read: ReadonlySet<string>): string[] {
  const seen = new Set(files.flatMap((file) => file.refersTo));
  return [...read].filter((path) => !seen.has(path));
}

function metadataNames(text: string): string[] {
  if (!text.includes('file')) return [];
  const names = text.matchAll(/["']?\bfile["']?[ \t]*:[ \t]*(?:"([^"\n]*)"|'([^'\n]*)'|([^\s"'#,{}[\]][^\s,{}]*))/g);
  return [...new Set([...names].map(([, double, single, bare]) => double ?? single ?? bare ?? ''))].sort();
}

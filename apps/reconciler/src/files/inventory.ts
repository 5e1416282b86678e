import { createHash } from 'node:crypto';
import { posix } from 'node:path';
import { API_VERSION } from '@rolecall/org-config';
import type { SourceFile } from '@rolecall/org-config';
import type { FileDigest } from '@rolecall/reconcile';
import { CommandError, EXIT } from '../exit.ts';
import type { Discovered } from './discover.ts';
import { FileReader } from './file-reader.ts';
import { templateWords, withTemplates } from './inheritance.ts';
import type { Scan } from './inheritance.ts';

/** What one scanned file is, without having been parsed. */
export interface InventoryFile extends Pick<FileDigest, 'path' | 'digest'> {
  /** Metadata files that it seems to refer to, relative to the root. */
  readonly refersTo: readonly string[];
  /** Files of the templates that it seems to inherit from, with those that these build on. */
  readonly inherits: readonly string[];
}

/** Where the text of files comes from that are parsed. */
export type Reading = Pick<Inventory, 'withTemplates' | 'source' | 'metadata' | 'shown'>;

/**
 * The files of a collection with their digests. YAML is not parsed: that is the cost of a run, and files whose digest is
 * the one of the last apply need none.
 */
export class Inventory {
  readonly files: readonly InventoryFile[];
  /** These, and files beside them that have templates. */
  readonly #all: readonly InventoryFile[];
  /** Digests of files by themselves, by path. */
  readonly #scans: ReadonlyMap<string, Scan>;
  readonly #reader: FileReader;

  /** @param secretLines what a file's digest says of the secrets that it refers to; without it, nothing */
  constructor(
    private readonly discovered: Discovered,
    private readonly secretLines: (text: string, path: string) => readonly string[] = () => [],
  ) {
    this.#reader = new FileReader(discovered);
    const scans = discovered.paths.map((path) => this.#scan(path, this.#reader.bytes(path)));
    const given = new Set(discovered.paths);
    const inherits = scans.some(({ from }) => from.length > 0);
    const beside = inherits ? this.#templatesBeside() : [];
    this.#scans = new Map([...scans, ...beside].map((scan) => [scan.path, scan]));
    this.#all = withTemplates(this.#scans);
    this.files = this.#all.filter(({ path }) => given.has(path));
  }

  /** A file that was given alone has the digest that it has with its whole collection. */
  #templatesBeside(): readonly Scan[] {
    return (this.discovered.beside?.() ?? []).flatMap((path) => {
      const bytes = this.#reader.bytes(path);
      return bytes.includes('OrganizationTemplate') ? [this.#scan(path, bytes)] : [];
    });
  }

  /** How many files may have organizations: all but those of templates. */
  get organizationFiles(): number {
    return this.files.filter(({ path }) => this.#scans.get(path)?.templates.length === 0).length;
  }

  /** Where the paths begin. */
  get root(): string {
    return this.discovered.root;
  }

  /** Files with those that they inherit from. */
  withTemplates(files: readonly InventoryFile[]): readonly InventoryFile[] {
    return withInherited(files, this.#all);
  }

  /** A path of the collection for people. */
  shown(path: string): string {
    return this.#reader.shown(path);
  }

  /** Reads a document again; a file that changed meanwhile is refused. */
  source({ path }: InventoryFile): SourceFile {
    const bytes = this.#reader.bytes(path);
    if (this.#scan(path, bytes).digest !== this.#scans.get(path)?.digest) {
      throw new CommandError(
        EXIT.failed,
        'file_changed',
        `${this.shown(path)} changed while it was read; run the command again`,
      );
    }
    return { path, shownAs: this.shown(path), text: this.#reader.textOf(bytes, path) };
  }

  /** Reads a metadata file; undefined when there is none. */
  metadata(path: string): string | undefined {
    return this.#reader.metadata(path);
  }

  /**
   * sha256 over the schema version, the bytes of the file and of the metadata files that it names, and fingerprints of the
   * secrets that it refers to; without its templates. The names are found by their spelling (`file: okta.xml`); `unseenMetadata` and
   * `unseenSecrets` refuse a spelling that this would miss.
   */
  #scan(path: string, bytes: Buffer): Scan {
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
}

/** Some of all files, with those that they inherit from. */
export function withInherited(some: readonly InventoryFile[], all: readonly InventoryFile[]): readonly InventoryFile[] {
  const wanted = new Set(some.flatMap(({ path, inherits }) => [path, ...inherits]));
  return wanted.size === some.length ? some : all.filter(({ path }) => wanted.has(path));
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

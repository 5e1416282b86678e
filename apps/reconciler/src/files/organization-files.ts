import { loadDocuments } from '@rolecall/org-config';
import type { LoadedDocument, LoadResult, SourceFile } from '@rolecall/org-config';
import type { Inventory, InventoryFile } from './inventory.ts';

/** In which file an organization stands, and what a file declares with what it inherits from other files. */
export class OrganizationFiles {
  readonly #files: ReadonlyMap<string, InventoryFile>;
  readonly #sources = new Map<string, SourceFile>();

  constructor(private readonly inventory: Inventory) {
    this.#files = new Map(inventory.files.map((file) => [file.path, file]));
  }

  /**
   * @param last where it stood at the last apply, which is looked at first
   * @returns undefined when no file declares it
   */
  fileOf(organization: string, last: string | undefined): string | undefined {
    const others = [...this.#files.keys()].filter((path) => path !== last);
    return [...(last === undefined ? [] : [last]), ...others].find((path) => this.#declares(path, organization));
  }

  source(path: string): SourceFile {
    return this.#read(this.#file(path));
  }

  shown(path: string): string {
    return this.inventory.shown(path);
  }

  /** The valid documents of a file by name, or those that it would have with another text. */
  documentsIn(path: string, text?: string): ReadonlyMap<string, LoadedDocument> {
    const all = this.inventory.withTemplates([this.#file(path)]).map((file) => this.#read(file));
    const { documents } = this.#load(
      all.map((source) => (source.path === path && text !== undefined ? { ...source, text } : source)),
    );
    const here = documents.filter(({ file }) => file === path);
    return new Map(here.map((loaded) => [loaded.document.metadata.name, loaded]));
  }

  /** Valid or not. */
  #declares(path: string, organization: string): boolean {
    if (!this.#files.has(path)) return false;
    const source = this.source(path);
    if (!source.text.includes(organization)) return false; // most files need not be parsed
    return this.#load([source]).claims.some(({ name }) => name?.word === organization);
  }

  #read(file: InventoryFile): SourceFile {
    const source = this.#sources.get(file.path) ?? this.inventory.source(file);
    this.#sources.set(file.path, source);
    return source;
  }

  #load(sources: readonly SourceFile[]): LoadResult {
    return loadDocuments(sources, { readFile: (path) => this.inventory.metadata(path), alone: false });
  }

  #file(path: string): InventoryFile {
    const file = this.#files.get(path);
    if (file === undefined) throw new Error(`${path} is not in the inventory`);
    return file;
  }
}

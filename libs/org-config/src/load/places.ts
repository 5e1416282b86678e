import { keysOf } from '../json.ts';

/**
 * Where the parts of one document stand in its file, as offsets: of the key (or of the list's item), and of the value. Flat
 * lists instead of a tree of maps, since those of thousands of documents are kept until a plan is printed.
 */
export class Places {
  readonly #parents: number[] = [];
  readonly #names: string[] = [];
  readonly #keys: number[] = [];
  readonly #values: number[] = [];

  /** @param parent what `add` returned for the holder; -1 for the document itself */
  add(parent: number, name: string, key: number, value: number): number {
    this.#names.push(name);
    this.#keys.push(key);
    this.#values.push(value);
    return this.#parents.push(parent) - 1;
  }

  /** The place of a JSON pointer, or of its nearest holder that the file has. */
  find(pointer: string): { readonly key: number; readonly value: number } {
    const { index } = this.#walk(pointer);
    return { key: this.#keys[index] ?? 0, value: this.#values[index] ?? 0 };
  }

  /** Whether the file has something at a JSON pointer. */
  has(pointer: string): boolean {
    return this.#walk(pointer).whole;
  }

  /** As far as the file goes. */
  #walk(pointer: string): { readonly index: number; readonly whole: boolean } {
    let index = 0;
    for (const name of keysOf(pointer)) {
      // the contents of a metadata file stand where the file is named
      const child = this.#child(index, name) ?? (name === 'xml' ? this.#child(index, 'file') : undefined);
      if (child === undefined) return { index, whole: false };
      index = child;
    }
    return { index, whole: true };
  }

  #child(parent: number, name: string): number | undefined {
    for (let index = parent + 1; index < this.#parents.length; index += 1) {
      if (this.#parents[index] === parent && this.#names[index] === name) return index;
    }
    return undefined;
  }
}

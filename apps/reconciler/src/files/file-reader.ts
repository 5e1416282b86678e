import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { CommandError, EXIT } from '../exit.ts';
import { MAX_FILE_BYTES } from './discover.ts';
import type { Discovered } from './discover.ts';
import { refuseOutside } from './inside.ts';

/** More metadata files than organizations share; what stands in a file of one organization alone is read when it is needed. */
const REMEMBERED = 100;

/** Reads the files of a collection, as they were found: bounded, UTF-8, and never outside of its root. */
export class FileReader {
  readonly #metadata = new Map<string, string | undefined>();

  constructor(private readonly place: Pick<Discovered, 'root' | 'shown'>) {}

  /** A path of the collection for people. */
  shown(path: string): string {
    return this.place.shown(path);
  }

  /** @throws CommandError `file_too_large` */
  bytes(path: string): Buffer {
    const file = join(this.place.root, path);
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

  /** @throws CommandError `not_utf8` */
  textOf(bytes: Buffer, path: string): string {
    try {
      return UTF8.decode(bytes);
    } catch {
      throw new CommandError(EXIT.invalid, 'not_utf8', `${this.shown(path)} is not UTF-8 text; save it as UTF-8`);
    }
  }

  /** A metadata file; undefined when there is none. The first hundred are read once, so that a command sees one text of each. */
  metadata(path: string): string | undefined {
    if (this.#metadata.has(path)) return this.#metadata.get(path);
    const text = this.#metadataText(path);
    if (this.#metadata.size < REMEMBERED) this.#metadata.set(path, text);
    return text;
  }

  #metadataText(path: string): string | undefined {
    const file = join(this.place.root, path);
    if (statSync(file, { throwIfNoEntry: false })?.isFile() !== true) return undefined;
    refuseOutside(file, this.place.root, this.shown(path));
    return this.textOf(this.bytes(path), path);
  }
}

const UTF8 = new TextDecoder('utf-8', { fatal: true });

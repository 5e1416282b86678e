import type { SourcePosition } from '../diagnostic.ts';

/** A file to read: the path that it has among the others, and its text. */
export interface SourceFile {
  readonly path: string;
  /** The path in places and messages; default `path`. */
  readonly shownAs?: string;
  readonly text: string;
}

/** How people and tools that annotate find the file. */
export function shownPath({ path, shownAs }: Pick<SourceFile, 'path' | 'shownAs'>): string {
  return shownAs ?? path;
}

/** Turns offsets of one file into lines and columns; the lines are found at the first question. */
export class SourceText {
  #lineStarts: readonly number[] | undefined;

  constructor(readonly file: SourceFile) {}

  /** @param offset in UTF-16 units from the beginning of the file */
  positionAt(offset: number): SourcePosition {
    const starts = (this.#lineStarts ??= lineStarts(this.file.text));
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return { file: shownPath(this.file), line: low + 1, column: offset - (starts[low] ?? 0) + 1 };
  }
}

function lineStarts(text: string): readonly number[] {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
}

import { keysOf } from './json.ts';

const MASK = '********';

/** What a key ends with whose value is nobody's business: `clientSecret`, `api-token`, `private_key`. */
const SECRET = String.raw`(?:secret|password|passphrase|token|credentials?|private[-_]?key|api[-_]?key)`;
const SECRET_KEY = new RegExp(`${SECRET}$`, 'i');
/** In a line: the key, as plain text or quoted, its colon, and the white space up to its value. */
const SECRET_ENTRY = new RegExp(String.raw`${SECRET}["']?\s*:(?!\S)\s*|${SECRET}["']\s*:\s*`, 'i');

/** A line that may be shown, and where in it the place is that is pointed at, from 1. */
export interface ShownLine {
  readonly text: string;
  readonly column: number;
}

/**
 * The lines of a YAML file as they may be shown, in a terminal or in the public log of a pipeline: what follows a key that
 * is named like a secret is masked up to the end of the line, and so are the lines of a value that spans several. The
 * contract only refers to secrets, so one that stands there was pasted by mistake, which is just when its line is shown.
 */
export class ShownLines {
  readonly #lines: readonly string[];
  #inSecrets: ReadonlySet<number> | undefined;

  constructor(text: string) {
    this.#lines = text.split('\n');
  }

  /**
   * @param number of the line, from 1
   * @param column of the place, from 1; moves to the mask when it is within
   * @param pointer JSON pointer of the place, when the file could be read
   * @returns undefined when there is no such line
   */
  at(number: number, column: number, pointer = ''): ShownLine | undefined {
    const line = this.#lines[number - 1];
    if (line === undefined) return undefined;
    const entry = SECRET_ENTRY.exec(line);
    this.#inSecrets ??= insideOfSecrets(this.#lines);
    const whole = this.#inSecrets.has(number - 1) || (!entry && keysOf(pointer).some((key) => SECRET_KEY.test(key)));
    if (!entry && !whole) return { text: line, column };
    const start = entry && !whole ? entry.index + entry[0].length : indentation(line);
    if (line.slice(start).trim() === '') return { text: line, column };
    return { text: line.slice(0, start) + MASK, column: Math.min(column, start + 1) };
  }
}

/** The lines that are indented deeper than the secret's key above them. */
function insideOfSecrets(lines: readonly string[]): ReadonlySet<number> {
  const inside = new Set<number>();
  let holder: number | undefined;
  for (const [index, line] of lines.entries()) {
    if (line.trim() === '') continue;
    const margin = indentation(line);
    if (holder !== undefined && margin > holder) inside.add(index);
    else holder = SECRET_ENTRY.test(line) ? margin : undefined;
  }
  return inside;
}

function indentation(line: string): number {
  return line.length - line.trimStart().length;
}

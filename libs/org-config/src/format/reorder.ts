import { isMap, isScalar, isSeq, parseAllDocuments, type Document, type Node, type Pair, type YAMLMap } from 'yaml';
import { KeyOrder } from './key-order.ts';

const READING = { version: '1.2', schema: 'core', stringKeys: true, logLevel: 'silent' } as const;

/**
 * Puts the keys of every map into the order of the schema by moving pieces of the text as they are: a key takes the comment above
 * it, the one behind it and everything below it along. Nothing is printed anew, so spelling, quotes and folds stay.
 * @param text - YAML without faults, with `\n` at every line's end
 */
export function reordered(text: string): string {
  const documents = parseAllDocuments(text) as Document.Parsed[];
  const parsed = parseAllDocuments(text, READING) as Document.Parsed[];
  if (parsed.length !== documents.length) return text;
  const roots = parsed.flatMap(({ contents }) => (isMap(contents) && contents.range ? [contents] : []));
  let written = '';
  let at = 0;
  for (const [index, root] of roots.entries()) {
    const [start] = root.range ?? [0];
    const end = roots[index + 1]?.range?.[0] ?? text.length;
    const from = lineStart(text, start);
    const to = Math.min(end, root.range?.[2] ?? end);
    written +=
      text.slice(at, from) + new Reordering(text).map(root, from, to, KeyOrder.ofDocument(kindOf(root)), 'root');
    at = to;
  }
  return written + text.slice(at);
}

type Entry = Pair<Node, Node | null>;

/** A key with all that goes where it goes. */
interface Piece {
  readonly rank: number;
  /** Empty lines above. */
  readonly gap: string;
  /** Comments above, whole lines. */
  readonly above: string;
  /** From the key on, without its indentation. */
  readonly body: string;
}

class Reordering {
  constructor(private readonly text: string) {}

  /** The text between two offsets, with what the node in it holds in order. */
  private node(node: Node | null, from: number, to: number, order: KeyOrder): string {
    if (isMap(node)) return node.flow === true ? this.flowMap(node, from, to, order) : this.map(node, from, to, order);
    if (!isSeq(node)) return this.text.slice(from, to);
    let written = '';
    let at = from;
    for (const [index, item] of (node.items as Node[]).entries()) {
      const start = item.range?.[0] ?? at;
      const next = (node.items[index + 1] as Node | undefined)?.range?.[0] ?? to;
      const end = Math.min(item.range?.[1] ?? next, next);
      written += this.text.slice(at, start) + this.node(item, start, end, order.inItems());
      at = end;
    }
    return written + this.text.slice(at, to);
  }

  /** @param place - `root`: what stands above the first key is about the document, and stays where it is */
  map(map: YAMLMap, from: number, to: number, order: KeyOrder, place?: 'root'): string {
    const entries = map.items as Entry[];
    const starts = entries.map((entry, index) => this.pieceStart(entries, index, from, place));
    const first = starts[0] ?? to;
    const end = this.tailStart(entries.at(-1), to);
    const pieces = entries.map((entry, index) =>
      this.piece(entry, starts[index] ?? to, starts[index + 1] ?? end, order),
    );
    const sorted = inOrder(pieces);
    const inLine = this.isInLine(entries[0], from);
    // the key behind a dash cannot have a comment above it
    const movable = !inLine || sorted[0]?.above === '';
    const indent = ' '.repeat(this.indent(entries[0]));
    const written = (movable ? sorted : pieces).map((piece, index, all) => {
      const gap = index === 0 ? '' : gapAt(piece, pieces, all);
      return `${gap}${piece.above}${index === 0 && inLine ? '' : indent}${piece.body}`;
    });
    return this.text.slice(from, first) + (pieces[0]?.gap ?? '') + written.join('') + this.text.slice(end, to);
  }

  private flowMap(map: YAMLMap, from: number, to: number, order: KeyOrder): string {
    const entries = map.items as Entry[];
    const spans = entries.map(({ key, value }) => [key.range?.[0] ?? from, (value ?? key).range?.[1] ?? to] as const);
    const pieces = entries.map(({ key, value }, index) => {
      const [start, end] = spans[index] ?? [from, to];
      const rank = order.rankOf(nameOf(key)) ?? Number.MAX_SAFE_INTEGER;
      const [valueStart, valueEnd] = value?.range ?? [end, end];
      const body =
        this.text.slice(start, valueStart) + this.node(value, valueStart, valueEnd, order.below(nameOf(key)));
      return { rank, gap: '', above: '', body };
    });
    // a comment between the braces belongs to what it stands behind
    const sorted = this.text.slice(from, to).includes('#') ? pieces : inOrder(pieces);
    let written = '';
    let at = from;
    for (const [index, [start, end]] of spans.entries()) {
      written += this.text.slice(at, start) + (sorted[index]?.body ?? '');
      at = end;
    }
    return written + this.text.slice(at, to);
  }

  private piece({ key, value }: Entry, start: number, end: number, order: KeyOrder): Piece {
    const keyStart = key.range?.[0] ?? start;
    const above = this.text.slice(
      start,
      lineStart(this.text, keyStart) > start ? lineStart(this.text, keyStart) : start,
    );
    const gap = /^(?:[ ]*\n)*/.exec(above)?.[0] ?? '';
    const name = nameOf(key);
    const below = this.belowKey(key, value, end);
    const body = this.text.slice(keyStart, below) + this.node(value, below, end, order.below(name));
    return { rank: order.rankOf(name) ?? Number.MAX_SAFE_INTEGER, gap, above: above.slice(gap.length), body };
  }

  /** Where the lines begin that go with a key: empty ones and comments of its own indentation, directly above it. */
  private pieceStart(entries: readonly Entry[], index: number, from: number, place: 'root' | undefined): number {
    const keyStart = this.keyStart(entries[index]);
    const line = lineStart(this.text, keyStart);
    if (index === 0 && this.isInLine(entries[0], from)) return keyStart;
    if (index === 0 && place === 'root') return line;
    const before = entries[index - 1];
    const floor = before ? ((before.value ?? before.key).range?.[1] ?? from) : from;
    const indent = keyStart - line;
    let start = line;
    while (start > floor) {
      const above = lineStart(this.text, start - 1);
      const content = this.text.slice(above, start - 1);
      if (above < floor || !isAbout(content, indent)) break;
      start = above;
    }
    return start;
  }

  /** Where what follows the last key begins, comments and empty lines: it closes the map, whichever key comes last. */
  private tailStart(last: Entry | undefined, to: number): number {
    const end = (last?.value ?? last?.key)?.range?.[1] ?? to;
    if (this.text[end - 1] === '\n') return Math.min(end, to);
    const newline = this.text.indexOf('\n', end);
    return newline < 0 ? to : Math.min(newline + 1, to);
  }

  /** Where the value's part begins: behind the key's line when the value is on lines of its own, so that comments above it are in. */
  private belowKey(key: Node, value: Node | null, end: number): number {
    const start = value?.range?.[0] ?? end;
    const newline = this.text.indexOf('\n', key.range?.[1] ?? start);
    return isMap(value) && value.flow !== true && newline >= 0 && newline < start ? newline + 1 : start;
  }

  /** The first key of a map in a list: its line, or at least its indentation, belongs to the dash. */
  private isInLine(first: Entry | undefined, from: number): boolean {
    return lineStart(this.text, this.keyStart(first)) < from;
  }

  private keyStart(entry: Entry | undefined): number {
    return entry?.key.range?.[0] ?? 0;
  }

  /** Columns before a key. */
  private indent(entry: Entry | undefined): number {
    const start = this.keyStart(entry);
    return start - lineStart(this.text, start);
  }
}

/** Keys that the schema does not list keep their order, behind the others. */
function inOrder(pieces: readonly Piece[]): readonly Piece[] {
  return pieces.toSorted((a, b) => a.rank - b.rank);
}

/** The key that stood first has no empty line above it, and takes the one of the key that comes first now. */
function gapAt(piece: Piece, before: readonly Piece[], after: readonly Piece[]): string {
  return piece === before[0] ? (after[0]?.gap ?? '') : piece.gap;
}

function isAbout(line: string, indent: number): boolean {
  const content = line.trimStart();
  return content === '' || (content.startsWith('#') && line.length - content.length <= indent);
}

function kindOf(root: YAMLMap): string | undefined {
  const kind = root.get('kind');
  return typeof kind === 'string' ? kind : undefined;
}

function nameOf(key: Node): string {
  return isScalar(key) ? String(key.value) : '';
}

function lineStart(text: string, offset: number): number {
  return text.lastIndexOf('\n', offset - 1) + 1;
}

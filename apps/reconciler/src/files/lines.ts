import type { LoadedDocument } from '@rolecall/org-config';
import { positionIn } from '../output/positions.ts';

/** Looking lines up takes time; of a first apply of thousands of organizations, the others are known by their files alone. */
const MAX_DOCUMENTS = 200;
const MAX_LINES = 1000;
/** `/spec/identityProviders/okta/attributes/email`. */
const MAX_DEPTH = 5;

/**
 * Lines of what a document declares, by JSON pointer as plans have them, so that the server can tell whoever writes past git
 * which line to edit.
 * @param index of the document among those of one request; undefined is returned for those behind the first 200
 */
export function linesOf(loaded: LoadedDocument, index: number): Readonly<Record<string, number>> | undefined {
  if (index >= MAX_DOCUMENTS) return undefined;
  const lines: Record<string, number> = {};
  for (const pointer of pointersIn(loaded.document, '', 0)) {
    if (Object.keys(lines).length >= MAX_LINES) break;
    const position = positionIn(loaded, pointer);
    // what a template gives stands in another file
    if (pointer.length <= 512 && position.file === loaded.positionOf('/metadata/name').file)
      lines[pointer] = position.line;
  }
  return lines;
}

/** What people are told of a request with so many documents; nothing when it has the lines of all. */
export function leftOutText(documents: number): string {
  const count = documents - MAX_DOCUMENTS;
  if (count <= 0) return '';
  const [some, all] = [count, documents].map((n) => n.toLocaleString('en'));
  return `Lines of ${some} of these ${all} organizations are not recorded: who writes to them past git is told the file alone.\n`;
}

function* pointersIn(value: unknown, path: string, depth: number): Generator<string> {
  if (path !== '') yield path;
  if (depth >= MAX_DEPTH || typeof value !== 'object' || value === null) return;
  if (!Array.isArray(value)) {
    for (const [key, entry] of Object.entries(value)) yield* pointersIn(entry, `${path}/${escaped(key)}`, depth + 1);
    return;
  }
  for (const entry of value) {
    const name: unknown = typeof entry === 'object' && entry !== null && 'name' in entry ? entry.name : undefined;
    if (typeof name === 'string') yield `${path}/${escaped(name)}`;
  }
}

const escaped = (key: string) => key.replaceAll('~', '~0').replaceAll('/', '~1');

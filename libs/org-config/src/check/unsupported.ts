import type { Json } from '../document.ts';
import { keysOf } from '../json.ts';
import { placeName, quoted, type Finding } from './finding.ts';

/**
 * What the format of an organization has a place for and this version cannot do yet. It's refused by name, so that nobody
 * believes it works; whatever starts to work moves from here into the schema.
 */
const UNSUPPORTED: readonly { readonly path: string; readonly value?: Json; readonly instead: string }[] = [
  { path: '/spec/applications', instead: 'remove it' },
];

/** The finding for a key, or for a key with this value, that is known and not supported; undefined for any other. */
export function unsupported(pointer: string, value?: Json): Finding | undefined {
  const entry = UNSUPPORTED.find(
    ({ path, value: wanted }) => matches(path, pointer) && (wanted === undefined || wanted === value),
  );
  if (!entry) return undefined;
  const what = entry.value === undefined ? placeName(pointer) : `${placeName(pointer)}: ${quoted(entry.value)}`;
  return {
    code: 'not_supported',
    message: `${what} is not supported yet`,
    suggestion: entry.instead,
    pointer,
    at: entry.value === undefined ? 'key' : 'value',
  };
}

function matches(path: string, pointer: string): boolean {
  const wanted = keysOf(path);
  const keys = keysOf(pointer);
  return wanted.length === keys.length && wanted.every((key, index) => key === '*' || key === keys[index]);
}

import { ScimError } from '../errors.ts';
import { isObject } from '../resource/reading.ts';
import type { BulkOperation } from './read-bulk.ts';

const PREFIX = 'bulkId:';
/** In a PATCH path: members[value eq "bulkId:x"]. */
const QUOTED = /"bulkId:([^"\\]*)"/g;
/** Deeper than any body of ours; JSON can nest by the million. */
const MAX_DEPTH = 16;

/** The bulkIds that an operation refers to, in its path and in the values and paths of its data (RFC 7644 §3.7.1). */
export function referencesOf({ id, data }: BulkOperation): ReadonlySet<string> {
  const found = new Set<string>();
  const note = (bulkId: string) => {
    found.add(bulkId);
    return undefined;
  };
  if (id !== undefined) replaceIn(id, note);
  replaceAll(data, note, 0);
  return found;
}

export function mentions(value: unknown, bulkIds: ReadonlySet<string>): boolean {
  let found = false;
  replaceAll(value, (bulkId) => void (found ||= bulkIds.has(bulkId)), 0);
  return found;
}

/**
 * The operation with ids in place of its references.
 * @param ids of what was created so far, by bulkId
 * @throws {ScimError} 409 when the operation that a reference names did not create anything
 */
export function resolveReferences(operation: BulkOperation, ids: ReadonlyMap<string, string>): BulkOperation {
  const known = (bulkId: string) => {
    const id = ids.get(bulkId);
    if (id === undefined) throw unresolved();
    return id;
  };
  const { id, data } = operation;
  return { ...operation, id: id === undefined ? undefined : replaceIn(id, known), data: replaceAll(data, known, 0) };
}

export function unresolved(): ScimError {
  return new ScimError(409, undefined, 'a bulkId that is referred to here is of no operation that created a resource');
}

/** undefined leaves a reference as it stands. */
type Replace = (bulkId: string) => string | undefined;

function replaceIn(text: string, replace: Replace): string {
  return text.startsWith(PREFIX) ? (replace(text.slice(PREFIX.length)) ?? text) : text;
}

function replaceAll(value: unknown, replace: Replace, depth: number): unknown {
  if (typeof value === 'string') return replaceIn(value, replace);
  if (depth > MAX_DEPTH) throw new ScimError(400, 'invalidSyntax', `data must not nest deeper than ${MAX_DEPTH}`);
  if (Array.isArray(value)) return (value as readonly unknown[]).map((each) => replaceAll(each, replace, depth + 1));
  if (!isObject(value)) return value;
  const entries = Object.entries(value).map(([key, inner]): [string, unknown] => [
    key,
    key === 'path' && typeof inner === 'string' ? replaceQuoted(inner, replace) : replaceAll(inner, replace, depth + 1),
  ]);
  return Object.fromEntries(entries);
}

function replaceQuoted(path: string, replace: Replace): string {
  return path.replaceAll(QUOTED, (whole, bulkId: string) => {
    const id = replace(bulkId);
    return id === undefined ? whole : JSON.stringify(id);
  });
}

/** So much of a body is kept. */
const MAX = { elements: 5, keys: 60, depth: 8, name: 200 } as const;

/** Members whose texts are names and verbs, not values. */
const KEPT = new Set(['schemas', 'op', 'method', 'bulkid', 'sortby', 'sortorder', 'attributes', 'excludedattributes']);

/** Members whose texts are names around quoted values. */
const PARTLY_KEPT = new Set(['path', 'filter']);

/**
 * The form of an UNTRUSTED body without its values: names, operations, paths and booleans stay, a text becomes `text(12)`, a
 * number `number`. Bounded, whatever the body is.
 */
export function redact(value: unknown, name = '', depth = 0): unknown {
  if (typeof value === 'string') return redactText(value, name.toLowerCase());
  if (typeof value === 'number') return 'number';
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= MAX.depth) return '…';
  if (Array.isArray(value)) {
    const kept = value.slice(0, MAX.elements).map((element) => redact(element, name, depth + 1));
    return value.length > kept.length ? [...kept, `… ${value.length - kept.length} more`] : kept;
  }
  const entries = Object.entries(value).slice(0, MAX.keys);
  return Object.fromEntries(entries.map(([key, member]) => [key.slice(0, MAX.name), redact(member, key, depth + 1)]));
}

/** A filter or a path, its values as their length. Values that are not quoted are taken for values too. */
export function redactFilter(text: string): string {
  const quoted = text.slice(0, 1_000).replace(/"((?:[^"\\]|\\.)*)"?/g, (_, inner: string) => `"text(${inner.length})"`);
  return quoted.replace(/\b(eq|ne|co|sw|ew|gt|ge|lt|le)\s+(?!")([^\s)\]]+)/gi, (_, operator: string, bare: string) =>
    /^(?:true|false|null)$/i.test(bare) ? `${operator} ${bare}` : `${operator} text(${bare.length})`,
  );
}

function redactText(value: string, name: string): string {
  if (KEPT.has(name)) return value.slice(0, MAX.name);
  if (PARTLY_KEPT.has(name)) return redactFilter(value);
  return `text(${value.length})`;
}

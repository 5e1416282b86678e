/** Values that were met so far: ids, versions, cursors. */
export type Memory = Map<string, string | number>;

const KINDS: Readonly<Record<string, (value: unknown) => boolean>> = {
  any: (value) => value !== undefined && value !== null,
  absent: (value) => value === undefined,
  text: (value) => typeof value === 'string' && value !== '',
  number: (value) => Number.isInteger(value),
  uuid: (value) => typeof value === 'string' && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(value),
  dateTime: (value) => typeof value === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(value),
  etag: (value) => typeof value === 'string' && /^W\/"[^"]+"$/.test(value),
  cursor: (value) => typeof value === 'string' && /^[A-Za-z0-9._~-]+$/.test(value),
};

/** `<kind>`, `<name:kind>` (remembers the value), `<not value>` or `<~ a regular expression>`. */
const WILDCARD = /^<(?:not (?<other>.*)|~ (?<regex>.*)|(?:(?<name>[A-Za-z]\w*(?:\{n\})?):)?(?<kind>[A-Za-z]+))>$/s;

/** Replaces `{name}` by what was remembered, and `{user{n}}` by what was remembered as `user1`, `user2`, … */
export function fill(text: string, memory: Memory): string {
  return text.replaceAll(/\{([A-Za-z]\w*(?:\{n\})?)\}/g, (whole, name: string) => {
    const value = memory.get(numbered(name, memory));
    return value === undefined ? whole : String(value);
  });
}

/**
 * Where an answer is not as the pattern says, one line each. Objects may have more members than the pattern; lists have exactly
 * its elements, in any order, and in this order where the member's name in the pattern ends in `!`.
 */
export function differences(pattern: unknown, value: unknown, memory: Memory, at = '$'): string[] {
  if (typeof pattern === 'string') return textDifferences(pattern, value, memory, at);
  if (Array.isArray(pattern)) return listDifferences(pattern, value, memory, at);
  if (typeof pattern === 'object' && pattern !== null) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return [unlike(at, pattern, value)];
    const members = value as Record<string, unknown>;
    const { '<only>': only, ...wanted } = pattern as Record<string, unknown>;
    const names = new Set(Object.keys(wanted).map((name) => fill(name, memory)));
    const more = only === true ? Object.keys(members).filter((name) => !names.has(name)) : [];
    const missing = Object.entries(wanted).flatMap(([name, inner]) => {
      const own = fill(name, memory).replace(/!$/, '');
      return differences(inner, members[own], memory, `${at}.${own}${name.endsWith('!') ? '!' : ''}`);
    });
    return [...more.map((name) => `${at}.${name}: is too much`), ...missing];
  }
  return Object.is(pattern, value) ? [] : [unlike(at, pattern, value)];
}

function textDifferences(pattern: string, value: unknown, memory: Memory, at: string): string[] {
  const groups = WILDCARD.exec(pattern)?.groups;
  if (groups === undefined) return fill(pattern, memory) === value ? [] : [unlike(at, fill(pattern, memory), value)];
  const { other, regex, name, kind = '' } = groups;
  if (other !== undefined) return fill(other, memory) === String(value) ? [`${at} is still ${String(value)}`] : [];
  if (regex !== undefined) {
    const fits = typeof value === 'string' && new RegExp(fill(regex, memory), 's').test(value);
    return fits ? [] : [unlike(at, pattern, value)];
  }
  const fits = KINDS[kind];
  if (fits === undefined) return [`${at}: there is no pattern ${pattern}`];
  if (!fits(value)) return [unlike(at, pattern, value)];
  if (name !== undefined && (typeof value === 'string' || typeof value === 'number')) {
    memory.set(numbered(name, memory), value);
  }
  return [];
}

function listDifferences(pattern: readonly unknown[], value: unknown, memory: Memory, at: string): string[] {
  if (!Array.isArray(value) || value.length !== pattern.length) return [unlike(at, pattern, value)];
  const left = [...(value as unknown[])];
  return pattern.flatMap((inner, index) => {
    const fits = (element: unknown) => differences(inner, element, new Map(memory), at).length === 0;
    const found = at.endsWith('!') ? 0 : left.findIndex(fits);
    if (found < 0) return [`${at}[${index}]: nothing is like ${JSON.stringify(inner)} in ${JSON.stringify(left)}`];
    const [element] = left.splice(found, 1);
    return differences(inner, element, memory, `${at}[${index}]`);
  });
}

function numbered(name: string, memory: Memory): string {
  return name.replace('{n}', String(memory.get('n')));
}

function unlike(at: string, wanted: unknown, got: unknown): string {
  return `${at}: wanted ${JSON.stringify(wanted)}, got ${got === undefined ? 'nothing' : JSON.stringify(got)}`;
}

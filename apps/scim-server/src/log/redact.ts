/** So much of a body is kept; `total` in characters, of names and texts together. */
const MAX = { elements: 5, keys: 60, depth: 8, name: 200, total: 12_000 } as const;

/** Members whose texts are names and verbs, not values. */
const KEPT = new Set(['schemas', 'op', 'method', 'bulkid', 'sortorder']);

/** Members whose texts are names around quoted values. */
const PARTLY_KEPT = new Set(['path', 'filter', 'sortby', 'attributes', 'excludedattributes']);

/**
 * The form of an UNTRUSTED body without its values: names, operations, paths and booleans stay, a text becomes `text(12)`, a
 * number `number`. Bounded, whatever the body is.
 */
export function redact(value: unknown): unknown {
  return new Redaction().redact(value, '', 0);
}

class Redaction {
  /** Characters that are still kept. */
  #left: number = MAX.total;

  redact(value: unknown, name: string, depth: number): unknown {
    if (depth >= MAX.depth || this.#left <= 0) return '…';
    if (typeof value === 'string') return this.keep(redactText(value, name));
    if (typeof value === 'number') return this.keep('number');
    if (typeof value !== 'object' || value === null) {
      this.keep(String(value));
      return value;
    }
    return Array.isArray(value) ? this.list(value, name, depth) : this.object(value, depth);
  }

  private list(values: readonly unknown[], name: string, depth: number): readonly unknown[] {
    const kept: unknown[] = [];
    for (const element of values.slice(0, MAX.elements)) kept.push(this.redact(element, name, depth + 1));
    if (values.length > kept.length) kept.push(`… ${values.length - kept.length} more`);
    return kept;
  }

  private object(value: object, depth: number): object {
    const kept: Record<string, unknown> = {};
    const keys = Object.keys(value);
    for (const key of keys.length > MAX.keys ? keys.slice(0, MAX.keys) : keys) {
      if (this.#left <= 0) break;
      const name = this.keep(redactName(key));
      // parsing refuses it, and here it must not become a prototype either
      if (name !== '__proto__')
        kept[name] = this.redact((value as Readonly<Record<string, unknown>>)[key], key, depth + 1);
    }
    return kept;
  }

  private keep(kept: string): string {
    this.#left -= kept.length + 4;
    return kept;
  }
}

/** In a PATCH without a path the names are paths, which may hold values. */
function redactName(key: string): string {
  return (/["'[]/.test(key) ? redactFilter(key) : key).slice(0, MAX.name);
}

/** A quoted text, which may never end. */
const QUOTED = /"(?:[^"\\]|\\.)*"?|'[^']*'?/;
const WHOLLY_QUOTED = new RegExp(`^(?:${QUOTED.source})$`, 's');
/** A comparison, its value up to the next and, or or bracket; a quoted text elsewhere; an address elsewhere. */
const VALUES = new RegExp(
  String.raw`\b(eq|ne|co|sw|ew|gt|ge|lt|le)\s+(?=\S)((?:${QUOTED.source}|(?!\s+(?:and|or)\b|\s*[)\]])[^"'])+)|${QUOTED.source}|[^\s"'()[\]]*@[^\s"'()[\]]*`,
  'gis',
);

/** A filter or a path, its values as their length. Values that are not quoted are taken for values too. */
export function redactFilter(text: string): string {
  return text
    .slice(0, 1_000)
    .replace(VALUES, (whole: string, operator?: string, value?: string) =>
      operator === undefined ? redactValue(whole) : `${operator} ${redactValue(value ?? '')}`,
    );
}

function redactValue(value: string): string {
  if (/^(?:true|false|null)$/i.test(value)) return value;
  const quote = WHOLLY_QUOTED.test(value) ? value.charAt(0) : '';
  const inner =
    quote !== '' && value.endsWith(quote) && value.length > 1 ? value.slice(1, -1) : value.slice(quote.length);
  return `${quote}text(${inner.length})${quote}`;
}

function redactText(value: string, name: string): string {
  const known = name.toLowerCase();
  if (KEPT.has(known)) return value.slice(0, MAX.name);
  if (PARTLY_KEPT.has(known)) return redactFilter(value);
  return `text(${value.length})`;
}

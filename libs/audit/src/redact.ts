import { EVENT_CATALOGUE, type Holds } from './catalogue.ts';
import type { AuditEvent } from './event.ts';

/** Bounds of one event: texts in UTF-16 units after encoding, lists in elements. */
export const EVENT_LIMITS = { text: 512, list: 500 } as const;

/** Controls and characters that reorder or hide text: they could forge a line of the log, or of a terminal that shows it. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/**
 * What may be stored of an event: of its data only what the catalogue lists, in the shape that it lists; every text with
 * controls and bidirectional marks encoded as `\u{…}`, and cut. A list that was cut is named under `cut`.
 * Redacting twice changes nothing.
 *
 * @param event - from our own code, but with parts that came from outside (a name, a code, a reason)
 */
export function redact(event: AuditEvent): AuditEvent {
  const data: Record<string, unknown> = {};
  const cut: string[] = [];
  for (const [key, { holds }] of KEYS.get(event.type) ?? []) {
    const given = Object.hasOwn(event.data, key) ? event.data[key] : undefined;
    const value = holds === 'pointers' ? withoutPeople(given) : given;
    if (Array.isArray(value) && value.length > EVENT_LIMITS.list) cut.push(key);
    const kept = shaped(value, holds);
    if (kept !== undefined) data[key] = kept;
  }
  const before = Object.hasOwn(event.data, 'cut') ? shaped(event.data['cut'], 'texts') : undefined;
  if (cut.length > 0) data['cut'] = cut;
  else if (before !== undefined) data['cut'] = before;
  return {
    type: event.type,
    at: event.at,
    actor: { kind: event.actor.kind, id: printable(event.actor.id) },
    subject: printable(event.subject),
    data,
    ...(event.traceId !== undefined && { traceId: printable(event.traceId) }),
    ...(event.origin !== undefined && { origin: event.origin }),
  };
}

/** What each type's data may say; made once, since every write redacts several events. */
const KEYS = new Map(Object.entries(EVENT_CATALOGUE).map(([type, { data }]) => [type, Object.entries(data)]));

/** The value in the catalogued shape; undefined when it has another one. */
function shaped(value: unknown, holds: Holds): unknown {
  switch (holds) {
    case 'text':
      return typeof value === 'string' ? printable(value) : undefined;
    case 'number':
      return Number.isFinite(value) ? value : undefined;
    case 'flag':
      return typeof value === 'boolean' ? value : undefined;
    case 'texts':
    case 'pointers':
      return listed(value, (element) => shaped(element, 'text'));
    default:
      return listed(value, (element) => record(element, holds));
  }
}

function listed(value: unknown, keep: (element: unknown) => unknown): unknown {
  if (!Array.isArray(value)) return undefined;
  return value
    .slice(0, EVENT_LIMITS.list)
    .map(keep)
    .filter((element) => element !== undefined);
}

/** Whose exemptions changed stands in the document, for whoever may read it. */
function withoutPeople(value: unknown): unknown {
  if (!Array.isArray(value)) return undefined;
  const pointers = value.map((path: unknown) =>
    typeof path === 'string' ? path.replace(/^(\/spec\/login\/exemptions)\/.*$/s, '$1') : path,
  );
  return [...new Set(pointers)];
}

function record(value: unknown, keys: readonly string[]): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  const source = new Map<string, unknown>(Object.entries(value));
  const kept = keys.map((key) => [key, shaped(source.get(key), 'text') ?? shaped(source.get(key), 'number')] as const);
  return Object.fromEntries(kept.filter(([, member]) => member !== undefined));
}

/** Plain text of ASCII, as nearly all is: nothing to encode. */
const PLAIN = /^[ -~]*$/;

function printable(text: string): string {
  const { text: most } = EVENT_LIMITS;
  if (text.length <= most && PLAIN.test(text)) return text;
  const encoded = text
    .slice(0, most + 1)
    .toWellFormed()
    .replace(UNPRINTABLE, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}}`);
  return encoded.length <= most ? encoded : `${encoded.slice(0, most - 1).toWellFormed()}…`;
}

import { hash } from 'node:crypto';
import type { AuditEvent } from './event.ts';

export type AuditErrorCode =
  | 'not_canonical' // an event holds something that JSON cannot say exactly
  | 'invalid_hash'; // not 32 bytes, or not 64 lower-case hexadecimal digits

/** A value that cannot be part of a chain. The message names the place, never the value. */
export class AuditError extends Error {
  override readonly name = 'AuditError';

  constructor(
    readonly code: AuditErrorCode,
    message: string,
  ) {
    super(message);
  }
}

/** Deeper than any catalogued event; a bound for what is read back from a database that somebody may have edited. */
const MAX_DEPTH = 16;

/**
 * The one text of an event that its digest covers: canonical JSON (RFC 8785) of type, at, actor, subject, data and, where
 * there are such, traceId and origin. `at` is ISO 8601 in UTC with milliseconds. A member that is undefined counts as absent, as in
 * JSON, so an event is the same before it is stored and after.
 *
 * @throws AuditError not_canonical for what JSON cannot hold: NaN, bigint, Date inside data, lone surrogates, …
 */
export function canonicalEvent({ type, at, actor, subject, data, traceId, origin }: AuditEvent): string {
  if (Number.isNaN(at.getTime())) throw new AuditError('not_canonical', 'The event has no valid time; give it one.');
  const { kind, id } = actor;
  return canonicalJson({ type, at: at.toISOString(), actor: { kind, id }, subject, data, traceId, origin }, []);
}

/** SHA-256 over the UTF-8 bytes of `canonicalEvent`, as 64 lower-case hexadecimal digits. Redact first, then digest. */
export function eventDigest(event: AuditEvent): string {
  return hash('sha256', canonicalEvent(event), 'hex');
}

/** @param place - the names and positions that lead to `value`; the same list throughout, as every write makes several of these texts */
function canonicalJson(value: unknown, place: (string | number)[]): string {
  if (place.length > MAX_DEPTH) throw new AuditError('not_canonical', `${shown(place)} is nested too deeply.`);
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'number' && Number.isFinite(value)) return JSON.stringify(value);
  if (typeof value === 'string' && value.isWellFormed()) return JSON.stringify(value);
  if (Array.isArray(value)) return canonicalList(value, place);
  if (typeof value === 'object' && isPlain(value)) return canonicalObject(value as Record<string, unknown>, place);
  throw new AuditError(
    'not_canonical',
    `${shown(place) || 'The event'} holds a ${typeof value} that JSON cannot say exactly.`,
  );
}

function canonicalList(values: readonly unknown[], place: (string | number)[]): string {
  let text = '';
  for (const [index, element] of values.entries()) {
    place.push(index);
    text += `${index === 0 ? '' : ','}${canonicalJson(element, place)}`;
    place.pop();
  }
  return `[${text}]`;
}

function canonicalObject(value: Readonly<Record<string, unknown>>, place: (string | number)[]): string {
  let text = '';
  // By UTF-16 unit, which is the order of sort() and what RFC 8785 section 3.2.3 wants; a locale's would differ between machines.
  for (const key of Object.keys(value).sort()) {
    const member = value[key];
    if (member === undefined) continue;
    const name = canonicalJson(key, place);
    place.push(key);
    text += `${text === '' ? '' : ','}${name}:${canonicalJson(member, place)}`;
    place.pop();
  }
  return `{${text}}`;
}

function shown(place: readonly (string | number)[]): string {
  return place.map((each) => `/${each}`).join('');
}

/** Also one of another realm, whose `Object.prototype` is not ours. */
function isPlain(value: object): boolean {
  const prototype: object | null = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

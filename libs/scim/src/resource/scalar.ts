import type { Attribute } from '../schema/attribute.ts';
import { EMAIL_ADDRESS, LOOKED_UP } from '../schema/looked-up.ts';
import { normalizeKey } from '../text/normalize-key.ts';
import { readDateTime } from '../text/date-time.ts';
import { invalidValue, tolerate } from './reading.ts';
import type { Reading } from './reading.ts';

/** In UTF-16 units; what facts may be at most. */
const MAX_TEXT = 16_384;
/** Of what resources are found by; and of its key in UTF-8, since folding can make a text many times longer. */
const MAX_LOOKED_UP = 512;
const MAX_KEY_BYTES = 2_000;

/** base64 or base64url (RFC 7643 §2.3.6), the padding optional. */
const BASE64 = /^[A-Za-z0-9+/_-]+={0,2}$/;

/**
 * One value of a simple type, as it was sent (T9: nothing is rewritten, save white space around an address). Values of another type are understood in tolerant mode.
 * @returns undefined = unassigned: null or an empty text
 * @throws ScimError invalidValue
 */
export function readScalar(
  unverified: unknown,
  attribute: Attribute,
  at: string,
  reading: Reading,
): string | number | boolean | undefined {
  if (unverified === null || unverified === undefined || unverified === '') return undefined;
  reading.spend?.(typeof unverified === 'string' ? unverified.length : 0);
  switch (attribute.type) {
    case 'boolean':
      return readBoolean(unverified, at, reading);
    case 'integer':
    case 'decimal':
      return readNumber(unverified, attribute.type, at, reading);
    default:
      return readText(unverified, attribute, at, reading);
  }
}

function readBoolean(unverified: unknown, at: string, reading: Reading): boolean {
  if (typeof unverified === 'boolean') return unverified;
  const text = typeof unverified === 'string' ? unverified.toLowerCase() : '';
  if (text !== 'true' && text !== 'false') throw invalidValue(at, 'must be true or false');
  tolerate(reading, 'boolean_as_text', () => invalidValue(at, 'must be true or false, not text'));
  return text === 'true';
}

function readNumber(unverified: unknown, type: 'integer' | 'decimal', at: string, reading: Reading): number {
  let number = unverified;
  if (typeof unverified === 'string' && unverified.length <= 40 && /^-?\d+(\.\d+)?$/.test(unverified)) {
    tolerate(reading, 'number_as_text', () => invalidValue(at, 'must be a number, not text'));
    number = Number(unverified);
  }
  if (typeof number !== 'number' || !Number.isFinite(number)) throw invalidValue(at, 'must be a number');
  if (type === 'integer' && !Number.isSafeInteger(number)) throw invalidValue(at, 'must be an integer of 53 bits');
  return number === 0 ? 0 : number;
}

function readText(unverified: unknown, attribute: Attribute, at: string, reading: Reading): string | undefined {
  let said = unverified;
  if (typeof unverified === 'number' || typeof unverified === 'boolean') {
    tolerate(reading, 'text_from_number', () => invalidValue(at, 'must be text'));
    said = String(unverified);
  }
  if (typeof said !== 'string') throw invalidValue(at, 'must be text');
  const text = attribute === EMAIL_ADDRESS ? withoutPadding(said, at, reading) : said;
  if (text === '') return undefined;
  if (text.length > MAX_TEXT) throw invalidValue(at, `must not be longer than ${MAX_TEXT} characters`);
  if (LOOKED_UP.has(attribute) && isTooLongForKey(text)) {
    throw invalidValue(at, `must not be longer than ${MAX_LOOKED_UP} characters`);
  }
  // neither can be stored, and neither means anything
  if (text.includes('\0') || !text.isWellFormed()) throw invalidValue(at, 'must be Unicode text without NUL');
  checkForm(text, attribute, at, reading);
  return text;
}

/** Exports of personnel systems fill fields up with blanks, and an address has none. */
function withoutPadding(text: string, at: string, reading: Reading): string {
  const trimmed = text.trim();
  if (trimmed !== text)
    tolerate(reading, 'padded_address', () => invalidValue(at, 'must not begin or end with white space'));
  return trimmed;
}

function isTooLongForKey(text: string): boolean {
  return text.length > MAX_LOOKED_UP || Buffer.byteLength(normalizeKey(text)) > MAX_KEY_BYTES;
}

function checkForm(text: string, attribute: Attribute, at: string, reading: Reading): void {
  if (attribute.type === 'dateTime' && readDateTime(text) === undefined) {
    throw invalidValue(at, 'must be a date and time such as 2026-01-31T09:30:00Z');
  }
  if (attribute.type === 'binary' && !BASE64.test(text)) throw invalidValue(at, 'must be base64');
  if (reading.mode !== 'strict') return;
  if (attribute.type === 'reference' && !URL.canParse(text, 'https://base.example')) {
    throw invalidValue(at, 'must be an absolute or relative URI');
  }
  const listed = attribute.canonicalValues;
  const same = (value: string) =>
    value === text || (!attribute.caseExact && normalizeKey(value) === normalizeKey(text));
  if (listed && !listed.some(same)) throw invalidValue(at, `must be one of ${listed.join(', ')}`);
}

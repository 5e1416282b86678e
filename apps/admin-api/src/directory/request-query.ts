import { DIRECTORY_OUTCOMES } from '@rolecall/persistence';
import type { DirectoryOutcome, DirectoryRequestCursor, DirectoryRequestFilter } from '@rolecall/persistence';
import { invalidQuery, knownOnly, limitOf } from '../api/query.ts';
import type { Query } from '../api/query.ts';

const STATUS = /^([2-5])xx$/;
const QUIRK = /^[a-z][a-z0-9_-]{0,63}$/;
const NAME = /^[\x21-\x7e]{1,128}$/;
const REQUEST_ID = /^[0-9a-f]{32}$/;
/** RFC 3339, of a year that PostgreSQL and JavaScript know alike. */
const MOMENT = /^20\d\d-[01]\d-[0-3]\dT[0-2]\d:[0-5]\d(?::[0-5]\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:\d\d)$/;
/** Milliseconds of the year 2001 to 2286 and a request id; opaque to the caller. */
const CURSOR = /^(\d{13})-([0-9a-f]{32})$/;

/**
 * Which requests of a directory a query asks for.
 * @param query UNTRUSTED
 * @throws Problem 400 `invalid_request`
 */
export function requestFilterOf(query: Query): DirectoryRequestFilter {
  knownOnly(query, ['outcome', 'status', 'since', 'token', 'resource', 'quirk', 'cursor', 'limit']);
  const status = textOf(query, 'status', STATUS, 'the status is 2xx, 3xx, 4xx or 5xx');
  return {
    outcomes: outcomesOf(query['outcome']),
    statusClass: status === undefined ? undefined : Number(status[0]),
    since: momentOf(query, 'since'),
    tokenName: textOf(query, 'token', NAME, 'the token is the name of one in the document'),
    resourceId: textOf(query, 'resource', NAME, 'the resource is the id of a user or a group'),
    quirk: textOf(query, 'quirk', QUIRK, 'the quirk is the name of a rule, as requests show it'),
    cursor: cursorOf(query['cursor']),
    limit: limitOf(query),
  };
}

/** Whether a text can be the id of a request. */
export function isRequestId(text: string): boolean {
  return REQUEST_ID.test(text);
}

/** A cursor as the caller gets it, and brings it back. */
export function cursorText({ at, requestId }: DirectoryRequestCursor): string {
  return `${String(at.getTime()).padStart(13, '0')}-${requestId}`;
}

function outcomesOf(value: unknown): readonly DirectoryOutcome[] | undefined {
  if (value === undefined) return undefined;
  const names = typeof value === 'string' ? value.split(',') : [];
  const outcomes = DIRECTORY_OUTCOMES.filter((outcome) => names.includes(outcome));
  if (names.length > 0 && outcomes.length === names.length) return outcomes;
  throw invalidQuery(`outcomes are ${DIRECTORY_OUTCOMES.join(', ')}, separated by commas, each once`);
}

/**
 * A moment of a query.
 * @throws Problem 400 `invalid_request`
 */
export function momentOf(query: Query, name: string): Date | undefined {
  const sentence = `${name} is a moment, such as 2026-11-01T12:00:00Z`;
  const text = textOf(query, name, MOMENT, sentence);
  if (text === undefined) return undefined;
  const moment = new Date(text);
  if (Number.isNaN(moment.getTime())) throw invalidQuery(sentence);
  return moment;
}

function cursorOf(cursor: unknown): DirectoryRequestCursor | undefined {
  if (cursor === undefined) return undefined;
  const [, time, requestId] = (typeof cursor === 'string' ? CURSOR.exec(cursor) : undefined) ?? [];
  if (time === undefined || requestId === undefined) throw invalidQuery('the cursor is not one of a page');
  return { at: new Date(Number(time)), requestId };
}

function textOf(query: Query, name: string, form: RegExp, sentence: string): string | undefined {
  const value = query[name];
  if (value === undefined) return undefined;
  if (typeof value === 'string' && form.test(value)) return value;
  throw invalidQuery(sentence);
}

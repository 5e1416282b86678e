import { normalizeKey } from '@rolecall/scim';
import type { FilterValue, Operator } from '@rolecall/scim';
import type { Parameters } from './parameters.ts';

/**
 * One simple value as SQL; null where the attribute is absent, or stored as another type than its schema has now.
 * `instant` counts milliseconds since 1970, `moment` is a timestamptz.
 */
export interface Scalar {
  readonly type: 'text' | 'uuid' | 'number' | 'boolean' | 'instant' | 'moment';
  readonly sql: string;
  /** Text as `normalizeKey` makes it: what it is compared with must be made so too. */
  readonly folded?: boolean;
  /** An index holds it: a prefix is looked for as a range. */
  readonly indexed?: boolean;
  /** Never null. */
  readonly required?: boolean;
}

const ORDER = { gt: '>', ge: '>=', lt: '<', le: '<=' } as const;
const SQL_TYPE = {
  text: 'text',
  uuid: 'uuid',
  number: 'numeric',
  boolean: 'boolean',
  instant: 'bigint',
  moment: 'timestamptz',
};
/** As PostgreSQL writes it; any other spelling is the text of no id. */
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/**
 * A comparison as SQL. It is null, not false, where the value is absent: `and` and `or` keep that harmless, `not` must be
 * `is not true`. `ne` is the caller's: `eq` under `not`.
 */
export function compareScalar(
  scalar: Scalar,
  operator: Exclude<Operator, 'ne'>,
  value: FilterValue,
  parameters: Parameters,
): string {
  if (scalar.type === 'uuid') return compareId(scalar, operator, String(value), parameters);
  if (scalar.type === 'text') return compareText(scalar, operator, String(value), parameters);
  const place = parameters.add(asParameter(scalar, value), SQL_TYPE[scalar.type]);
  if (operator === 'eq') return `${scalar.sql} = ${place}`;
  if (isOrder(operator)) return `${scalar.sql} ${ORDER[operator]} ${place}`;
  throw new TypeError(`${operator} compares texts only`);
}

/** A value as pg takes it for this kind of scalar. */
export function asParameter({ type, folded }: Scalar, value: FilterValue): unknown {
  if (type === 'moment') return new Date(Number(value));
  if (type === 'text') return folded === true ? normalizeKey(String(value)) : String(value);
  return type === 'boolean' ? value : String(value);
}

export function sqlTypeOf({ type }: Scalar): string {
  return SQL_TYPE[type];
}

/** Whether the value is there; an empty text is not (RFC 7644 §3.4.2.2, `pr`). */
export function presentScalar({ type, sql }: Scalar): string {
  return type === 'text' ? `${sql} <> ''` : `${sql} is not null`;
}

/** What orders the value as `compareKeys` and numbers do, whatever the database's collation is. */
export function orderOf({ type, sql }: Scalar): string {
  return type === 'text' ? `${sql} collate "C"` : sql;
}

function compareId(scalar: Scalar, operator: Exclude<Operator, 'ne'>, value: string, parameters: Parameters): string {
  if (operator !== 'eq') return compareText({ type: 'text', sql: `${scalar.sql}::text` }, operator, value, parameters);
  return UUID.test(value) ? `${scalar.sql} = ${parameters.add(value, 'uuid')}` : 'false';
}

function compareText(scalar: Scalar, operator: Exclude<Operator, 'ne'>, value: string, parameters: Parameters): string {
  const wanted = scalar.folded === true ? normalizeKey(value) : value;
  const place = parameters.add(wanted, 'text');
  if (operator === 'eq') return `${scalar.sql} = ${place}`;
  if (operator === 'co') return `strpos(${scalar.sql}, ${place}) > 0`;
  if (operator === 'ew') return `right(${scalar.sql}, char_length(${place})) = ${place}`;
  if (operator !== 'sw') return `${orderOf(scalar)} ${ORDER[operator]} ${place}`;
  if (scalar.indexed !== true) return `starts_with(${scalar.sql}, ${place})`;
  const from = `${orderOf(scalar)} >= ${place}`;
  const end = endOfPrefix(wanted);
  return end === undefined ? from : `(${from} and ${orderOf(scalar)} < ${parameters.add(end, 'text')})`;
}

function isOrder(operator: Operator): operator is keyof typeof ORDER {
  return Object.hasOwn(ORDER, operator);
}

const LAST_CODE_POINT = 0x10ffff;

/**
 * The first text, in the order of code points, behind all that start with `prefix`; undefined = there is none. A range serves where
 * `like` would not: a prepared statement does not know the pattern when it is planned.
 */
export function endOfPrefix(prefix: string): string | undefined {
  const points = Array.from(prefix, (character) => character.codePointAt(0) ?? 0);
  const last = points.findLastIndex((point) => point < LAST_CODE_POINT);
  if (last < 0) return undefined;
  const next = (points[last] ?? 0) + 1;
  // surrogates are no characters
  return String.fromCodePoint(...points.slice(0, last), next === 0xd800 ? 0xe000 : next);
}

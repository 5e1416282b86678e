import { ScimError } from '../errors.ts';
import { isObject } from '../resource/reading.ts';

export const SEARCH_SCHEMA = 'urn:ietf:params:scim:api:messages:2.0:SearchRequest';

/** Names that a request can have; the filter has its own, smaller bound. */
const MAX_TEXT = 65_536;
const MAX_NAMES = 1_000;
const INTEGER = /^\s*[+-]?\d{1,18}\s*$/;

/** What a search asks, from a query string or a SearchRequest: the right types, and nothing else is known of it yet. */
export interface SearchParameters {
  readonly filter?: string;
  readonly sortBy?: string;
  readonly sortOrder?: string;
  readonly startIndex?: number;
  readonly count?: number;
  /** Empty = the first page by cursor (RFC 9865 §2). */
  readonly cursor?: string;
  /** With commas, as in a query. */
  readonly attributes?: string;
  readonly excludedAttributes?: string;
}

const TEXTS = ['filter', 'sortBy', 'sortOrder', 'cursor'] as const;
const NUMBERS = ['startIndex', 'count'] as const;
const NAMES = ['attributes', 'excludedAttributes'] as const;

/**
 * The parameters of a query string. Their names are without case: a `Filter` that was ignored would find everybody. Others are
 * ignored, since identity providers put marks of their own into the address.
 *
 * @param query - UNVERIFIED; one value per name
 * @throws ScimError invalidValue
 */
export function readSearchQuery(query: Readonly<Record<string, string>>): SearchParameters {
  return readParameters(query);
}

/**
 * The same from the body of a POST to `/.search` (RFC 7644 §3.4.3).
 *
 * @param unverified - parsed JSON
 * @throws ScimError invalidSyntax, invalidValue
 */
export function readSearchBody(unverified: unknown): SearchParameters {
  if (!isObject(unverified)) throw invalidSyntax('the body must be a JSON object: a SearchRequest');
  const schemas = Object.entries(unverified).find(([name]) => name.toLowerCase() === 'schemas')?.[1];
  const named: readonly unknown[] = Array.isArray(schemas) ? schemas : [];
  const isSearch = named.some((urn) => typeof urn === 'string' && urn.toLowerCase() === SEARCH_SCHEMA.toLowerCase());
  if (!isSearch) throw invalidSyntax(`schemas must name ${SEARCH_SCHEMA}`);
  return readParameters(unverified);
}

type Reader = (value: unknown, name: string) => string | number;

/** By their names in lower case. */
const PARAMETERS = new Map<string, { readonly name: string; readonly read: Reader }>(
  [
    ...TEXTS.map((name) => ({ name, read: readText })),
    ...NUMBERS.map((name) => ({ name, read: readInteger })),
    ...NAMES.map((name) => ({ name, read: readNames })),
  ].map((parameter) => [parameter.name.toLowerCase(), parameter]),
);

function readParameters(unverified: Readonly<Record<string, unknown>>): SearchParameters {
  const said: Record<string, string | number> = {};
  for (const [key, value] of Object.entries(unverified)) {
    const parameter = PARAMETERS.get(key.toLowerCase());
    if (!parameter || value === null || value === undefined) continue;
    const { name, read } = parameter;
    if (Object.hasOwn(said, name)) throw invalidSyntax(`${name} is there twice`);
    said[name] = read(value, name);
  }
  return said;
}

function readText(value: unknown, name: string): string {
  if (typeof value !== 'string' || value.length > MAX_TEXT)
    throw invalidValue(name, `text of at most ${MAX_TEXT} characters`);
  return value;
}

/** An integer, or one in text as queries have it; too large for us is the largest we have, since it means the same. */
function readInteger(value: unknown, name: string): number {
  const number = typeof value === 'string' && INTEGER.test(value) ? Number(value) : value;
  if (typeof number !== 'number' || !Number.isInteger(number)) throw invalidValue(name, 'an integer');
  return Math.min(Math.max(number, -1), 2_147_483_647);
}

function readNames(value: unknown, name: string): string {
  if (!Array.isArray(value)) return readText(value, name);
  const names = value as readonly unknown[];
  if (names.length > MAX_NAMES) throw invalidValue(name, `at most ${MAX_NAMES} names`);
  return readText(names.map((each) => readText(each, name)).join(','), name);
}

function invalidValue(name: string, rule: string): ScimError {
  return new ScimError(400, 'invalidValue', `${name} must be ${rule}`);
}

function invalidSyntax(detail: string): ScimError {
  return new ScimError(400, 'invalidSyntax', detail);
}

import { invalidValue, isObject, tolerate } from './reading.ts';
import type { Reading } from './reading.ts';

const MAX_JSON = 65_536;

/**
 * `accounts` as identity providers send it that can put nothing but text into an attribute: JSON, either the list itself or an object
 * with one key per account, `{"MainAccount": {"roles": ["editor"]}}`.
 *
 * @returns the list as the schema has it, still unverified; what was given when it is in another form
 */
export function accountsFromJson(unverified: unknown, at: string, reading: Reading): unknown {
  const text = Array.isArray(unverified) && unverified.length === 1 ? (unverified[0] as unknown) : unverified;
  if (typeof text !== 'string' || text === '') return unverified;
  const refusal = () => invalidValue(at, 'must be a list of accounts, not text');
  tolerate(reading, 'accounts_as_json', refusal);
  const parsed = text.length <= MAX_JSON ? parseJson(text) : undefined;
  if (Array.isArray(parsed)) return parsed;
  if (!isObject(parsed))
    throw invalidValue(at, 'must be JSON: a list of accounts, or an object with one key per account');
  return Object.entries(parsed).map(([value, entry]) => ({ ...asObject(entry, at), value }));
}

function asObject(entry: unknown, at: string): object {
  if (!isObject(entry)) throw invalidValue(at, 'must have an object for each account');
  return entry;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

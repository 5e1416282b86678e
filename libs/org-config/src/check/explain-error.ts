import type { ErrorObject } from 'ajv/dist/2020.js';
import { stringify } from 'yaml';
import { BUILT_IN_ROLES, type Json } from '../document.ts';
import { isMap, pointerTo } from '../json.ts';
import type { JsonSchema } from '../schema/json-schema.ts';
import { PATTERN_WORDS } from '../schema/names.ts';
import { insteadOf, lastKey, nearest, placeName, quoted, type Finding } from './finding.ts';

type Explain = (error: ErrorObject, schema: JsonSchema) => Finding | undefined;

/** One sentence per kind of schema error; undefined where another error says it already. */
const EXPLANATIONS: Readonly<Record<string, Explain>> = {
  additionalProperties: unknownKey,
  required: missingKey,
  type: wrongType,
  const: (error) => wrongChoice(error, [param(error, 'allowedValue')]),
  enum: (error) => wrongChoice(error, param(error, 'allowedValues') as readonly Json[]),
  discriminator: wrongVariant,
  oneOf: wrongCombination,
  pattern: (error, schema) => invalid(error, `must be ${PATTERN_WORDS[word(error, 'pattern')] ?? schema.pattern}`),
  not: takenName,
  uniqueItems: repeatedItem,
  minimum: (error) => invalid(error, `must be at least ${word(error, 'limit')}`),
  maximum: (error) => invalid(error, `must be at most ${word(error, 'limit')}`),
  minLength: (error) => invalid(error, 'must not be empty'),
  maxLength: (error) => invalid(error, `may have ${word(error, 'limit')} characters at most`),
  minItems: (error) => invalid(error, 'must not be empty'),
  maxItems: (error) => invalid(error, `may have ${word(error, 'limit')} entries at most`),
  minProperties: (error) => invalid(error, 'must not be empty'),
  maxProperties: (error) => invalid(error, `may have ${word(error, 'limit')} entries at most`),
  propertyNames: () => undefined,
};

/** Turns an error of ajv (made with `verbose`) into a sentence with a place. */
export function explainError(error: ErrorObject): Finding | undefined {
  if (isSecret(error.instancePath) && error.data !== null && !isMap(error.data)) return wrongSecret(error);
  const explain = EXPLANATIONS[error.keyword];
  if (explain) return explain(error, (error.parentSchema ?? {}) as JsonSchema);
  return invalid(error, error.message ?? 'is not valid');
}

/** Whether an unknown key of the same object looks like the missing one. */
export function missingKeyMeant(missing: ErrorObject, errors: readonly ErrorObject[]): boolean {
  const wanted = word(missing, 'missingProperty');
  return errors.some(
    (error) =>
      error.keyword === 'additionalProperties' &&
      error.instancePath === missing.instancePath &&
      nearest(word(error, 'additionalProperty'), keysOfSchema(error)) === wanted,
  );
}

function unknownKey(error: ErrorObject): Finding {
  const key = word(error, 'additionalProperty');
  const pointer = pointerTo(error.instancePath, key);
  return {
    code: 'unknown_key',
    message: `${quoted(key)} is not a key of ${placeName(error.instancePath)}`,
    suggestion: insteadOf(key, keysOfSchema(error), 'keys'),
    pointer,
  };
}

function missingKey(error: ErrorObject, schema: JsonSchema): Finding {
  const key = word(error, 'missingProperty');
  const property = schema.properties?.[key];
  const whole = schema.examples?.[0];
  const example = property ? property.examples?.[0] : isMap(whole) ? whole[key] : undefined;
  return {
    code: key === 'metadata' && isMetadata(pointerTo(error.instancePath, key)) ? 'missing_metadata' : 'missing_key',
    message: `${placeName(error.instancePath)} has no ${quoted(key)}`,
    suggestion: example === undefined ? `add ${quoted(key)}` : `add \`${key}: ${inYaml(example)}\``,
    pointer: error.instancePath,
  };
}

function wrongType(error: ErrorObject, schema: JsonSchema): Finding {
  const wanted = [param(error, 'type')].flat().map((type) => TYPE_WORDS[type as string] ?? (type as string));
  const value = error.data as Json;
  const message = `${placeName(error.instancePath)} must be ${wanted.join(' or ')} and ${typeInWords(value)}`;
  const suggestion = typeSuggestion(wanted, value, lastKey(error.instancePath), schema);
  const at = value === null ? 'key' : 'value';
  const code = value === null && isMetadata(error.instancePath) ? 'missing_metadata' : 'wrong_type';
  return { code, message, suggestion, pointer: error.instancePath, at };
}

/** Whatever stands there may be a secret that was pasted: it is never said. */
function wrongSecret(error: ErrorObject): Finding {
  const pointer = error.instancePath;
  if (lastKey(pointer) === 'clientSecret') {
    const message = `${placeName(pointer)} has the secret itself; a document never does`;
    const suggestion = 'write `{ fromEnv: NAME }`, and give the secret a new value if others could read this';
    return { code: 'plain_secret', message, suggestion, pointer };
  }
  const { pattern, type } = (error.parentSchema ?? {}) as JsonSchema;
  const wanted = (pattern !== undefined && PATTERN_WORDS[pattern]) || TYPE_WORDS[String(type)];
  const words = error.keyword === 'pattern' || error.keyword === 'type' ? `it must be ${wanted}` : error.message;
  return { code: 'invalid_value', message: `${placeName(pointer)} is not valid: ${words}`, pointer, at: 'value' };
}

function isSecret(pointer: string): boolean {
  return /^\/spec\/(?:identityProviders|applications)\/[^/]+\/clientSecret(?:\/|$)/.test(pointer);
}

function wrongChoice(error: ErrorObject, allowed: readonly Json[]): Finding {
  const value = error.data as Json;
  const words = allowed.map((entry) => (typeof entry === 'string' ? entry : JSON.stringify(entry)));
  const suggestion =
    typeof value === 'string' ? insteadOf(value, words, 'possible values') : `write ${words.map(quoted).join(' or ')}`;
  const pointer = error.instancePath;
  return {
    code: 'invalid_value',
    message: `${placeName(pointer)} cannot be ${quoted(value)}`,
    suggestion,
    pointer,
    at: 'value',
  };
}

function wrongVariant(error: ErrorObject, schema: JsonSchema): Finding | undefined {
  const tag = word(error, 'tag');
  const value = param(error, 'tagValue');
  if (value === undefined) return undefined; // `required` says it
  const pointer = pointerTo(error.instancePath, tag);
  const examples = (schema.examples ?? []).map((example) => (isMap(example) ? example[tag] : undefined));
  const tags = examples.filter((name) => typeof name === 'string');
  const near = typeof value === 'string' ? insteadOf(value, tags, 'possible values') : undefined;
  const suggestion = near ?? `write ${tags.map(quoted).join(' or ')}`;
  return {
    code: 'invalid_value',
    message: `${placeName(pointer)} cannot be ${quoted(value)}`,
    suggestion,
    pointer,
    at: 'value',
  };
}

/** The choices of the schema are about which keys stand together. */
function wrongCombination(error: ErrorObject, schema: JsonSchema): Finding | undefined {
  if (!isMap(error.data)) return undefined; // `type` says it
  const got = Object.keys(error.data);
  const titles = (schema.oneOf ?? []).map((branch) => branch.title ?? '');
  const pointer = error.instancePath;
  const has = got.length === 0 ? 'is empty' : `has ${got.map(quoted).join(' and ')}`;
  const code = got.length === 0 && isMetadata(pointer) ? 'missing_metadata' : 'invalid_combination';
  return {
    code,
    message: `${placeName(pointer)} ${has}`,
    suggestion: `write ${titles.slice(0, -1).join(', ')} or ${titles.at(-1)}`,
    pointer,
  };
}

function takenName(error: ErrorObject, schema: JsonSchema): Finding {
  const reserved = schema.not?.enum !== BUILT_IN_ROLES;
  const name = quoted(error.propertyName ?? (error.data as Json));
  return {
    code: reserved ? 'reserved_name' : 'built_in_role',
    message: reserved ? `${name} is reserved, since it is a part of URLs` : `${name} is a built-in role`,
    suggestion: reserved ? 'choose another name' : 'remove it, or choose another name',
    ...place(error),
  };
}

function repeatedItem(error: ErrorObject): Finding {
  const index = Math.max(Number(param(error, 'i')), Number(param(error, 'j')));
  const item = (error.data as readonly Json[])[index] ?? null;
  return {
    code: 'duplicate_value',
    message: `${quoted(item)} stands twice in ${placeName(error.instancePath)}`,
    suggestion: 'remove one of them',
    pointer: pointerTo(error.instancePath, index),
  };
}

function invalid(error: ErrorObject, words: string): Finding {
  const value = error.propertyName ?? (error.data as Json);
  const what = typeof value === 'string' && value.length > 0 ? quoted(value) : placeName(error.instancePath);
  return { code: 'invalid_value', message: `${what} is not valid: it ${words}`, ...place(error) };
}

/** An error about the name of an entry points at that key, any other one at the value. */
function place(error: ErrorObject): Pick<Finding, 'pointer' | 'at'> {
  if (error.propertyName === undefined) return { pointer: error.instancePath, at: 'value' };
  return { pointer: pointerTo(error.instancePath, error.propertyName), at: 'key' };
}

const TYPE_WORDS: Readonly<Record<string, string>> = {
  object: 'a map of keys',
  array: 'a list',
  string: 'a text',
  boolean: '`true` or `false`',
  integer: 'a whole number',
};

function typeInWords(value: Json): string {
  if (value === null) return 'has no value';
  if (Array.isArray(value)) return 'is a list';
  if (isMap(value)) return 'is a map of keys';
  return typeof value === 'string' ? `is the text ${quoted(value)}` : `is the ${typeof value} ${quoted(value)}`;
}

function typeSuggestion(wanted: readonly string[], value: Json, key: string, schema: JsonSchema): string | undefined {
  if (value === null && schema.type === 'object') {
    const example = schema.required || schema.oneOf ? inYaml(schema.examples?.[0] ?? {}) : '{}';
    return `write \`${key}: ${example}\`, or remove it`;
  }
  if (value === null) return 'give it a value, or remove it';
  if (typeof value === 'number' || (typeof value === 'boolean' && !wanted.includes(TYPE_WORDS['boolean'] ?? ''))) {
    return wanted.includes('a text') ? 'write it in quotes' : undefined;
  }
  return wanted.includes('a list') && typeof value === 'string' ? `write \`[${value}]\`` : undefined;
}

function inYaml(example: Json): string {
  return stringify(example, { collectionStyle: 'flow', lineWidth: 0 }).trim();
}

/** The `metadata` of an identity provider, which has a code of its own when it's missing. */
function isMetadata(pointer: string): boolean {
  return /^\/spec\/identityProviders\/[^/]+\/metadata$/.test(pointer);
}

function keysOfSchema(error: ErrorObject): readonly string[] {
  return Object.keys(((error.parentSchema ?? {}) as JsonSchema).properties ?? {});
}

function param(error: ErrorObject, key: string): Json {
  return (error.params as { readonly [key: string]: Json })[key] as Json;
}

/** A parameter as a text. */
function word(error: ErrorObject, key: string): string {
  const value = param(error, key);
  return typeof value === 'string' ? value : JSON.stringify(value);
}

import type { Attribute, AttributePath } from '@rolecall/scim';
import type { Parameters } from './parameters.ts';
import type { Scalar } from './scalar.ts';

/** Where attributes without a column are: the body, and its folded copy for those that are not caseExact. SQL expressions of jsonb. */
export interface StoredJson {
  readonly exact: string;
  readonly folded: string;
}

/** The value of a path that has at most one, which needs no list to be opened. */
export function singleValue(json: StoredJson, path: AttributePath, parameters: Parameters): Scalar {
  const attribute = leafOf(path);
  return typedValue(`${copyFor(json, attribute)} #> ${parameters.add(namesOf(path), 'text[]')}`, attribute);
}

/** Whether there is anything at the path. A body holds no empty lists and objects. */
export function hasValue({ exact }: StoredJson, path: AttributePath, parameters: Parameters): string {
  return `${exact} #> ${parameters.add(namesOf(path), 'text[]')} is not null`;
}

/** A jsonb value as the attribute's type; null when it is of another. */
export function typedValue(value: string, { type, caseExact }: Attribute): Scalar {
  switch (type) {
    case 'boolean':
      return { type: 'boolean', sql: `(case jsonb_typeof(${value}) when 'boolean' then (${value})::boolean end)` };
    case 'integer':
    case 'decimal':
      return { type: 'number', sql: `(case jsonb_typeof(${value}) when 'number' then (${value})::numeric end)` };
    case 'dateTime':
      return { type: 'instant', sql: `directory_instant(${textOf(value)})` };
    default:
      return { type: 'text', sql: textOf(value), folded: !caseExact };
  }
}

function textOf(value: string): string {
  return `(case jsonb_typeof(${value}) when 'string' then nullif((${value}) #>> '{}', '') end)`;
}

/** The copy that an attribute is compared in. Times are read from the body: a folded T or Z is none. */
export function copyFor({ exact, folded }: StoredJson, { type, caseExact }: Attribute): string {
  const isText = type === 'string' || type === 'reference' || type === 'binary';
  return isText && !caseExact ? folded : exact;
}

/** Leads to every value of the path, through lists on the way and at its end. */
export function everyValue(path: AttributePath): string {
  return `$${namesOf(path)
    .map((name) => `.${JSON.stringify(name)}[*]`)
    .join('')}`;
}

/** Leads to the elements of the path's list that are marked as primary. */
export function primaryElement({ extension, attribute }: AttributePath): string {
  return `${everyValue({ extension, attribute, sub: undefined })} ? (@.primary == true)`;
}

export function leafOf({ attribute, sub }: AttributePath): Attribute {
  return sub ?? attribute;
}

export function isList({ attribute, sub }: AttributePath): boolean {
  return attribute.multiValued || sub?.multiValued === true;
}

function namesOf({ extension, attribute, sub }: AttributePath): readonly string[] {
  return [extension, attribute.name, sub?.name].filter((name) => name !== undefined);
}

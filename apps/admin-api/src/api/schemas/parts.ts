/** What the schemas of the API are made of. */

/** JSON Schema draft 2020-12, as OpenAPI 3.1 has it. `$ref`s are `#/components/schemas/<name>`. */
export type JsonSchema = Readonly<Record<string, unknown>>;

export const ref = (name: string): JsonSchema => ({ $ref: `#/components/schemas/${name}` });

export const text = (maxLength: number, description: string): JsonSchema => ({ type: 'string', maxLength, description });

export const list = (items: JsonSchema, maxItems?: number): JsonSchema => ({
  type: 'array',
  items,
  ...(maxItems === undefined ? {} : { maxItems }),
});

export const count: JsonSchema = { type: 'integer', minimum: 0 };

export const string: JsonSchema = { type: 'string' };

/** Unknown fields are refused: what is not understood is never silently dropped, and nothing can be smuggled in. */
export const object = (properties: Readonly<Record<string, JsonSchema>>, optional: readonly string[] = []): JsonSchema => ({
  type: 'object',
  properties,
  required: Object.keys(properties).filter((name) => !optional.includes(name)),
  additionalProperties: false,
});

export const sha256 = { type: 'string', pattern: '^[0-9a-f]{64}$' };

export const fingerprint = { type: 'string', pattern: '^sha256:[0-9a-f]{64}$', description: 'Of the plan that was reviewed' };

export const leaseSecret = { type: 'string', pattern: '^[A-Za-z0-9_-]{22}$' };

export const fencing = { type: 'integer', minimum: 1, maximum: 2_147_483_647 };

export const moment = { type: 'string', format: 'date-time' };

export const orNull = ({ type, ...rest }: JsonSchema): JsonSchema => ({ type: [type, 'null'], ...rest });

export const nullable = (schema: JsonSchema): JsonSchema => ({ anyOf: [schema, { type: 'null' }] });

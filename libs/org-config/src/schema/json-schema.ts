import type { Json } from '../document.ts';

/** The part of JSON Schema draft 2020-12 that the organization schema uses; data, so that it can be walked and printed. */
export interface JsonSchema {
  readonly $schema?: string;
  readonly $id?: string;
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, JsonSchema>>;
  readonly title?: string;
  readonly description?: string;
  readonly examples?: readonly Json[];
  readonly default?: Json;
  readonly type?:
    | 'object'
    | 'array'
    | 'string'
    | 'boolean'
    | 'integer'
    | readonly ('array' | 'boolean' | 'object' | 'string')[];
  readonly const?: Json;
  readonly enum?: readonly Json[];
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly properties?: Readonly<Record<string, JsonSchema | false>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: JsonSchema | false;
  readonly propertyNames?: JsonSchema;
  readonly minProperties?: number;
  readonly maxProperties?: number;
  readonly items?: JsonSchema;
  readonly minItems?: number;
  readonly maxItems?: number;
  /** Marks a list as a set of scalars: its order means nothing, and the canonical form sorts it. */
  readonly uniqueItems?: boolean;
  readonly not?: JsonSchema;
  readonly oneOf?: readonly JsonSchema[];
  /** OpenAPI's keyword, which ajv understands: one branch is chosen by a property, so that errors are the branch's own. */
  readonly discriminator?: { readonly propertyName: string };
}

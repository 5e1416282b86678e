import type { JsonSchema } from '../schema/json-schema.ts';
import { organizationSchema } from '../schema/organization-schema.ts';
import { platformSchema } from '../schema/platform-schema.ts';
import { templateSchema } from '../schema/template-schema.ts';

/**
 * The order of keys at one place of a document: that of the schema, which is the order in which a document is read. Names that
 * people chose – identity providers, rules, labels – have none: they stay as they were written.
 */
export class KeyOrder {
  private constructor(private readonly schemas: readonly JsonSchema[]) {}

  /** Of a whole document of this kind. */
  static ofDocument(kind: string | undefined): KeyOrder {
    if (kind === 'Platform') return KeyOrder.#platform;
    return kind === 'OrganizationTemplate' ? KeyOrder.#template : KeyOrder.#organization;
  }

  static readonly #organization = new KeyOrder([organizationSchema]).resolved();
  static readonly #template = new KeyOrder([templateSchema]).resolved();
  static readonly #platform = new KeyOrder([platformSchema]).resolved();

  /** Position of a key; undefined when the schema does not list it. */
  rankOf(key: string): number | undefined {
    const position = this.listed().indexOf(key);
    return position < 0 ? undefined : position;
  }

  /** The order below a key. */
  below(key: string): KeyOrder {
    const found = this.schemas.flatMap(({ properties, additionalProperties }) => {
      const schema = (properties && Object.hasOwn(properties, key) && properties[key]) || additionalProperties;
      return schema ? [schema] : [];
    });
    return new KeyOrder(found).resolved();
  }

  /** The order in the entries of a list. */
  inItems(): KeyOrder {
    return new KeyOrder(this.schemas.flatMap(({ items }) => (items ? [items] : []))).resolved();
  }

  private listed(): readonly string[] {
    return [...new Set(this.schemas.flatMap(({ properties }) => Object.keys(properties ?? {})))];
  }

  /** With `$ref` followed, and every branch of a choice: their common keys stand in the order of the first one that has them. */
  private resolved(): KeyOrder {
    return new KeyOrder(this.schemas.flatMap((schema) => branches(schema)));
  }
}

function branches(schema: JsonSchema): readonly JsonSchema[] {
  const target =
    schema.$ref === undefined ? undefined : organizationSchema.$defs?.[schema.$ref.replace('#/$defs/', '')];
  return [schema, ...(target ? branches(target) : []), ...(schema.oneOf ?? []).flatMap((branch) => branches(branch))];
}

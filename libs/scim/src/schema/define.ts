import type { Attribute, AttributeType } from './attribute.ts';

type Characteristics = Partial<Omit<Attribute, 'name' | 'type' | 'description' | 'subAttributes'>>;

/** An attribute with the defaults of RFC 7643 §2.2, save what is said otherwise. */
export function attribute(
  name: string,
  type: Exclude<AttributeType, 'complex'>,
  description: string,
  characteristics: Characteristics = {},
): Attribute {
  // §2.3.6, §2.3.7: case matters in binary values and in references
  const caseExact = type === 'binary' || type === 'reference';
  return { ...defaults(name, type, description), caseExact, ...characteristics };
}

export function complex(
  name: string,
  description: string,
  subAttributes: readonly Attribute[],
  characteristics: Characteristics = {},
): Attribute {
  return { ...defaults(name, 'complex', description), ...characteristics, subAttributes };
}

/** A multi-valued attribute with the sub-attributes of RFC 7643 §2.4: the value, what it is called, its kind, whether it is the first. */
export function list(
  name: string,
  description: string,
  value: Attribute,
  types: readonly string[],
  more: readonly Attribute[] = [],
): Attribute {
  return complex(
    name,
    description,
    [
      value,
      ...more,
      attribute('display', 'string', 'What people see of it.'),
      attribute('type', 'string', 'Its kind.', { canonicalValues: types }),
      attribute('primary', 'boolean', 'Whether it is the preferred one; at most one is.'),
    ],
    { multiValued: true },
  );
}

function defaults(name: string, type: AttributeType, description: string): Attribute {
  return {
    name,
    type,
    multiValued: false,
    description,
    required: false,
    caseExact: false,
    mutability: 'readWrite',
    returned: 'default',
    uniqueness: 'none',
  };
}

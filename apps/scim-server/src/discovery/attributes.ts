/** One attribute of a schema with every characteristic of RFC 7643 §7. */
export interface Attribute {
  readonly name: string;
  readonly type: 'string' | 'boolean' | 'integer' | 'reference' | 'complex';
  readonly multiValued: boolean;
  readonly description: string;
  readonly required: boolean;
  readonly caseExact: boolean;
  readonly mutability: 'readOnly';
  readonly returned: 'default';
  readonly uniqueness: 'none';
  readonly canonicalValues?: readonly string[];
  readonly referenceTypes?: readonly string[];
  readonly subAttributes?: readonly Attribute[];
}

type Characteristics = Partial<
  Pick<Attribute, 'multiValued' | 'required' | 'caseExact' | 'canonicalValues' | 'referenceTypes'>
>;

/** A read-only attribute; required unless said otherwise, as most are in discovery. */
export function attribute(
  name: string,
  type: Exclude<Attribute['type'], 'complex'>,
  description: string,
  characteristics: Characteristics = {},
): Attribute {
  return { ...base(name, description), type, ...characteristics };
}

export function complex(
  name: string,
  description: string,
  subAttributes: readonly Attribute[],
  characteristics: Characteristics = {},
): Attribute {
  return { ...base(name, description), type: 'complex', ...characteristics, subAttributes };
}

function base(name: string, description: string): Omit<Attribute, 'type'> {
  return {
    name,
    multiValued: false,
    description,
    required: true,
    caseExact: false,
    mutability: 'readOnly',
    returned: 'default',
    uniqueness: 'none',
  };
}

/**
 * What a source last said of a user: attribute name -> values, in the order given, duplicates kept.
 * An absent attribute is not an empty one: `{ groups: [] }` says "no groups", no entry says nothing.
 * A Map and not an object, because names come from outside (`__proto__` is a legal attribute name).
 */
export type Facts = ReadonlyMap<string, readonly string[]>;

/** The JSON form of facts, as stored and as written in a document's `tests`. */
export type FactsJson = Readonly<Record<string, string | readonly string[]>>;

/**
 * Bounds of one user's facts; a source that says more is refused (cases M27, V73 of libs/saml). Lengths in UTF-16 units;
 * `totalLength` is the sum over all names and values, because a decision's work grows with it.
 */
export const FACT_LIMITS = {
  attributes: 200,
  values: 5_000,
  valueLength: 16_384,
  nameLength: 512,
  totalLength: 1_048_576,
} as const;

/** Of a directory's user: each account is a fact by itself, and attributes of an own extension have two names each. */
export const DIRECTORY_FACT_LIMITS = { ...FACT_LIMITS, attributes: 2_000 } as const;

/** Profile fields that Rolecall knows; their values are facts under exactly these names. */
export const PROFILE_FIELDS = ['email', 'givenName', 'familyName', 'displayName'] as const;
export type ProfileField = (typeof PROFILE_FIELDS)[number];

/** Per IdP: which attribute of the IdP holds a profile field (`attributes:` of an identity provider). */
export type AttributeNames = Readonly<Partial<Record<ProfileField, string>>>;

export type FactsErrorCode =
  | 'too_many_attributes'
  | 'too_many_values'
  | 'attribute_name_too_long'
  | 'value_too_long'
  | 'facts_too_large';

/** Facts beyond FACT_LIMITS. The message holds numbers only, never a value: it may be logged. */
export class FactsError extends Error {
  override readonly name = 'FactsError';

  constructor(
    readonly code: FactsErrorCode,
    message: string,
  ) {
    super(message);
  }
}

/**
 * Lays the profile fields over raw facts, as the identity provider's `attributes:` names them.
 *
 * @param raw - facts under the source's own attribute names; they stay readable in the result
 * @param names - where a profile field is found; a field whose attribute is absent keeps what the facts say under its own name
 * @returns named facts, the input of `decide`; `raw` itself when nothing is renamed
 */
export function nameFacts(raw: Facts, names: AttributeNames): Facts {
  let named: Map<string, readonly string[]> | undefined;
  for (const field of PROFILE_FIELDS) {
    const attribute = names[field];
    const values = attribute === undefined || attribute === field ? undefined : raw.get(attribute);
    if (values !== undefined) (named ??= new Map(raw)).set(field, values);
  }
  return named ?? raw;
}

/** Facts from their JSON form; a lone string is one value. Only own keys count, so `__proto__` is a name like any other. */
export function factsFromJson(json: FactsJson): Facts {
  const facts = new Map<string, readonly string[]>();
  for (const [name, said] of Object.entries(json)) facts.set(name, typeof said === 'string' ? [said] : said);
  return facts;
}

/** The JSON form of facts: always lists, own keys only (`Object.fromEntries` defines, it never runs the `__proto__` setter). */
export function factsToJson(facts: Facts): Readonly<Record<string, readonly string[]>> {
  return Object.fromEntries(facts);
}

/**
 * Refuses facts that say more than a person has to say, before they are stored or decided on.
 *
 * @throws FactsError naming the bound that is exceeded
 */
export function checkFactLimits(
  facts: Facts,
  limits: Readonly<Record<keyof typeof FACT_LIMITS, number>> = FACT_LIMITS,
): void {
  const { attributes, values: maxValues, valueLength, nameLength, totalLength } = limits;
  if (facts.size > attributes) {
    throw new FactsError('too_many_attributes', `The facts have ${facts.size} attributes; send ${attributes} at most.`);
  }
  let count = 0;
  let total = 0;
  for (const [name, values] of facts) {
    if (name.length > nameLength) {
      throw new FactsError('attribute_name_too_long', `An attribute's name has more than ${nameLength} characters.`);
    }
    count += values.length;
    total += name.length;
    if (count > maxValues) {
      throw new FactsError('too_many_values', `The facts have more than ${maxValues} values; send fewer groups.`);
    }
    for (const value of values) {
      if (value.length > valueLength) {
        throw new FactsError('value_too_long', `A value has more than ${valueLength} characters.`);
      }
      total += value.length;
    }
  }
  if (total > totalLength) {
    throw new FactsError('facts_too_large', `The facts have more than ${totalLength} characters in all.`);
  }
}

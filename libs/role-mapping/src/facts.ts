/**
 * What a source last said of a user: attribute name -> values, in the order given, duplicates kept.
 * An absent attribute is not an empty one: `{ groups: [] }` says "no groups", no entry says nothing.
 * A Map and not an object, because names come from outside (`__proto__` is a legal attribute name).
 */
export type Facts = ReadonlyMap<string, readonly string[]>;

/** The JSON form of facts, as stored and as written in a document's `tests`. */
export type FactsJson = Readonly<Record<string, string | readonly string[]>>;

/** Bounds of one user's facts; a source that says more is refused (security.md M27, V73). */
export const FACT_LIMITS = { attributes: 200, values: 5_000, valueLength: 16_384, nameLength: 512 } as const;

/** Profile fields that Rolecall knows; their values are facts under exactly these names. */
export const PROFILE_FIELDS = ['email', 'givenName', 'familyName', 'displayName'] as const;
export type ProfileField = (typeof PROFILE_FIELDS)[number];

/** Per IdP: which attribute of the IdP holds a profile field (`attributes:` of an identity provider). */
export type AttributeNames = Readonly<Partial<Record<ProfileField, string>>>;

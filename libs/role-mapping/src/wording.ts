/** Bounds of what facts contribute to a sentence, an evidence or a refusal: enough to recognise a value, never all of it. */
const QUOTED_LENGTH = 64;
const QUOTED_VALUES = 5;
const KEPT_LENGTH = 256;
const KEPT_VALUES = 20;
const KNOWN_NAMES = 50;

/** Controls, and characters that reorder or hide text: they could forge a line of a terminal or of a page. */
const PLAIN = /^[ !#-[\]-~]*$/; // printable ASCII without quote and backslash: nothing to escape
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

const escapeCharacter = (character: string): string =>
  `\\u{${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}}`;

function cut(value: string, length: number): string {
  return value.length <= length ? value : `${value.slice(0, length).toWellFormed()}…`;
}

/** A value in quotes, cut; quotes, controls and bidirectional marks are escaped, so that it cannot pass for two values or lines. */
export function quote(value: string): string {
  const shown = cut(value, QUOTED_LENGTH);
  return PLAIN.test(shown) ? `"${shown}"` : JSON.stringify(shown).replace(UNPRINTABLE, escapeCharacter);
}

/** Some values as text: `"a", "b" and 3 more`. */
export function listing(values: readonly string[], most: number = QUOTED_VALUES): string {
  const shown = values.slice(0, most).map(quote).join(', ');
  return values.length > most ? `${shown} and ${values.length - most} more` : shown;
}

/** What the facts say of an attribute, to follow "wants …; ". Absent is not empty. */
export function found(attribute: string, values: readonly string[] | undefined): string {
  if (values === undefined) return `${quote(attribute)} is absent`;
  return values.length === 0 ? `${quote(attribute)} is empty` : `it has ${listing(values)}`;
}

/** A value as kept with a grant or a refusal: cut, otherwise as received. Render it as untrusted text. */
export const kept = (value: string): string => cut(value, KEPT_LENGTH);

export const keptValues = (values: readonly string[]): readonly string[] => values.slice(0, KEPT_VALUES).map(kept);
export const keptNames = (names: readonly string[]): readonly string[] => names.slice(0, KNOWN_NAMES);

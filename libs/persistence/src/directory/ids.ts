const ID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * Ids are compared exactly (RFC 7643 §3.1): what we would not write ourselves is the id of nothing. `isUuid`
 * takes capitals too, as PostgreSQL does: for ids that are only handed to it.
 */
export function isResourceId(text: string): boolean {
  return ID.test(text);
}

/** An id that nothing has. */
const NO_ID = '00000000-0000-0000-0000-000000000000';

/** Texts that are no ids are unknown like ids of nobody; statements take ids alone. */
export function orNobody(id: string): string {
  return isResourceId(id) ? id : NO_ID;
}

/** What the directory does not know of the ids that it was given, given what it answered for `orNobody` of them. */
export function unknownIds(given: readonly string[], unknown: readonly string[]): readonly string[] {
  const others = new Set(given.filter((id) => !isResourceId(id)));
  return [...others, ...unknown.filter((id) => id !== NO_ID)];
}

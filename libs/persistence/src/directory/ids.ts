const ID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * Ids are compared exactly (RFC 7643 §3.1): what we would not write ourselves is the id of nothing. `isUuid`
 * takes capitals too, as PostgreSQL does: for ids that are only handed to it.
 */
export function isResourceId(text: string): boolean {
  return ID.test(text);
}

/** An id that nothing has. */
export const NO_ID = '00000000-0000-0000-0000-000000000000';

import type { PlatformDocument } from '@rolecall/org-config';

const MAX_CLAIMS = 60;
const MAX_LENGTH = 512;

/** What hosts say of the person who started a job. */
const OF_A_PERSON =
  /^(?:actor|actor_id|email|name|nickname|preferred_username|given_name|family_name|picture|user_.*|groups_direct)$/;

/**
 * Of VERIFIED claims what is kept beside the API token, to tell later whether a change of the platform document would take the token's
 * own access: texts and booleans, nothing about a person unless a condition asks for it.
 */
export function rememberedClaims(
  claims: Readonly<Record<string, unknown>>,
  { spec }: PlatformDocument,
): Readonly<Record<string, string | boolean>> {
  const trusts = Object.values(spec.trustedIssuers ?? {});
  const asked = new Set(trusts.flatMap(({ conditions }) => Object.keys(conditions)));
  const kept = Object.entries(claims).filter((entry): entry is [string, string | boolean] => {
    const [name, value] = entry;
    const plain = typeof value === 'boolean' || (typeof value === 'string' && value.length <= MAX_LENGTH);
    return plain && (asked.has(name) || !OF_A_PERSON.test(name));
  });
  // those that conditions ask for are never among what is left out
  const ordered = kept.toSorted(([a], [b]) => Number(asked.has(b)) - Number(asked.has(a)));
  return Object.fromEntries(ordered.slice(0, MAX_CLAIMS));
}

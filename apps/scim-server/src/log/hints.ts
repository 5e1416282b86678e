import { type Quirk, QUIRKS, type ScimType } from '@rolecall/scim';

const BY_TYPE: Readonly<Partial<Record<ScimType, string>>> = {
  uniqueness:
    'The identity provider does not know that it is there already: let it match by userName, or remove the other one.',
  invalidValue: 'Look at the mapping of the attribute that the detail names.',
  invalidSyntax: 'The request is not SCIM as the schemas describe it; in tolerant mode more forms are understood.',
  invalidPath: 'Map only attributes that /Schemas lists; a custom extension can declare others (spec.scim.extension).',
  noTarget: 'The operation names a value that is not there; a full push of the resource sets both sides right.',
  mutability: 'The attribute is computed or fixed here; leave it out of the mapping.',
  invalidFilter: 'Match users by userName, externalId or e-mail address, and groups by displayName.',
  expiredCursor: 'Begin the listing anew.',
  invalidCursor: 'Ask for each page with the same parameters as for the first.',
  tooMany: 'Ask for less with a filter.',
};

const BY_STATUS: Readonly<Record<number, string>> = {
  403: 'Somebody here must decide; the detail names the command.',
  404: 'It was deleted, or is of another directory; a full synchronisation provisions it anew.',
  412: 'Somebody else changed it meanwhile; the identity provider reads and tries again.',
  413: 'Lower the batch size of the identity provider.',
  415: 'Let the identity provider send application/scim+json.',
  429: 'Nothing is lost: identity providers wait and try again. Slow it down if it goes on.',
};

const CAME_BACK = {
  adopted:
    'Took over the user who signs in here with this address: same id, and the same access until the directory next changes the user.',
  reactivated: 'Brought back the user whom the directory had deactivated, under the same id.',
} as const;

/** What an administrator can do about it; undefined = nothing needs doing. */
export function hintOf(about: {
  readonly status: number;
  readonly scimType: ScimType | undefined;
  /** What tolerant mode would have understood. */
  readonly quirk?: Quirk | undefined;
  /** Names that the directory left out. */
  readonly ignored: readonly string[];
  /** What a creation did instead of making somebody new. */
  readonly cameBack: 'adopted' | 'reactivated' | undefined;
}): string | undefined {
  const { status, scimType, quirk, ignored, cameBack } = about;
  if (status >= 500)
    return 'Nothing was changed; identity providers try again. The trace id finds the cause in the log.';
  if (quirk !== undefined)
    return `With spec.scim.mode: tolerant this passes (${quirk}): ${QUIRKS[quirk]}. Else change the mapping.`;
  if (status >= 400) return (scimType && BY_TYPE[scimType]) ?? BY_STATUS[status];
  if (cameBack) return CAME_BACK[cameBack];
  if (ignored.length === 0) return undefined;
  return `Left out, since the directory does not know them: ${ignored.slice(0, 5).join(', ')}. Unmap them, or declare them in spec.scim.extension.`;
}

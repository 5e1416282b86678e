import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { ScimError } from '../errors.ts';
import type { SearchParameters } from './parameters.ts';

/** Where a page ends: the sort key and the id of its last resource. */
export interface CursorPosition {
  readonly sortKey: string | number | boolean | null;
  readonly id: string;
}

/** What a cursor is good for; another organization, endpoint or search can not use it. */
export interface CursorContext {
  readonly organizationId: string;
  /** `/Users`, `/Groups`, `/`: the same for a GET and for `.search`. */
  readonly endpoint: string;
  readonly search: SearchParameters;
  /** As it is served, defaults and limits applied. */
  readonly count: number;
}

const MAC_BYTES = 32;
const MAX_CURSOR = 65_536;
/** Changes when the payload or what is bound does; cursors of another one are invalid. */
const FORMAT = 1;

/**
 * A cursor (RFC 9865 §2): opaque, and only of characters that need no escaping in a URL (RFC 3986 §2.3). It is sealed, not secret:
 * its position can be read by who holds it, which is who was sent the page. It belongs into no log.
 *
 * @param key - of the deployment, 32 random bytes or more
 */
export function sealCursor(
  position: CursorPosition,
  context: CursorContext,
  key: Buffer | KeyObject,
  now: Date,
): string {
  const { sortKey, id } = position;
  const payload = Buffer.from(JSON.stringify([FORMAT, Math.floor(now.getTime() / 1000), context.count, sortKey, id]));
  return Buffer.concat([mac(payload, context, key), payload]).toString('base64url');
}

/**
 * The position of a cursor that we sealed, for the same organization, endpoint and search.
 *
 * @param unverified - not empty: an empty one asks for the first page
 * @throws ScimError invalidCursor (forged, cut, or of another search), expiredCursor, invalidCount
 */
export function openCursor(
  unverified: string,
  context: CursorContext,
  key: Buffer | KeyObject,
  { now, timeoutSeconds }: { readonly now: Date; readonly timeoutSeconds: number },
): CursorPosition {
  const sealed = unverified.length <= MAX_CURSOR ? Buffer.from(unverified, 'base64url') : Buffer.alloc(0);
  const payload = sealed.subarray(MAC_BYTES);
  const isOurs =
    sealed.length > MAC_BYTES && timingSafeEqual(sealed.subarray(0, MAC_BYTES), mac(payload, context, key));
  // base64 has several spellings of the same bytes; there is one of each cursor
  if (!isOurs || sealed.toString('base64url') !== unverified) {
    throw new ScimError(400, 'invalidCursor', 'the cursor is none of this search; start again with an empty one');
  }
  const [, issued, count, sortKey, id] = JSON.parse(payload.toString()) as [
    number,
    number,
    number,
    CursorPosition['sortKey'],
    string,
  ];
  if (now.getTime() / 1000 > issued + timeoutSeconds) {
    throw new ScimError(
      400,
      'expiredCursor',
      `cursors are good for ${timeoutSeconds} seconds; start again with an empty one`,
    );
  }
  if (count !== context.count) {
    throw new ScimError(400, 'invalidCount', 'count must stay the same from page to page');
  }
  return { sortKey, id };
}

/** Over the payload and all that it is bound to; the count is in the payload, so that a changed one can be told from a forgery. */
function mac(payload: Buffer, { organizationId, endpoint, search }: CursorContext, key: Buffer | KeyObject): Buffer {
  const { filter, sortBy, sortOrder, attributes, excludedAttributes } = search;
  const said = [filter, sortBy, sortOrder, attributes, excludedAttributes].map((each) => each ?? null);
  const bound = createHash('sha256')
    .update(JSON.stringify([FORMAT, organizationId, endpoint, said]))
    .digest();
  return createHmac('sha256', key).update(bound).update(payload).digest();
}

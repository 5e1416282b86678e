import { type ResourceBody, ScimError } from '@rolecall/scim';
import { LIMITS } from '../http/limits.ts';

/**
 * What a user says stays small enough to be read with a thousand others, also when many requests add to it. (A group has two
 * texts, which are bounded, beside its members.)
 * @returns the same body
 * @throws ScimError 400
 */
export function ofModestSize(body: ResourceBody): ResourceBody {
  const size = Buffer.byteLength(JSON.stringify(body));
  if (size <= LIMITS.user) return body;
  throw new ScimError(
    400,
    'invalidValue',
    `the user would have ${size} bytes of attributes, and may have ${LIMITS.user}; send fewer or shorter values`,
  );
}

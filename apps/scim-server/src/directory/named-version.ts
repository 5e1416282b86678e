import type { ResourceMeta } from '@rolecall/scim';
import { requireVersion, type Versions } from '../http/etag.ts';
import { notFound } from './refusals.ts';

/**
 * Which version a conditional write is about: the present one, if the condition names it.
 * @returns undefined = whatever it is
 * @throws ScimError 404, 412
 */
export async function namedVersion(
  condition: Versions | undefined,
  resourceType: 'User' | 'Group',
  read: () => Promise<{ readonly meta: ResourceMeta } | undefined>,
): Promise<number | undefined> {
  if (condition === undefined || condition === 'any') return undefined;
  const resource = await read();
  if (!resource) throw notFound(resourceType);
  requireVersion(condition, resource.meta.version);
  return resource.meta.version;
}

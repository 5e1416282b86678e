import { type Projection, readProjection, type ResourceSchemas } from '@rolecall/scim';
import type { FastifyRequest } from 'fastify';
import { readVersions, type Versions } from './etag.ts';

/** UNTRUSTED query parameters: of one that is repeated the last counts, and parameters that nobody knows are ignored. */
export function queryOf(request: FastifyRequest): Readonly<Record<string, string>> {
  const said = Object.entries((request.query ?? {}) as Record<string, unknown>);
  const texts = said.map(([name, value]) => [name, Array.isArray(value) ? value.at(-1) : value] as const);
  return Object.fromEntries(texts.filter((entry): entry is readonly [string, string] => typeof entry[1] === 'string'));
}

/** Which attributes of a resource the answer has (RFC 7644 §3.9). @throws ScimError */
export function projectionIn(request: FastifyRequest, resource: ResourceSchemas): Projection {
  const { attributes, excludedAttributes } = queryOf(request);
  return readProjection({ attributes, excludedAttributes }, resource);
}

/** The conditions of a request (RFC 7644 §3.14). */
export function conditionsOf({ headers }: FastifyRequest): {
  readonly match: Versions | undefined;
  readonly unless: Versions | undefined;
} {
  return { match: readVersions(headers['if-match']), unless: readVersions(headers['if-none-match']) };
}

/** UNTRUSTED: the id in the path. */
export function idIn({ params }: FastifyRequest): string {
  return (params as { readonly id: string }).id;
}

import type { FastifyInstance } from 'fastify';
import { Problem } from '@rolecall/platform';
import { OPERATIONS } from './operations.ts';
import type { Operation } from './operations.ts';

const FORMS: ReadonlySet<string> = new Set(
  Object.values<Operation>(OPERATIONS).flatMap(({ form, path }) => (form ? [path] : [])),
);

/** Forms are read where an operation says so, as URLSearchParams; any other route refuses them as ever. */
export function acceptForms(fastify: FastifyInstance): void {
  fastify.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (request, body, done) => {
    if (FORMS.has(request.routeOptions.url ?? '')) done(null, new URLSearchParams(body as string));
    else done(new Problem(415, 'unsupported_media_type', 'this content type is not accepted here'));
  });
}

import { Ajv2020 } from 'ajv/dist/2020.js';
import type { ErrorObject } from 'ajv/dist/2020.js';
import { Problem } from '@rolecall/platform';
import type { ProblemDetail } from '@rolecall/platform';
import type { PlanRequest } from './requests.ts';
import { openApiDocument } from './openapi.ts';
import type { SchemaName } from './schemas.ts';

const MAX_DETAILS = 20;

/** Stops at the first mistake: unlike a document, a request is written by a program. */
const ajv = new Ajv2020({ strict: false, allErrors: false, validateFormats: false, logger: false });
ajv.addSchema(openApiDocument(''), 'api');

/**
 * Checks a value against a schema of the API, and returns it with the type that the schema describes.
 * @param value UNTRUSTED
 * @throws Problem 400 `invalid_request`
 */
export function validated<T>(schema: SchemaName, value: unknown): T {
  const errors = mistakes(schema, value);
  if (errors.length === 0) return value as T;
  throw new Problem(400, 'invalid_request', 'the request is not of the form that the API describes', errors);
}

/**
 * A digest belongs to one path: which of two would count, nobody could say.
 * @throws Problem 400 `invalid_request`
 */
export function requireDistinctPaths(files: readonly { readonly path: string }[]): void {
  if (new Set(files.map(({ path }) => path)).size === files.length) return;
  throw new Problem(400, 'invalid_request', 'the request names a file twice; send each path once');
}

/**
 * A request is about a whole collection, or about a few of its organizations.
 * @throws Problem 400 `invalid_request`
 */
export function requireWholeOrPart(request: PlanRequest): void {
  const { partial, files, unchangedFiles, within, elsewhere, prune, platform } = request;
  const hasPlace = within !== undefined || elsewhere !== undefined;
  if (
    partial === undefined ||
    (files.length + unchangedFiles.length === 0 && !prune && !hasPlace && platform === undefined)
  )
    return;
  const message = 'a partial request has no files and no platform document, and names what it prunes';
  throw new Problem(400, 'invalid_request', message);
}

/** Whether a value can be the name of an organization or a collection. */
export function isSlug(value: unknown): value is string {
  return mistakes('Slug', value).length === 0;
}

/** What is wrong with a value; empty = it is as the schema says. */
export function mistakes(schema: SchemaName, value: unknown): readonly ProblemDetail[] {
  const validate = ajv.getSchema(`api#/components/schemas/${schema}`);
  if (!validate) throw new Error(`there is no schema ${schema}`);
  if (validate(value)) return [];
  return (validate.errors ?? []).slice(0, MAX_DETAILS).map(detailOf);
}

function detailOf({ instancePath, keyword, message, params }: ErrorObject): ProblemDetail {
  const unknown = 'additionalProperty' in params ? ` (${JSON.stringify(params['additionalProperty'])})` : '';
  const where = instancePath === '' ? 'the body' : instancePath;
  return { severity: 'error', code: keyword, message: `${where} ${message}${unknown}`, pointer: instancePath };
}

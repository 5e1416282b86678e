import { ScimError } from '../errors.ts';
import { invalidSyntax, isObject } from '../resource/reading.ts';

export const BULK_REQUEST_SCHEMA = 'urn:ietf:params:scim:api:messages:2.0:BulkRequest';

export interface BulkLimits {
  /** As ServiceProviderConfig says it. */
  readonly maxOperations: number;
}

export interface BulkRequest {
  /** After so many errors the rest is not processed; undefined = all is. */
  readonly failOnErrors: number | undefined;
  readonly operations: readonly (BulkOperation | BulkFault)[];
}

/** An operation that can be tried. Its `data` is UNVERIFIED, to be read as the body of the same request outside of a bulk. */
export interface BulkOperation {
  /** Position in the request; responses stand in this order. */
  readonly index: number;
  readonly method: 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly bulkId: string | undefined;
  /** The ETag that the resource must have (B4): 412 otherwise. */
  readonly version: string | undefined;
  readonly type: 'User' | 'Group';
  /** undefined for POST; may be a reference `bulkId:…` until it is resolved. */
  readonly id: string | undefined;
  readonly data: unknown;
}

/** An operation that is refused as it stands. */
export interface BulkFault extends Pick<BulkOperation, 'index' | 'bulkId'> {
  /** As the client wrote it, when it is one. */
  readonly method: BulkOperation['method'] | undefined;
  readonly error: ScimError;
}

const METHODS = ['POST', 'PUT', 'PATCH', 'DELETE'] as const;
const PATH = /^\/(User|Group)s(?:\/([^/?#\s]{1,256}))?$/;
/** Without what would end it where it is referred to. */
const BULK_ID = /^[^"\\/?#\s]{1,128}$/;

/**
 * Reads the body of POST /Bulk (RFC 7644 §3.7). What is wrong with the request as a whole is thrown; what is wrong with one operation
 * is that operation's answer.
 *
 * @param unverified parsed JSON, bounded in bytes by the caller
 * @throws {ScimError} 400 invalidSyntax, 413
 */
export function readBulk(unverified: unknown, { maxOperations }: BulkLimits): BulkRequest {
  if (!isObject(unverified)) throw invalidSyntax('the body must be a JSON object: a BulkRequest');
  const { schemas, failOnErrors, Operations: list } = unverified;
  const isBulk = (urn: unknown) => typeof urn === 'string' && urn.toLowerCase() === BULK_REQUEST_SCHEMA.toLowerCase();
  if (!Array.isArray(schemas) || !schemas.some(isBulk)) throw invalidSyntax(`schemas must name ${BULK_REQUEST_SCHEMA}`);
  if (!Array.isArray(list) || list.length === 0)
    throw invalidSyntax('Operations must be a list with at least one operation');
  if (list.length > maxOperations)
    throw new ScimError(
      413,
      undefined,
      `more than ${maxOperations} operations (bulk.maxOperations of /ServiceProviderConfig)`,
    );
  const operations = (list as readonly unknown[]).map(readOperation);
  refuseDoubleIds(operations);
  return { failOnErrors: readFailOnErrors(failOnErrors), operations };
}

function readFailOnErrors(unverified: unknown): number | undefined {
  if (unverified === undefined || unverified === null) return undefined;
  if (typeof unverified === 'number' && Number.isSafeInteger(unverified) && unverified > 0) return unverified;
  throw invalidSyntax('failOnErrors must be a positive integer');
}

function readOperation(unverified: unknown, index: number): BulkOperation | BulkFault {
  const fields = isObject(unverified) ? unverified : {};
  const method = METHODS.find((each) => each === fields['method']);
  const given = fields['bulkId'];
  const bulkId = typeof given === 'string' && BULK_ID.test(given) ? given : undefined;
  try {
    if (!isObject(unverified)) throw invalidSyntax('an operation must be an object');
    if (!method) throw invalidSyntax(`method must be one of ${METHODS.join(', ')}`);
    if (given !== undefined && given !== null && bulkId === undefined)
      throw invalidSyntax('bulkId must be text of 1 to 128 characters without spaces, quotes and slashes');
    if (method === 'POST' && bulkId === undefined) throw invalidSyntax('POST must have a bulkId');
    const { version, data } = fields;
    if (version !== undefined && version !== null && typeof version !== 'string')
      throw invalidSyntax('version must be an ETag');
    if (method !== 'DELETE' && !isObject(data))
      throw invalidSyntax(`data must be an object: the body of the ${method}`);
    return { index, method, bulkId, version: version ?? undefined, ...readPath(fields['path'], method), data };
  } catch (error) {
    if (error instanceof ScimError) return { index, method, bulkId, error };
    throw error;
  }
}

function readPath(unverified: unknown, method: BulkOperation['method']): Pick<BulkOperation, 'type' | 'id'> {
  const [, type, id] = (typeof unverified === 'string' && PATH.exec(unverified)) || [];
  if (type !== 'User' && type !== 'Group')
    throw new ScimError(400, 'invalidPath', 'path must be /Users or /Groups, with /<id> unless the method is POST');
  if ((id === undefined) !== (method === 'POST'))
    throw new ScimError(
      400,
      'invalidPath',
      method === 'POST' ? 'path must be without an id' : 'path must be with an id',
    );
  return { type, id };
}

function refuseDoubleIds(operations: readonly Pick<BulkOperation, 'bulkId'>[]): void {
  const ids = operations.flatMap(({ bulkId }) => bulkId ?? []);
  if (new Set(ids).size < ids.length) throw invalidSyntax('a bulkId is there twice');
}

export function isFault(operation: BulkOperation | BulkFault): operation is BulkFault {
  return 'error' in operation;
}

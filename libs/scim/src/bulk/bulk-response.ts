import { errorBody, type ScimError } from '../errors.ts';
import type { BulkFault, BulkOperation } from './read-bulk.ts';

const BULK_RESPONSE_SCHEMA = 'urn:ietf:params:scim:api:messages:2.0:BulkResponse';

/** How one operation ended. */
export interface BulkResult {
  readonly operation: Pick<BulkOperation | BulkFault, 'index' | 'method' | 'bulkId'>;
  /** Where the resource is; undefined when a POST created none. */
  readonly location: string | undefined;
  /** The ETag of what the resource is now. */
  readonly version: string | undefined;
  /** The HTTP status of the same request outside of a bulk, or why it was refused. */
  readonly outcome: { readonly status: number } | { readonly error: ScimError };
}

/** The body of the answer to POST /Bulk: those that were processed, in the order of the request; statuses are text (B1). */
export function bulkResponse(results: readonly BulkResult[]): object {
  const inOrder = results.toSorted((left, right) => left.operation.index - right.operation.index);
  return { schemas: [BULK_RESPONSE_SCHEMA], Operations: inOrder.map(present) };
}

function present({ operation, location, version, outcome }: BulkResult): object {
  const { method, bulkId } = operation;
  const failed = 'error' in outcome;
  return {
    ...(location !== undefined && { location }),
    ...(method !== undefined && { method }),
    ...(bulkId !== undefined && { bulkId }),
    ...(version !== undefined && { version }),
    status: String(failed ? outcome.error.status : outcome.status),
    ...(failed && { response: errorBody(outcome.error) }),
  };
}

import {
  type BulkOperation,
  type BulkResult,
  bulkResponse,
  type BulkStep,
  etagOf,
  incomplete,
  locationOf,
  planBulk,
  readBulk,
  readProjection,
  resolveReferences,
  ScimError,
} from '@rolecall/scim';
import { readVersions, type Versions } from '../http/etag.ts';
import { LIMITS } from '../http/limits.ts';
import type { Call, Reply } from './call.ts';
import { createGroup } from './create-group.ts';
import { createUser } from './create-user.ts';
import { deleteGroup } from './delete-group.ts';
import { deleteUser } from './delete-user.ts';
import { patchGroup } from './patch-group.ts';
import { patchUser } from './patch-user.ts';
import { replaceGroup } from './replace-group.ts';
import { replaceUser } from './replace-user.ts';

/**
 * POST /Bulk (RFC 7644 §3.7): the operations one after the other, each by itself and with the same functions as the same request outside
 * of a bulk. It counts as one request for the rate limit.
 * @param unverified the body
 * @param unavailable what to answer for an error that is no refusal: 5xx. It stops the rest, so that nobody waits for a database that is gone
 * @throws ScimError when the request is none; and what failed before anything was done
 */
export async function runBulk(
  call: Call,
  unverified: unknown,
  unavailable: (error: unknown) => ScimError,
): Promise<Reply> {
  const { operations, failOnErrors = Number.POSITIVE_INFINITY } = readBulk(unverified, {
    maxOperations: LIMITS.bulkOperations,
  });
  const run = new Run(call, unavailable);
  for (const step of planBulk(operations)) {
    if (run.errors < failOnErrors || run.isOwed(step)) await run.take(step);
  }
  call.notes.about(undefined);
  return { status: 200, body: bulkResponse(run.results) };
}

/** One bulk request while it is processed. */
class Run {
  errors = 0;
  /** Of what was created, by bulkId. */
  readonly #ids = new Map<string, string>();
  readonly #results = new Map<number, BulkResult>();
  /** The database is gone: what is left is not tried. */
  #broken: ScimError | undefined;

  constructor(
    private readonly call: Call,
    private readonly unavailable: (error: unknown) => ScimError,
  ) {}

  get results(): readonly BulkResult[] {
    return [...this.#results.values()];
  }

  /** Whether a step completes what was created: it is not said to be, as it was sent, before that. */
  isOwed({ kind, operation }: BulkStep): boolean {
    const created = kind === 'completion' ? this.#results.get(operation.index) : undefined;
    return created !== undefined && 'status' in created.outcome;
  }

  async take(step: BulkStep): Promise<void> {
    const { index } = step.operation;
    try {
      if (this.#broken) throw this.#broken;
      if (step.kind === 'refused') throw step.operation.error;
      const created = this.#results.get(index);
      if (step.kind === 'completion' && created && 'error' in created.outcome) return;
      const result = await this.perform(step.operation);
      this.#results.set(
        index,
        step.kind === 'completion' && created ? { ...created, version: result.version } : result,
      );
    } catch (error) {
      this.fail(step, error instanceof ScimError ? error : this.breakOff(error));
    }
  }

  private async perform(operation: BulkOperation): Promise<BulkResult> {
    const { method, type, id, version, data } = resolveReferences(operation, this.#ids);
    const reply = await PERFORM[type][method](this.call, id ?? '', data, readVersions(version));
    const { resourceId } = this.call.notes;
    if (method === 'POST' && operation.bulkId !== undefined && resourceId !== undefined)
      this.#ids.set(operation.bulkId, resourceId);
    return {
      operation,
      location: reply.location ?? (id === undefined ? undefined : locationOf(type, id, this.call.base)),
      version: reply.version === undefined ? undefined : etagOf({ version: reply.version }),
      outcome: { status: reply.status },
    };
  }

  private fail({ kind, operation }: BulkStep, error: ScimError): void {
    this.errors++;
    this.call.notes.refuse(`Operations[${operation.index}]: ${error.detail}`);
    const created = this.#results.get(operation.index);
    if (kind === 'completion' && created) {
      this.#results.set(operation.index, { ...created, outcome: { error: incomplete(error) } });
      return;
    }
    const location =
      kind === 'operation' && operation.id !== undefined && !operation.id.startsWith('bulkId:')
        ? locationOf(operation.type, operation.id, this.call.base)
        : undefined;
    this.#results.set(operation.index, { operation, location, version: undefined, outcome: { error } });
  }

  /** @throws the error itself while nothing was done: then the whole request failed */
  private breakOff(error: unknown): ScimError {
    if (!this.results.some(({ outcome }) => 'status' in outcome)) throw error;
    this.#broken = this.unavailable(error);
    return this.#broken;
  }
}

type Perform = (call: Call, id: string, data: unknown, condition: Versions | undefined) => Promise<Reply>;

/** Nothing of a resource is in the answer to a bulk request, so nothing more is read for it. */
const projectionOf = ({ organization }: Call, type: 'user' | 'group') =>
  readProjection({ attributes: 'id' }, organization.schemas[type]);

const PERFORM: Readonly<Record<BulkOperation['type'], Readonly<Record<BulkOperation['method'], Perform>>>> = {
  User: {
    POST: (call, _, data) => createUser(call, data, projectionOf(call, 'user')),
    PUT: (call, id, data, condition) => replaceUser(call, id, data, condition, projectionOf(call, 'user')),
    PATCH: (call, id, data, condition) => patchUser(call, id, data, condition, projectionOf(call, 'user')),
    DELETE: (call, id, _, condition) => deleteUser(call, id, condition),
  },
  Group: {
    POST: (call, _, data) => createGroup(call, data, projectionOf(call, 'group')),
    PUT: (call, id, data, condition) => replaceGroup(call, id, data, condition, projectionOf(call, 'group')),
    PATCH: (call, id, data, condition) => patchGroup(call, id, data, condition, undefined),
    DELETE: (call, id, _, condition) => deleteGroup(call, id, condition),
  },
};

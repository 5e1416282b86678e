import { ScimError } from '../errors.ts';
import { PATCH_SCHEMA } from '../patch/patch.ts';
import { isObject } from '../resource/reading.ts';
import { isFault, type BulkFault, type BulkOperation } from './read-bulk.ts';
import { mentions, referencesOf, unresolved } from './references.ts';

/** One thing to do, in order; references in it are of operations that were done before, or failed. */
export type BulkStep =
  | { readonly kind: 'refused'; readonly operation: BulkFault }
  | { readonly kind: 'operation'; readonly operation: BulkOperation }
  /**
   * What the POST with the same index could not say yet, as a PATCH of what it created; nothing to do when that created nothing. Its
   * success is no answer of its own; its failure is the answer of the POST (`incomplete`).
   */
  | { readonly kind: 'completion'; readonly operation: BulkOperation };

/**
 * The order in which a bulk request is processed: as sent, save that an operation waits for those it refers to (RFC 7644 §3.7.1).
 * Where users refer to each other in a circle (as managers), the first one of the circle is made without what is not there yet, and
 * completed later; whoever only refers to one of them waits.
 */
export function planBulk(operations: readonly (BulkOperation | BulkFault)[]): readonly BulkStep[] {
  return new Planner(operations).plan();
}

/** The answer of a POST that created its resource, but whose completion failed. */
export function incomplete(error: ScimError): ScimError {
  return new ScimError(
    409,
    undefined,
    `created, yet without what refers to other operations in a circle: ${error.detail}`,
  );
}

class Planner {
  private readonly steps: BulkStep[] = [];
  /** Operations (by their step) with the bulkIds that they wait for; in the order of the request. */
  private readonly waiting = new Map<BulkStep, Set<string>>();
  private readonly waitingFor = new Map<string, BulkStep[]>();
  /** By its bulkId, what waits and creates something. */
  private readonly posts = new Map<string, BulkStep>();
  /** bulkIds of what is to be created, and of groups among it. */
  private readonly made: ReadonlySet<string>;
  private readonly groups: ReadonlySet<string>;
  private readonly done = new Set<string>();

  constructor(private readonly operations: readonly (BulkOperation | BulkFault)[]) {
    const posts = operations
      .filter((each): each is BulkOperation => !isFault(each))
      .filter(({ method }) => method === 'POST');
    this.made = new Set(posts.flatMap(({ bulkId }) => bulkId ?? []));
    this.groups = new Set(posts.flatMap(({ type, bulkId }) => (type === 'Group' ? (bulkId ?? []) : [])));
  }

  plan(): readonly BulkStep[] {
    for (const operation of this.operations) {
      if (isFault(operation)) this.take({ kind: 'refused', operation });
      else this.place(operation);
    }
    // who still waits is in a circle, or waits for somebody who is
    for (let step = this.oneWaiting(); step; step = this.oneWaiting()) this.split(this.firstOfCircle(step));
    return this.steps;
  }

  private oneWaiting(): BulkStep | undefined {
    for (const step of this.waiting.keys()) if (step.kind === 'operation') return step;
    return undefined;
  }

  /** Each step that waits does so for a POST that waits, so whoever goes from one to the next comes round in a circle. */
  private firstOfCircle(from: BulkStep): BulkStep {
    const passed = new Set<BulkStep>();
    let step = from;
    while (!passed.has(step)) {
      passed.add(step);
      step = this.waitedFor(step);
    }
    const circle = [...passed].slice([...passed].indexOf(step));
    return circle.reduce((first, each) => (each.operation.index < first.operation.index ? each : first));
  }

  private waitedFor(step: BulkStep): BulkStep {
    const [bulkId = ''] = this.waiting.get(step) ?? [];
    const post = this.posts.get(bulkId);
    if (!post) throw new Error('a step waits for what is no step');
    return post;
  }

  private place(operation: BulkOperation): void {
    const references = this.referencesOf(operation);
    if (references instanceof ScimError) {
      const { index, method, bulkId } = operation;
      this.take({ kind: 'refused', operation: { index, method, bulkId, error: references } });
    } else this.enqueue({ kind: 'operation', operation }, references);
  }

  private referencesOf(operation: BulkOperation): ReadonlySet<string> | ScimError {
    try {
      const references = referencesOf(operation);
      // never resolvable, in a circle neither: refused before anything is created for it
      if (operation.type === 'Group' && mentions(operation.data, this.groups))
        return new ScimError(
          400,
          'invalidValue',
          'groups in groups are not supported, send the users of the other group',
        );
      return [...references].every((bulkId) => this.made.has(bulkId)) ? references : unresolved();
    } catch (error) {
      if (error instanceof ScimError) return error;
      throw error;
    }
  }

  private enqueue(step: BulkStep, references: ReadonlySet<string>): void {
    const missing = new Set([...references].filter((bulkId) => !this.done.has(bulkId)));
    if (missing.size === 0) return this.take(step);
    this.waiting.set(step, missing);
    const { method, bulkId: own } = step.operation;
    if (method === 'POST' && own !== undefined) this.posts.set(own, step);
    for (const bulkId of missing) {
      const waiters = this.waitingFor.get(bulkId);
      if (waiters) waiters.push(step);
      else this.waitingFor.set(bulkId, [step]);
    }
  }

  /** Does a step, and then those that waited for it last. */
  private take(first: BulkStep): void {
    const ready = [first];
    // grows while it is walked
    for (const step of ready) {
      this.steps.push(step);
      const { bulkId, method } = step.operation;
      if (method !== 'POST' || bulkId === undefined) continue;
      this.done.add(bulkId);
      for (const waiter of this.waitingFor.get(bulkId) ?? []) {
        const missing = this.waiting.get(waiter);
        missing?.delete(bulkId);
        if (missing?.size !== 0) continue;
        this.waiting.delete(waiter);
        ready.push(waiter);
      }
    }
  }

  private split(step: BulkStep): void {
    const missing = this.waiting.get(step) ?? new Set();
    if (step.kind !== 'operation') throw new Error('nothing but an operation is in a circle');
    const { operation } = step;
    this.waiting.delete(step);
    const { now, later } = splitData(operation.data, missing);
    const { index, type, bulkId } = operation;
    const completion: BulkOperation = {
      index,
      method: 'PATCH',
      bulkId: undefined,
      version: undefined,
      type,
      id: `bulkId:${bulkId}`,
      data: { schemas: [PATCH_SCHEMA], Operations: later },
    };
    this.enqueue({ kind: 'completion', operation: completion }, new Set([...missing, bulkId ?? '']));
    this.take({ kind: 'operation', operation: { ...operation, data: now } });
  }
}

/** What of a POST's data can be said without the missing ones, and operations of a PATCH that add the rest. */
function splitData(
  data: unknown,
  missing: ReadonlySet<string>,
  within = '',
): { now: object; later: readonly object[] } {
  const now: [string, unknown][] = [];
  const later: object[] = [];
  for (const [key, value] of Object.entries(isObject(data) ? data : {})) {
    const path = `${within}${key}`;
    if (!mentions(value, missing)) now.push([key, value]);
    else if (Array.isArray(value)) {
      const list = value as readonly unknown[];
      now.push([key, list.filter((each) => !mentions(each, missing))]);
      later.push({ op: 'add', path, value: list.filter((each) => mentions(each, missing)) });
    } else if (isObject(value) && key.includes(':') && within === '') {
      const inner = splitData(value, missing, `${key}:`);
      now.push([key, inner.now]);
      later.push(...inner.later);
    } else later.push({ op: 'add', path, value });
  }
  return { now: Object.fromEntries(now), later };
}

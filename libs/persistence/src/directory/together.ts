import { setImmediate } from 'node:timers/promises';
import { driverError, PersistenceError } from '../errors.ts';

interface Waiting<Item, Result> {
  readonly item: Item;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
}

export interface Together {
  readonly most: number;
  readonly mostWaiting: number;
  /**
   * Each go, the first too, waits for the end of the event loop's turn, and takes along what has arrived already: for work that takes no
   * longer than to read that. Default false.
   */
  readonly endsTurn?: boolean;
}

/**
 * Does the same for many items of one key in one go: the first is done at once, and those that come meanwhile are done together when
 * it ends, so many at most, first come, first served. When the work throws, so does each of its items. Items of other keys do not wait.
 * Throws `database_unavailable` when too much of one key waits already.
 * @param work - gives a result for each item, in their order
 */
export function together<Item, Result>(
  { most, mostWaiting, endsTurn = false }: Together,
  work: (key: string, items: readonly Item[]) => Promise<readonly Result[]>,
): (key: string, item: Item) => Promise<Result> {
  /** What waits, of each key whose work runs. */
  const lines = new Map<string, Waiting<Item, Result>[]>();

  async function run(key: string, batch: readonly Waiting<Item, Result>[]): Promise<void> {
    try {
      const items = batch.map(({ item }) => item);
      const results = await work(key, items);
      if (results.length !== items.length) throw new Error(`${results.length} results for ${items.length} items`);
      for (const [at, result] of results.entries()) batch[at]?.resolve(result);
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  }

  async function serve(key: string, first: Waiting<Item, Result>): Promise<void> {
    const line: Waiting<Item, Result>[] = [first];
    lines.set(key, line);
    while (line.length > 0) {
      if (endsTurn) await setImmediate();
      await run(key, line.splice(0, most));
    }
    lines.delete(key);
  }

  return (key, item) =>
    new Promise((resolve, reject) => {
      const line = lines.get(key);
      if (line === undefined) void serve(key, { item, resolve, reject });
      else if (line.length < mostWaiting) line.push({ item, resolve, reject });
      else
        reject(new PersistenceError('database_unavailable', 'too much of one organization waits already; try again'));
    });
}

/**
 * As `together`, of work that may pass an item over or fail because of one of them, also because others hold what it needs: such an item
 * is done alone afterwards. When the database is away or the rules were replaced, all fail: so would each alone.
 * @param work - gives a result for each item, in their order; undefined = passed over, which it does to none that is `alone`
 */
export function togetherOrAlone<Item, Result>(
  limits: Together,
  work: (items: readonly Item[], alone: boolean) => Promise<readonly (Result | undefined)[]>,
): (key: string, item: Item) => Promise<Result> {
  const gathered = together<Item, Result | undefined>(limits, (_key, items) =>
    work(items, false).catch((error: unknown) => {
      if (items.length === 1 || isOfAll(error)) throw error;
      return items.map(() => undefined);
    }),
  );
  return async (key, item) => {
    const result = await gathered(key, item);
    if (result !== undefined) return result;
    const [alone] = await work([item], true);
    if (alone === undefined) throw new Error('what is done alone gave no result');
    return alone;
  };
}

/** SQLSTATEs of one row: others held it for too long, or in another order, or changed it meanwhile. The rest of the batch need not wait. */
const HELD_BY_OTHERS = /^(?:55P03|40P01|40001)$/;

function isOfAll(error: unknown): boolean {
  if (!(error instanceof PersistenceError) || error.code === 'invalid_text') return false;
  return !HELD_BY_OTHERS.test(driverError(error.cause).code ?? '');
}

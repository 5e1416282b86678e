import { PersistenceError } from '../errors.ts';

/** Work of one key that runs and that waits: the oldest stands at `first`. */
interface Line {
  running: number;
  readonly waiting: Map<number, () => void>;
  first: number;
  next: number;
}

/**
 * Lets so much work of one key run at once; more of it waits its turn, first come, first served. Work of other keys does not wait for it.
 * Throws `database_unavailable` when too much of one key waits already: nothing was done, and it can be tried again.
 */
export function turns(most: number, mostWaiting: number): <T>(key: string, work: () => Promise<T>) => Promise<T> {
  const lines = new Map<string, Line>();

  function enter(key: string): Promise<void> | undefined {
    const line = lines.get(key) ?? { running: 0, waiting: new Map<number, () => void>(), first: 0, next: 0 };
    lines.set(key, line);
    if (line.running < most) {
      line.running += 1;
      return undefined;
    }
    if (line.waiting.size >= mostWaiting)
      throw new PersistenceError('database_unavailable', 'too much of one organization waits already; try again');
    return new Promise((resolve) => line.waiting.set(line.next++, resolve));
  }

  function leave(key: string): void {
    const line = lines.get(key);
    if (line === undefined) return;
    const next = line.waiting.get(line.first);
    // the place is handed over, so that nobody who comes now is faster
    if (next !== undefined) {
      line.waiting.delete(line.first++);
      return next();
    }
    line.running -= 1;
    if (line.running === 0) lines.delete(key);
  }

  return async (key, work) => {
    const turn = enter(key);
    if (turn !== undefined) await turn;
    try {
      return await work();
    } finally {
      leave(key);
    }
  };
}

/**
 * Lets so much work of one key run at once; more of it waits its turn, first come, first served. Work of other keys does not wait for it.
 */
export function turns(most: number): <T>(key: string, work: () => Promise<T>) => Promise<T> {
  const running = new Map<string, number>();
  const waiting = new Map<string, (() => void)[]>();

  function leave(key: string): void {
    const [next, ...rest] = waiting.get(key) ?? [];
    if (rest.length > 0) waiting.set(key, rest);
    else waiting.delete(key);
    // the place is handed over, so that nobody who comes now is faster
    if (next) return next();
    const left = (running.get(key) ?? 1) - 1;
    if (left > 0) running.set(key, left);
    else running.delete(key);
  }

  return async (key, work) => {
    const now = running.get(key) ?? 0;
    if (now < most) running.set(key, now + 1);
    else await new Promise<void>((resolve) => waiting.set(key, [...(waiting.get(key) ?? []), resolve]));
    try {
      return await work();
    } finally {
      leave(key);
    }
  };
}

import { setTimeout as delay } from 'node:timers/promises';

/** Short for a person, long for the machine, which has to do meanwhile what is waited for. */
const BETWEEN_MS = 20;

/** Asks until there is an answer; the time limit of the test is the limit. */
export async function until<T>(ask: () => Promise<T | undefined>): Promise<T> {
  for (;;) {
    const found = await ask();
    if (found !== undefined) return found;
    await delay(BETWEEN_MS);
  }
}

/** Asks until it is so; the time limit of the test is the limit. */
export async function untilSo(isSo: () => Promise<boolean>): Promise<void> {
  await until(async () => (await isSo()) || undefined);
}

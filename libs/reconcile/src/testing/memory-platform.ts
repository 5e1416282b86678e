import type { PlatformState } from '../platform/platform.ts';
import { RevisionMovedError } from '../state-store.ts';
import type { MemoryState } from './memory-state.ts';

export function memoryPlatform(state: MemoryState): PlatformState {
  const { platform } = state;
  return {
    live: () => Promise.resolve(platform.at(-1)),
    save(base, next) {
      const live = platform.at(-1)?.revision ?? 0;
      if (live !== base) throw new RevisionMovedError('the platform document', base, live);
      platform.push({ ...next, revision: base + 1 });
      return Promise.resolve();
    },
    workloadTokens: () => Promise.resolve(state.workloadTokens),
    endWorkloadTokens(tokens) {
      const ended = new Set(tokens.map(({ id }) => id));
      state.workloadTokens = state.workloadTokens.filter(({ id }) => !ended.has(id));
      return Promise.resolve();
    },
    moveTo(file) {
      const live = platform.pop();
      if (live) platform.push({ ...live, origin: { ...live.origin, file } });
      return Promise.resolve();
    },
  };
}

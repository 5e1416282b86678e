import type { Claims } from '@rolecall/org-config';
import { CommandError } from '../exit.ts';
import type { Answer, Task, TaskResult } from './check.ts';
import { Inventory } from './inventory.ts';
import { loadSome } from './load.ts';
import type { Loaded } from './load.ts';

/** So many are in memory at once. */
const FILES_AT_ONCE = 500;

/** Checks one share of the files of a collection; what comes back can go from thread to thread. */
export async function checkShare({ root, paths, shown, wanted, now }: Task): Promise<Answer> {
  try {
    const names = new Map(paths.map((path, index) => [path, shown[index] ?? path]));
    const inventory = new Inventory({ root, paths, shown: (path) => names.get(path) ?? path });
    const mine = new Set(wanted);
    const files = inventory.files.filter(({ path }) => mine.has(path));
    const results: TaskResult[] = [];
    for (let at = 0; at < files.length; at += FILES_AT_ONCE) {
      const loaded = await loadSome(inventory, files.slice(at, at + FILES_AT_ONCE), now, { alone: false });
      results.push(resultOf(loaded));
    }
    return results;
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    const { exitCode, code, message } = error;
    return { refused: { exitCode, code, message } };
  }
}

function resultOf(loaded: Loaded & { readonly claims: readonly Claims[] }): TaskResult {
  const { documents, templates, platform, diagnostics, claims, tests } = loaded;
  return {
    documents: documents.map(({ document, file, digest }) => ({ name: document.metadata.name, file, digest })),
    templates,
    ...(platform && { platformFile: platform.file }),
    diagnostics,
    claims,
    tests,
  };
}

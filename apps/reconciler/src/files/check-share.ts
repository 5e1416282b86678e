import type { Claims } from '@rolecall/org-config';
import { CommandError } from '../exit.ts';
import type { Answer, Task, TaskResult } from './check.ts';
import { FileReader } from './file-reader.ts';
import { withInherited } from './inventory.ts';
import type { Reading } from './inventory.ts';
import { loadSome } from './load.ts';
import type { Loaded } from './load.ts';

/** So many are in memory at once. */
const FILES_AT_ONCE = 100;

/** Checks one share of the files of a collection; what comes back can go from thread to thread. @param told how many more are checked */
export async function checkShare(task: Task, told: (files: number) => void = () => undefined): Promise<Answer> {
  try {
    const reading = readingOf(task);
    const mine = new Set(task.wanted);
    const files = task.files.filter(({ path }) => mine.has(path));
    const results: TaskResult[] = [];
    for (let at = 0; at < files.length; at += FILES_AT_ONCE) {
      const some = files.slice(at, at + FILES_AT_ONCE);
      const loaded = await loadSome(reading, some, task.now, { alone: false });
      results.push(resultOf(loaded));
      told(some.length);
    }
    return results;
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    const { exitCode, code, message } = error;
    return { refused: { exitCode, code, message } };
  }
}

/** Files are read here and now: what the other thread knew of them is not asked for. */
function readingOf({ root, files, shown }: Task): Reading {
  const names = new Map(files.map(({ path }, index) => [path, shown[index] ?? path]));
  const reader = new FileReader({ root, shown: (path) => names.get(path) ?? path });
  return {
    shown: (path) => reader.shown(path),
    metadata: (path) => reader.metadata(path),
    source: ({ path }) => ({ path, shownAs: reader.shown(path), text: reader.textOf(reader.bytes(path), path) }),
    withTemplates: (some) => withInherited(some, files),
  };
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

import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { checkAcross } from '@rolecall/org-config';
import type { Claims, Diagnostic, SourceFile } from '@rolecall/org-config';
import { CommandError } from '../exit.ts';
import type { Inventory, InventoryFile } from './inventory.ts';
import { checkShare } from './check-share.ts';

/** What files say, without the documents themselves: of ten thousand files that is little. */
export interface Checked {
  readonly documents: readonly CheckedDocument[];
  readonly templates: readonly string[];
  readonly platformFile?: string;
  readonly diagnostics: readonly Diagnostic[];
  /** Of all files, those of templates beside them too; the text is there where a diagnostic shows a line of it. */
  readonly sources: readonly SourceFile[];
  readonly tests: number;
}

/** A valid document, without the document. */
export interface CheckedDocument {
  readonly name: string;
  readonly file: string;
  /** `documentDigest`. */
  readonly digest: string;
}

/** What a thread is told. */
export interface Task {
  readonly root: string;
  /** The files of the task, and those that they may inherit from; and what they are called in messages. */
  readonly files: readonly InventoryFile[];
  readonly shown: readonly string[];
  /** Paths of the files of the task. */
  readonly wanted: readonly string[];
  readonly now: Date;
}

/** What a thread says. */
export interface TaskResult extends Omit<Checked, 'sources'> {
  readonly claims: readonly Claims[];
}
export type Answer = readonly TaskResult[] | { readonly refused: Pick<CommandError, 'exitCode' | 'code' | 'message'> };

/** How files are checked. */
export interface Checking {
  readonly threads?: number;
  readonly perThread?: number;
  readonly run?: (task: Task, told: (files: number) => void) => Promise<Answer>;
  /** Told now and then how far it is. */
  readonly told?: (checked: number, whole: number) => void;
}

const silent = () => undefined;

/** A thread takes about as long to start as this many files to check. */
const FILES_PER_THREAD = 250;
/** More threads than this wait for the disk, and for each other's memory. */
const MOST_THREADS = 8;

/**
 * Parses and checks all files of a collection, as `load` does; in threads when there are many. What a thread read stays in it: who
 * loads a file sees for itself whether it changed meanwhile.
 * @throws CommandError
 */
export async function checkAll(
  inventory: Inventory,
  now: Date,
  { threads = availableParallelism(), perThread = FILES_PER_THREAD, run = inThread, told = silent }: Checking = {},
): Promise<Checked> {
  const { files } = inventory;
  const count = Math.min(threads, MOST_THREADS, Math.ceil(files.length / perThread));
  const tasks = shares(files, Math.max(1, count)).map((share) => taskOf(inventory, share, now));
  let checked = 0;
  const more = (some: number) => {
    checked += some;
    told(checked, files.length);
  };
  const one = tasks.length === 1 ? checkShare : run;
  const results = (await Promise.all(tasks.map((task) => one(task, more)))).flatMap(understood);
  const across = checkAcross(results.flatMap(({ claims }) => claims));
  const diagnostics = onceEach([...results.flatMap((result) => result.diagnostics), ...across]);
  const platformFile = results.map((result) => result.platformFile).find((file) => file !== undefined);
  return {
    documents: results.flatMap(({ documents }) => documents),
    templates: [...new Set(results.flatMap(({ templates }) => templates))],
    ...(platformFile !== undefined && { platformFile }),
    diagnostics,
    sources: sourcesOf(inventory, diagnostics),
    tests: results.reduce((sum, { tests }) => sum + tests, 0),
  };
}

function taskOf(inventory: Inventory, share: readonly InventoryFile[], now: Date): Task {
  const files = inventory.withTemplates(share);
  const shown = files.map(({ path }) => inventory.shown(path));
  return { root: inventory.root, files, shown, wanted: share.map(({ path }) => path), now };
}

function shares(files: readonly InventoryFile[], count: number): readonly (readonly InventoryFile[])[] {
  const size = Math.ceil(files.length / count);
  return Array.from({ length: count }, (_, index) => files.slice(index * size, (index + 1) * size));
}

const SCRIPT = new URL('./check-thread.js', import.meta.url);

function inThread(task: Task, told: (files: number) => void): Promise<Answer> {
  return new Promise<Answer>((resolve, reject) => {
    const worker = new Worker(SCRIPT, { workerData: task });
    worker.on('message', (message: Answer | { readonly checked: number }) => {
      if ('checked' in message) told(message.checked);
      else resolve(message);
    });
    worker.once('error', reject);
  });
}

/** An error loses its class on the way. */
function understood(answer: Answer): readonly TaskResult[] {
  if (!('refused' in answer)) return answer;
  const { exitCode, code, message } = answer.refused;
  throw new CommandError(exitCode, code, message);
}

/** A template that several threads read has the same mistakes in each. */
function onceEach(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  return [...new Map(diagnostics.map((diagnostic) => [JSON.stringify(diagnostic), diagnostic])).values()];
}

function sourcesOf(inventory: Inventory, diagnostics: readonly Diagnostic[]): readonly SourceFile[] {
  const needed = new Set(diagnostics.map(({ position }) => position.file));
  return inventory.withTemplates(inventory.files).map((file) => {
    const shownAs = inventory.shown(file.path);
    return needed.has(shownAs) ? inventory.source(file) : { path: file.path, shownAs, text: '' };
  });
}

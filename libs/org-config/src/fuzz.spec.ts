import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expiryDiagnostics, formatFile, loadDocuments, renderDiagnostics, testDiagnostics } from './index.ts';
import type { SourceFile } from './index.ts';

// Mutations of config-examples, as slips of the keyboard, bad merges and hostile pull requests make them. FUZZ_RUNS=10000 for many,
// FUZZ_SEED to see one again: never a crash, never a mistake without a place, never a hang.

const RUNS = Number(process.env['FUZZ_RUNS'] ?? 200);
const SEED = process.env['FUZZ_SEED'];
const NOW = new Date('2026-11-01T12:00:00Z');
/** Of CPU, so that a busy machine does not count. */
const MOST_MS = 1_000;

const folder = join(import.meta.dirname, '../../../config-examples');
const files: readonly SourceFile[] = readdirSync(folder)
  .filter((path) => path.endsWith('.yaml') && path !== 'rolecall.yaml')
  .map((path) => ({ path, text: readFileSync(join(folder, path), 'utf8') }));
const lines = files.flatMap(({ text }) => text.split('\n'));
const words = [...new Set(files.flatMap(({ text }) => text.match(/[\w.@-]+|[:{}[\],]/g) ?? []))];
const readFile = (path: string) =>
  existsSync(join(folder, path)) ? readFileSync(join(folder, path), 'utf8') : undefined;

type Mutation = (text: string) => string;

/** At a place of the text, which may have any length. */
const spot = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const at = (text: string, share: number) => Math.floor(share * text.length);

const odd = fc.constantFrom(
  'null',
  '~',
  'yes',
  '0x1f',
  '1e999',
  '.nan',
  '!!binary x',
  '&a',
  '*a',
  '<<: {}',
  '? ',
  '- - -',
  '|',
  '>-',
  '---',
  '...',
  '%YAML 1.1',
  '\t',
  '\r',
  '\u0000',
  '\u2028',
  '\u202e',
  '\ud800',
  '\ufeff',
  '"\\u',
  "'",
  '"',
  '__proto__: {}',
  'constructor: 1',
  'from: [short-sessions]',
  'kind: OrganizationTemplate',
  'kind: Platform',
  'from: [a, a]',
  '{'.repeat(40),
  'x'.repeat(5_000),
  'previously: [acme]',
);

const replaced = fc
  .tuple(spot, fc.nat({ max: 60 }), fc.oneof(odd, fc.constantFrom(...words), fc.string({ maxLength: 8 })))
  .map(([share, length, insert]): Mutation => {
    return (text) => text.slice(0, at(text, share)) + insert + text.slice(at(text, share) + length);
  });
const word = fc.tuple(spot, fc.oneof(odd, fc.constantFrom(...words))).map(([share, other]): Mutation => {
  return (text) => {
    const found = [...text.matchAll(/[\w.@-]+/g)];
    const match = found[Math.floor(share * found.length)];
    return match ? text.slice(0, match.index) + other + text.slice(match.index + match[0].length) : text + other;
  };
});
const line = fc
  .tuple(
    spot,
    spot,
    fc.constantFrom('drop', 'twice', 'swap', 'deeper', 'flatter', 'foreign', 'cut'),
    fc.constantFrom(...lines),
  )
  .map(([share, other, how, foreign]): Mutation => {
    return (text) => {
      const all = text.split('\n');
      const [here, there] = [Math.floor(share * all.length), Math.floor(other * all.length)];
      const [mine = '', yours = ''] = [all[here], all[there]];
      if (how === 'drop') all.splice(here, 1);
      if (how === 'twice') all.splice(there, 0, mine);
      if (how === 'swap') [all[here], all[there]] = [yours, mine];
      if (how === 'deeper') all[here] = `  ${mine}`;
      if (how === 'flatter') all[here] = mine.replace(/^ {1,2}/, '');
      if (how === 'foreign') all.splice(here, 0, foreign);
      if (how === 'cut') all.length = here;
      return all.join('\n');
    };
  });
const mutations = fc.array(
  fc.oneof({ weight: 2, arbitrary: replaced }, { weight: 3, arbitrary: word }, { weight: 3, arbitrary: line }),
  {
    minLength: 1,
    maxLength: 6,
  },
);

it(`${RUNS} mutations of the examples: no crash, no mistake without a place, no hang`, () => {
  fc.assert(
    fc.property(fc.nat({ max: files.length - 1 }), mutations, (which, changes) => {
      const mutated = files.map((file, index) =>
        index === which ? { ...file, text: changes.reduce((text, change) => change(text), file.text) } : file,
      );
      const before = process.cpuUsage();
      const faults = faultsOf(mutated);
      const { user, system } = process.cpuUsage(before);
      expect({ faults, inTime: (user + system) / 1_000 < MOST_MS }).toEqual({ faults: [], inTime: true });
    }),
    { numRuns: RUNS, ...(SEED !== undefined && { seed: Number(SEED) }) },
  );
}, 600_000);

/** All that a command does with files, and what is wrong with what it says; whatever throws is a fault of ours. */
function faultsOf(sources: readonly SourceFile[]): readonly string[] {
  const { documents, diagnostics } = loadDocuments(sources, { readFile });
  const all = [
    ...diagnostics,
    ...documents.flatMap((loaded) => [...testDiagnostics(loaded, NOW), ...expiryDiagnostics(loaded, NOW)]),
  ];
  for (const source of sources) formatFile(source);
  for (const { digest } of documents) expect(digest).toMatch(/^[0-9a-f]{64}$/);
  const lengths = new Map(sources.map(({ path, text }) => [path, text.split('\n').map((one) => one.length)]));
  const misplaced = all.filter(({ position: { file, line: number, column } }) => {
    const width = lengths.get(file)?.[number - 1];
    return width === undefined || column < 1 || column > width + 1;
  });
  return [
    ...misplaced.map(({ code, position }) => `${code} at ${JSON.stringify(position)}`),
    ...all
      .filter(({ code, message }) => message === '' || !/^[a-z_]+$/.test(code))
      .map(({ code }) => `${code}: no sentence`),
    ...(renderDiagnostics(all, sources).match(/undefined|\[object|NaN/g) ?? []),
  ];
}

import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { parse, stringify } from 'yaml';
import { formatFile } from './format-file.ts';

const CASES = join(import.meta.dirname, 'cases');
const DOCUMENTS = join(import.meta.dirname, '../../cases');
const EXAMPLES = join(import.meta.dirname, '../../../../config-examples');

const yamlOf = (folder: string) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.yaml'))
    .map((path) => ({ path, text: readFileSync(join(folder, path), 'utf8') }));

// A case is a folder: `file.yaml`, and in `expected.txt` what it becomes, or why it stays. UPDATE_CASES=1 writes what comes out.
describe.each(readdirSync(CASES).sort())('%s', (name) => {
  it('becomes what is expected, and stays so', () => {
    const { text, faults } = outcome(readFileSync(join(CASES, name, 'file.yaml'), 'utf8'));
    expect(faults + text).toBe(expected(join(CASES, name, 'expected.txt'), faults + text));
    expect(outcome(text)).toEqual({ text, faults });
  });
});

function outcome(text: string): { text: string; faults: string } {
  const formatted = formatFile({ path: 'file.yaml', text });
  if ('text' in formatted) return { text: formatted.text, faults: '' };
  const faults = formatted.diagnostics.map(({ code, position }) => `${position.line}:${position.column} ${code}\n`);
  return { text, faults: faults.join('') };
}

it('finds nothing to do in the examples', () => {
  const changed = yamlOf(EXAMPLES).filter((file) => {
    const formatted = formatFile(file);
    return !('text' in formatted) || formatted.changed;
  });
  expect(changed.map(({ path }) => path)).toEqual([]);
});

const real = [...yamlOf(DOCUMENTS), ...yamlOf(EXAMPLES)].filter((file) => 'text' in formatFile(file));

it('keeps what every document of the other cases says, and every comment', () => {
  const comments = (text: string) => (text.replaceAll('\r', '').match(/#.*$/gm) ?? []).sort();
  for (const { path, text } of real) {
    const formatted = formatFile({ path, text });
    expect('text' in formatted && comments(formatted.text)).toEqual(comments(text));
  }
});

it('brings the sections of a document into one order, from any other', () => {
  const documents = yamlOf(EXAMPLES).map(({ text }) => parse(text) as object);
  fc.assert(
    fc.property(fc.constantFrom(...documents), fc.infiniteStream(fc.nat()), (document, numbers) => {
      const formatted = formatFile({ path: 'a.yaml', text: stringify(shuffled(document, numbers)) });
      expect(formatted).toEqual({ text: expect.any(String), changed: expect.any(Boolean) });
      expect(sectionsOf(formatted)).toEqual(sectionsOf(formatFile({ path: 'a.yaml', text: stringify(document) })));
    }),
    { numRuns: 60 },
  );
});

function sectionsOf(formatted: ReturnType<typeof formatFile>): unknown {
  return 'text' in formatted && Object.keys((parse(formatted.text) as { spec?: object }).spec ?? {});
}

function shuffled(value: unknown, numbers: fc.Stream<number>): unknown {
  if (Array.isArray(value)) return value.map((item) => shuffled(item, numbers));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, inner]) => [numbers.next().value ?? 0, key, inner] as const);
  entries.sort(([a], [b]) => a - b);
  return Object.fromEntries(entries.map(([, key, inner]) => [key, shuffled(inner, numbers)]));
}

function expected(path: string, actual: string): string {
  if (process.env['UPDATE_CASES'] === '1') writeFileSync(path, actual);
  return existsSync(path) ? readFileSync(path, 'utf8') : 'no such file; run with UPDATE_CASES=1';
}

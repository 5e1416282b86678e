import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { parse, stringify } from 'yaml';
import { canonicalJson, checkDocument, documentDigest, loadDocuments, normalize, renderDiagnostics } from './index.ts';
import type { Json, LoadResult, OrganizationDocument, SourceFile } from './index.ts';

const isTemplate = ({ text }: SourceFile) => text.includes('kind: OrganizationTemplate');
const examples = readExamples().filter((file) => !isTemplate(file));
const templates = readExamples().filter(isTemplate);
const example = fc.constantFrom(...examples.map(({ text }) => text));

describe('a digest', () => {
  it('does not depend on how the document is written', () => {
    fc.assert(
      fc.property(example, fc.integer({ min: 1, max: 8 }), fc.boolean(), (text, indent, flow) => {
        const rewritten = stringify(parse(text), { indent, lineWidth: 40, collectionStyle: flow ? 'flow' : 'any' });
        expect(digestsOf(rewritten)).toEqual(digestsOf(text));
      }),
      { numRuns: 60 },
    );
  });

  it('does not depend on the order of keys', () => {
    fc.assert(
      fc.property(example, fc.infiniteStream(fc.nat()), (text, numbers) => {
        const shuffled = reordered(parse(text) as Json, () => numbers.next().value ?? 0);
        expect(digestsOf(stringify(shuffled))).toEqual(digestsOf(text));
      }),
      { numRuns: 100 },
    );
  });

  it('does not depend on the order in a set, and does on the order of rules', () => {
    const [document] = load({ path: 'a.yaml', text: examples[0]?.text ?? '' }).documents;
    const { spec } = document!.document;
    const role = spec.roles!['campaign-creator']!;
    const permissions = role.permissions!.toReversed();
    const other = { ...spec, roles: { ...spec.roles, 'campaign-creator': { ...role, permissions } } };
    expect(documentDigest({ ...document!.document, spec: other })).toBe(document!.digest);
    const rules = spec.authorization!.rules!.toReversed();
    const swapped = { ...spec, authorization: { ...spec.authorization, rules } };
    expect(documentDigest({ ...document!.document, spec: swapped })).not.toBe(document!.digest);
  });

  it('changes with any value', () => {
    fc.assert(
      fc.property(example, fc.nat(), (text, choice) => {
        const value = parse(text) as Json;
        const places = leaves(value, []).filter(([key]) => key === 'spec');
        const changed = changedAt(value, places[choice % places.length] ?? [], 'another value');
        expect(documentDigest(changed as unknown as OrganizationDocument)).not.toBe(
          documentDigest(value as unknown as OrganizationDocument),
        );
      }),
      { numRuns: 200 },
    );
  });
});

describe('normalize', () => {
  it('changes nothing the second time', () => {
    const documents = examples.flatMap((file) => load(file).documents.map(({ document }) => document));
    expect(documents.map(normalize)).toEqual(documents);
  });
});

describe('canonicalJson', () => {
  it('is JSON of the same value, and one text for it', () => {
    fc.assert(
      fc.property(fc.jsonValue({ depthSize: 'medium' }), fc.infiniteStream(fc.nat()), (value, numbers) => {
        const json = JSON.parse(JSON.stringify(value)) as Json;
        expect(JSON.parse(canonicalJson(json))).toEqual(json);
        expect(canonicalJson(reordered(json, () => numbers.next().value ?? 0))).toBe(canonicalJson(json));
      }),
    );
  });
});

describe('the loader', () => {
  it('never throws and always has a position for a damaged file', () => {
    const damage = fc.tuple(
      fc.nat(),
      fc.nat({ max: 40 }),
      fc.oneof(
        fc.string({ maxLength: 12 }),
        fc.constantFrom('\n', '  ', '- ', '{', '[', '"', ': ', '&a ', '*a', '!!x ', '<<: ', '---\n', '\t'),
      ),
    );
    fc.assert(
      fc.property(example, fc.array(damage, { minLength: 1, maxLength: 3 }), (text, damages) => {
        const damaged = damages.reduce((current, [at, length, insert]) => {
          const start = at % current.length;
          return current.slice(0, start) + insert + current.slice(start + length);
        }, text);
        expect(faultsOfReport(damaged)).toEqual([]);
      }),
      { numRuns: 200 },
    );
  });

  it('never throws and always has a position for values that nobody expects', () => {
    fc.assert(
      fc.property(example, fc.nat(), fc.jsonValue(), (text, choice, replacement) => {
        const value = parse(text) as Json;
        const places = everyPlace(value, []);
        const changed = changedAt(value, places[choice % places.length] ?? [], replacement as Json);
        expect(faultsOfReport(stringify(changed))).toEqual([]);
        expect(() => checkDocument(changed, 'request')).not.toThrow();
      }),
      { numRuns: 200 },
    );
  });

  it('takes any JSON from a request without throwing', () => {
    fc.assert(
      fc.property(fc.anything({ withNullPrototype: true }), (value) => {
        expect(checkDocument(value, 'request').diagnostics).not.toEqual([]);
      }),
    );
  });
});

function readExamples(): readonly SourceFile[] {
  const folder = join(import.meta.dirname, '../../../config-examples');
  return readdirSync(folder)
    .filter((file) => file.endsWith('.yaml') && file !== 'rolecall.yaml')
    .map((path) => ({ path, text: readFileSync(join(folder, path), 'utf8') }));
}

function load(file: SourceFile): LoadResult {
  return loadDocuments([file, ...templates], { readFile: () => '<md:EntityDescriptor/>' });
}

function digestsOf(text: string): readonly string[] {
  const { documents, diagnostics } = load({ path: 'a.yaml', text });
  expect(diagnostics).toEqual([]);
  return documents.map(({ digest }) => digest);
}

/** What is wrong with the report on a file: nothing, whatever the file is. */
function faultsOfReport(text: string): readonly string[] {
  const file = { path: 'a.yaml', text };
  const lines = text.split('\n');
  const { documents, diagnostics } = loadDocuments([file], { readFile: () => undefined });
  const misplaced = diagnostics.filter(({ position: { line, column } }) => {
    const width = lines[line - 1]?.length;
    return width === undefined || column < 1 || column > width + 1;
  });
  return [
    ...misplaced.map(({ code, position }) => `${code} at ${position.line}:${position.column}`),
    ...diagnostics.filter(({ message }) => message === '').map(({ code }) => `${code} without message`),
    ...(documents.length === 0 && diagnostics.length === 0 ? ['neither a document nor a diagnostic'] : []),
    ...(renderDiagnostics(diagnostics, [file]).match(/undefined|\[object/g) ?? []),
  ];
}

function reordered(value: Json, next: () => number): Json {
  if (Array.isArray(value)) return (value as readonly Json[]).map((item) => reordered(item, next));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, entry]) => ({ key, entry, rank: next() }));
  const shuffled = entries.sort((a, b) => a.rank - b.rank);
  return Object.fromEntries(shuffled.map(({ key, entry }) => [key, reordered(entry, next)]));
}

function leaves(value: Json, path: readonly string[]): readonly (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return [path];
  return Object.entries(value).flatMap(([key, entry]) => leaves(entry as Json, [...path, key]));
}

function everyPlace(value: Json, path: readonly string[]): readonly (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([key, entry]) => everyPlace(entry as Json, [...path, key]))];
}

function changedAt(value: Json, path: readonly string[], replacement: Json): Json {
  const [key, ...rest] = path;
  if (key === undefined || typeof value !== 'object' || value === null) return replacement;
  const copy = structuredClone(value) as Record<string, Json>;
  copy[key] = changedAt(copy[key] ?? null, rest, replacement);
  return copy as Json;
}

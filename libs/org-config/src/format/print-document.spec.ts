import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { documentDigest, loadDocuments } from '../index.ts';
import type { OrganizationDocument } from '../index.ts';
import { formatFile } from './format-file.ts';
import { printDocument } from './print-document.ts';

const ROOTS = ['../../cases', '../../../../config-examples'].map((path) => join(import.meta.dirname, path));

/** Every valid document of the cases and the examples. */
const documents = ROOTS.flatMap((root) =>
  readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.yaml'))
    .flatMap((file) => {
      const folder = join(root, file, '..');
      const readFile = (path: string) =>
        existsSync(join(folder, path)) ? readFileSync(join(folder, path), 'utf8') : undefined;
      return loadDocuments([{ path: file, text: readFileSync(join(root, file), 'utf8') }], { readFile }).documents;
    })
    .map(({ document }) => document),
);

const loaded = (text: string) => {
  const { documents: read, diagnostics } = loadDocuments([{ path: 'a.yaml', text }], { readFile: () => undefined });
  expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
  return read.map(({ digest }) => digest);
};

it('prints what is read as the same document, in the form of fmt', () => {
  expect(documents.length).toBeGreaterThan(20);
  for (const document of documents) {
    const text = printDocument(document, ['from the server']);
    expect(loaded(text)).toEqual([documentDigest(document)]);
    expect(formatFile({ path: 'a.yaml', text })).toEqual({ text, changed: false });
  }
});

it('prints any words of an identity provider', () => {
  const words = fc
    .oneof(
      fc.string({ unit: 'binary', minLength: 1, maxLength: 60 }),
      fc.constantFrom(
        'on',
        'no',
        '012',
        '1e3',
        '~',
        'null',
        '- a',
        '# b',
        'a: b',
        '"',
        "'",
        'x\ny',
        ' y ',
        '__proto__',
      ),
    )
    .filter((text) => text.isWellFormed() && !/[\p{Cc}\p{Cs}]/u.test(text.replaceAll('\n', '')));
  fc.assert(
    fc.property(fc.uniqueArray(words, { minLength: 1, maxLength: 4 }), words, (names, label) => {
      const mappingRoles: Record<string, object> = Object.create(null) as Record<string, object>;
      for (const name of names) mappingRoles[name] = { grants: { 'account/main': ['member'] } };
      const document = {
        apiVersion: 'rolecall/v1',
        kind: 'Organization',
        metadata: { name: 'acme', labels: { label } },
        spec: { scopes: { 'account/main': {} }, authorization: { mappingRoles } },
      } as unknown as OrganizationDocument;
      const [valid] = loadDocuments([{ path: 'a.yaml', text: JSON.stringify(document) }], {
        readFile: () => undefined,
      }).documents;
      fc.pre(valid !== undefined);
      expect(loaded(printDocument(document))).toEqual([documentDigest(document)]);
    }),
    { numRuns: 300 },
  );
});

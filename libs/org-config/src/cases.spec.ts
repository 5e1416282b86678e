import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expiryDiagnostics, loadDocuments, renderDiagnostics, testDiagnostics, type CheckMetadata } from './index.ts';

const cases = join(import.meta.dirname, '../cases');
const NOW = new Date('2026-11-01T12:00:00Z');

/** Stands for libs/saml, which this lib does not import. */
const checkMetadata: CheckMetadata = (xml) =>
  xml.includes('EntityDescriptor')
    ? []
    : [{ code: 'metadata_invalid', message: 'the metadata has no EntityDescriptor element' }];

/**
 * A case is a folder: documents (`*.yaml`), files that they refer to, and what must come out: the diagnostics as people see
 * them, and the normalized documents. UPDATE_CASES=1 writes what comes out instead; read the difference before committing it.
 */
describe.each(readdirSync(cases).sort())('%s', (name) => {
  const folder = join(cases, name);
  const files = readdirSync(folder)
    .filter((file) => file.endsWith('.yaml'))
    .sort()
    .map((path) => ({ path, text: readFileSync(join(folder, path), 'utf8') }));
  const readFile = (path: string): string | undefined => {
    const file = join(folder, path);
    return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
  };
  const { documents, platform, diagnostics } = loadDocuments(files, { readFile, checkMetadata });
  const timely = documents.flatMap((loaded) => [...testDiagnostics(loaded, NOW), ...expiryDiagnostics(loaded, NOW)]);

  it('says what is wrong, and where', () => {
    const text = renderDiagnostics([...diagnostics, ...timely], files);
    expect(text).toBe(expected(join(folder, 'expected.txt'), text));
  });

  it('gives the documents that are right', () => {
    const text = JSON.stringify(
      [...documents, ...(platform ? [platform] : [])].map(({ document }) => document),
      null,
      2,
    );
    expect(`${text}\n`).toBe(expected(join(folder, 'expected.json'), `${text}\n`));
  });
});

function expected(path: string, actual: string): string {
  if (process.env['UPDATE_CASES'] === '1') writeFileSync(path, actual);
  return existsSync(path) ? readFileSync(path, 'utf8') : 'no such file; run with UPDATE_CASES=1';
}

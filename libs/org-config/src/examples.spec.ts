import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { checkDocument, loadDocuments, publishedSchema, publishedTemplateSchema, runTests } from './index.ts';

const folder = join(import.meta.dirname, '../../../config-examples');
const SCHEMAS: Readonly<Record<string, () => string>> = {
  'organization.v1.json': publishedSchema,
  'organization-template.v1.json': publishedTemplateSchema,
};
const NOW = new Date('2026-11-01T12:00:00Z');
const names = readdirSync(folder).filter((file) => file.endsWith('.yaml') && file !== 'rolecall.yaml');
const files = names.map((path) => ({ path, text: readFileSync(join(folder, path), 'utf8') }));
const { documents, diagnostics } = loadDocuments(files, {
  readFile: (path) => (existsSync(join(folder, path)) ? readFileSync(join(folder, path), 'utf8') : undefined),
});

describe('config-examples', () => {
  it('have nothing wrong with them, and belong to one collection', () => {
    expect(diagnostics).toEqual([]);
    expect(documents.map(({ document }) => document.metadata.name)).toEqual(['acme', 'globex', 'initech']);
  });

  it.each(documents)('$file passes its own tests', ({ document }) => {
    const outcomes = runTests(document, NOW);
    expect(outcomes.length).toBeGreaterThan(0);
    expect(outcomes.filter(({ passed }) => !passed)).toEqual([]);
  });

  it.each(documents)('$file survives the way to the server', ({ document, digest }) => {
    const received: unknown = JSON.parse(JSON.stringify(document));
    expect(checkDocument(received, 'request')).toEqual({ document, digest, diagnostics: [] });
  });

  it.each(files)('$path leads editors to the published schema', ({ text }) => {
    const [, schema = 'none'] = /^# yaml-language-server: \$schema=\.\.\/schemas\/(.*)\n/.exec(text) ?? [];
    expect(SCHEMAS[schema]?.()).toContain('"$schema"');
  });

  it('rolecall.yaml makes a collection of this directory', () => {
    const collection = parse(readFileSync(join(folder, 'rolecall.yaml'), 'utf8')) as Record<string, unknown>;
    expect(collection).toEqual({ collection: 'config-examples', paths: ['.'], prune: false });
  });
});

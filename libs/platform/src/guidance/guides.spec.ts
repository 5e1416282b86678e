import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadDocuments, runTests } from '@rolecall/org-config';
import { guidanceDocs, VENDOR_FACTS, VENDORS } from './index.ts';

const METADATA = readFileSync(join(import.meta.dirname, '../../../../config-examples/initech-idp.xml'), 'utf8');
const NOW = new Date('2026-11-01T12:00:00Z');

const blocks = guidanceDocs().flatMap(([path, text]) =>
  [...text.matchAll(/^```yaml\n(.*?)^```$/gms)].map(([, yaml = ''], index) => [`${path} ${index + 1}`, yaml] as const),
);

it('has a document for each way to connect', () => {
  expect(blocks.length).toBe(2 * VENDORS.length);
});

it.each(blocks)('the document in %s has nothing wrong with it', (path, text) => {
  const { documents, diagnostics } = loadDocuments([{ path: `${path}.yaml`, text }], {
    readFile: (file) => (file.endsWith('.xml') ? METADATA : undefined),
  });
  expect(diagnostics).toEqual([]);
  expect(documents).toHaveLength(1);
  expect(runTests(documents[0]!.document, NOW)).toEqual([]);
});

it.each(VENDORS)('%s names each attribute once, and says what each field is for', (vendor) => {
  const { saml, oidc, scim } = VENDOR_FACTS[vendor];
  expect(new Set(saml.attributes.map(({ name }) => name)).size).toBe(saml.attributes.length);
  expect(saml.attributes.map(({ field }) => field)).toEqual(['email', 'givenName', 'familyName']);
  const values = [...saml.steps, ...oidc.steps].flatMap(({ fields = [] }) =>
    fields.flatMap((field) => ('value' in field ? [field.value] : [])),
  );
  expect(values).toEqual(expect.arrayContaining(['entityId', 'acsUrl', 'redirectUri']));
  if (typeof scim === 'string') return;
  const fields = scim.steps.flatMap(({ fields: shown = [] }) => shown);
  expect(fields.flatMap((field) => ('value' in field ? [field.value] : []))).toEqual(['scimUrl']);
  expect(fields.filter(({ note }) => note?.includes('rolecall scim token issue'))).toHaveLength(1);
  expect(scim.attributes.map(({ attribute }) => attribute)).toContain('userName');
});

// npm run docs: writes what is generated from code: the published schema, the reference page of the document, the pages of
// errors and identity providers, and the table of what SCIM states. docs/scim-quirks.md is written by its test (CONTRIBUTING.md).
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { conformance } from './scim-conformance/conformance.mjs';

const root = join(import.meta.dirname, '..');
const built = spawnSync('nx', ['run', '@rolecall/platform:build', '--output-style=static'], {
  stdio: ['ignore', 'ignore', 'inherit'],
});
if (built.status !== 0) process.exit(1);
const { publishedSchema, schemaDocs } = await import('@rolecall/org-config');
const { guidanceDocs } = await import('@rolecall/platform/guidance');
for (const [file, text] of [
  ['schemas/organization.v1.json', publishedSchema()],
  ['docs/organization-document.md', schemaDocs()],
  ...guidanceDocs(),
  ['docs/scim-conformance.md', conformance().text],
]) {
  writeFileSync(join(root, file), text);
  console.log(`${file} written`);
}

// npm run docs: writes what is generated from code: the published schema, the reference page of the document, the pages of
// errors and identity providers, and the table of what SCIM states. docs/scim-quirks.md is written by its test (CONTRIBUTING.md).
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { planSchema } from './plan-schema/plan-schema.mjs';
import { conformance } from './scim-conformance/conformance.mjs';

const root = join(import.meta.dirname, '..');
const built = spawnSync(
  'nx',
  ['run-many', '-t', 'build', '-p', '@rolecall/platform,@rolecall/reconciler', '--output-style=static'],
  {
    stdio: ['ignore', 'ignore', 'inherit'],
  },
);
if (built.status !== 0) process.exit(1);
const { platformDocs, publishedPlatformSchema, publishedSchema, publishedTemplateSchema, schemaDocs } =
  await import('@rolecall/org-config');
const { commandPages } = await import('@rolecall/reconciler');
const { guidanceDocs } = await import('@rolecall/platform/guidance');
for (const [file, text] of [
  ['schemas/organization.v1.json', publishedSchema()],
  ['docs/organization-document.md', schemaDocs()],
  ['schemas/organization-template.v1.json', publishedTemplateSchema()],
  ['schemas/platform.v1.json', publishedPlatformSchema()],
  ['docs/platform-document.md', platformDocs()],
  ['schemas/plan.v1.json', planSchema()],
  ...commandPages(),
  ...guidanceDocs(),
  ['docs/scim-conformance.md', conformance().text],
]) {
  writeFileSync(join(root, file), text);
  console.log(`${file} written`);
}

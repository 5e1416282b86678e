// npm run docs: writes what is generated from code, the published schema and the reference page of the document.
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const built = spawnSync('nx', ['run', '@rolecall/org-config:build', '--output-style=static'], {
  stdio: ['ignore', 'ignore', 'inherit'],
});
if (built.status !== 0) process.exit(1);
const { publishedSchema, schemaDocs } = await import('@rolecall/org-config');
for (const [file, text] of [
  ['schemas/organization.v1.json', publishedSchema()],
  ['docs/organization-document.md', schemaDocs()],
]) {
  writeFileSync(join(root, file), text);
  console.log(`${file} written`);
}

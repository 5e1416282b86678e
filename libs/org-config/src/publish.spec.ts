import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import {
  platformDocs,
  publishedPlatformSchema,
  publishedSchema,
  publishedTemplateSchema,
  schemaDocs,
} from './index.ts';
import type { JsonSchema } from './schema/json-schema.ts';
import { PATTERN_WORDS } from './schema/names.ts';
import { organizationSchema } from './schema/organization-schema.ts';
import { platformSchema } from './schema/platform-schema.ts';
import { templateSchema } from './schema/template-schema.ts';

const root = join(import.meta.dirname, '../../..');

/** Published files are made from the schema; UPDATE_CASES=1 writes them. */
describe.each([
  ['schemas/organization.v1.json', publishedSchema],
  ['docs/organization-document.md', schemaDocs],
  ['schemas/organization-template.v1.json', publishedTemplateSchema],
  ['schemas/platform.v1.json', publishedPlatformSchema],
  ['docs/platform-document.md', platformDocs],
])('%s', (path, make) => {
  it('is what the schema says', () => {
    const file = join(root, path);
    if (process.env['UPDATE_CASES'] === '1') {
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, make());
    }
    expect(existsSync(file) ? readFileSync(file, 'utf8') : 'no such file; run with UPDATE_CASES=1').toBe(make());
  });
});

describe.each([
  ['organization', organizationSchema],
  ['organization template', templateSchema],
  ['platform', platformSchema],
])('the schema of %s', (_kind, schema) => {
  const fields = [...fieldsOf('', schema)];

  it.each(fields)('%s is described and has an example', (_, field) => {
    expect(field.description).toMatch(/^.{8,}\.?/);
    expect(field.examples?.length).toBeGreaterThan(0);
  });

  it('is one of draft 2020-12', () => {
    const ajv = new Ajv2020();
    expect(ajv.validateSchema(schema)).toBe(true);
    expect(schema.$schema).toBe('https://json-schema.org/draft/2020-12/schema');
  });

  it('says each of its patterns in words', () => {
    const patterns = [...JSON.stringify(schema).matchAll(/"pattern":("(?:[^"\\]|\\.)*")/g)];
    expect(patterns.length).toBeGreaterThan(2);
    for (const [, pattern] of patterns) expect(PATTERN_WORDS).toHaveProperty([JSON.parse(pattern ?? '') as string]);
  });
});

/** Every key and every entry that a document can have. */
function* fieldsOf(path: string, schema: JsonSchema): Generator<[string, JsonSchema]> {
  for (const [name, definition] of Object.entries(schema.$defs ?? {})) yield* fieldsOf(`$defs.${name}`, definition);
  const { additionalProperties, items } = schema;
  const children: [string, JsonSchema][] = [
    ...Object.entries(schema.properties ?? {}).filter((entry): entry is [string, JsonSchema] => entry[1] !== false),
    ...(additionalProperties ? [['<name>', additionalProperties] as [string, JsonSchema]] : []),
    ...(items ? [['[]', items] as [string, JsonSchema]] : []),
  ];
  for (const [key, child] of children) {
    if (child.$ref) continue;
    yield [`${path}.${key}`, child];
    yield* fieldsOf(`${path}.${key}`, child);
  }
}

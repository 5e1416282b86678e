import type { Json } from './document.ts';
import type { JsonSchema } from './schema/json-schema.ts';
import { organizationSchema } from './schema/organization-schema.ts';

/** The text of `schemas/organization.v1.json`, which editors complete and check documents with. */
export function publishedSchema(): string {
  return `${JSON.stringify(organizationSchema, null, 2)}\n`;
}

/** The reference page of the document, in Markdown: `docs/organization-document.md`. */
export function schemaDocs(): string {
  return [
    '# The organization document',
    '',
    '<!-- Made from libs/org-config/src/schema by `UPDATE_CASES=1 jest publish` in libs/org-config. Do not edit. -->',
    '',
    'One YAML file describes one organization: who signs in how, and which roles they get. Editors complete and check it with',
    'this first line:',
    '',
    '```yaml',
    '# yaml-language-server: $schema=../schemas/organization.v1.json',
    '```',
    '',
    'Keys that are not listed here are errors, and so are a key that stands twice, YAML aliases, merge keys and tags. What is',
    'not written has its default.',
    '',
    ...sections('', organizationSchema),
  ].join('\n');
}

/** One section per map, in the order of the schema; deeper maps follow their holder. */
function sections(path: string, schema: JsonSchema): string[] {
  const title = path === '' ? 'The document' : `\`${path}\``;
  const lines = [`## ${title}`, '', prose(schema.description ?? ''), ''];
  const below: string[] = [];
  if (schema.properties) lines.push('| key | what | default | example |', '| --- | --- | --- | --- |');
  for (const [key, declared] of Object.entries(schema.properties ?? {})) {
    if (declared === false) continue;
    const property = resolved(declared);
    lines.push(row(key, property, schema.required?.includes(key) ?? false));
    const inner = innerMap(path === '' ? key : `${path}.${key}`, property);
    if (inner) below.push(...sections(...inner));
  }
  if (schema.oneOf) lines.push('', `Exactly one of: ${schema.oneOf.map(({ title: branch }) => branch).join('; ')}.`);
  return [...lines, '', ...below];
}

function row(key: string, schema: JsonSchema, required: boolean): string {
  const what = `${required ? '**required.** ' : ''}${schema.description ?? ''}${choices(schema)}`;
  const fallback = schema.default === undefined ? '' : code(schema.default);
  const example = schema.additionalProperties || innerMap('', schema) ? '' : code(schema.examples?.[0] ?? null);
  return `| \`${key}\` | ${cell(prose(what))} | ${fallback} | ${example} |`;
}

/** The map behind a key: itself, the entry of a keyed map (`<name>`), or the entry of a list (`[]`). */
function innerMap(path: string, schema: JsonSchema): [string, JsonSchema] | undefined {
  const branch = schema.discriminator ? schema.oneOf?.[0] : undefined;
  if (branch) return [path, resolved(branch)];
  if (schema.properties) return [path, schema];
  if (schema.additionalProperties) return innerMap(`${path}.<name>`, resolved(schema.additionalProperties));
  if (schema.items) return innerMap(`${path}[]`, resolved(schema.items));
  return undefined;
}

function resolved(schema: JsonSchema): JsonSchema {
  const name = schema.$ref?.slice('#/$defs/'.length);
  return (name !== undefined && organizationSchema.$defs?.[name]) || schema;
}

function choices({ enum: allowed }: JsonSchema): string {
  return allowed ? ` One of ${allowed.map(code).join(', ')}.` : '';
}

function code(value: Json): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return `\`${cell(text)}\``;
}

/** Outside of code, `<name>` would be taken for HTML. */
function prose(text: string): string {
  const pieces = text.split('`');
  return pieces.map((piece, index) => (index % 2 === 0 ? piece.replaceAll('<', '&lt;') : piece)).join('`');
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}

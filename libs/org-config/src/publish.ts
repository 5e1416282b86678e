import type { Json } from './document.ts';
import type { JsonSchema } from './schema/json-schema.ts';
import { organizationSchema } from './schema/organization-schema.ts';
import { platformSchema } from './schema/platform-schema.ts';
import { templateSchema } from './schema/template-schema.ts';

/** The text of `schemas/organization.v1.json`, which editors complete and check documents with. */
export function publishedSchema(): string {
  return `${JSON.stringify(organizationSchema, null, 2)}\n`;
}

/** The text of `schemas/organization-template.v1.json`. */
export function publishedTemplateSchema(): string {
  return `${JSON.stringify(templateSchema, null, 2)}\n`;
}

/** The text of `schemas/platform.v1.json`. */
export function publishedPlatformSchema(): string {
  return `${JSON.stringify(platformSchema, null, 2)}\n`;
}

/** The reference page of the document of the deployment: `docs/platform-document.md`. */
export function platformDocs(): string {
  return [
    '# The platform document',
    '',
    '<!-- Made from libs/org-config/src/schema by `UPDATE_CASES=1 jest publish` in libs/org-config. Do not edit. -->',
    '',
    'One document of a deployment says what belongs to no organization. It stands in the same files as the organizations, and',
    'is planned and applied with them; to change it an apply needs the right `platform.apply`.',
    '',
    '```yaml',
    '# yaml-language-server: $schema=../schemas/platform.v1.json',
    '```',
    '',
    ...sections({ path: '', schema: platformSchema }),
  ].join('\n');
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
    '## Templates',
    '',
    'What many organizations share stands in a document of its own, which each of them names in `spec.from`:',
    '',
    '```yaml',
    '# yaml-language-server: $schema=../schemas/organization-template.v1.json',
    'apiVersion: rolecall/v1',
    'kind: OrganizationTemplate',
    'metadata: { name: enterprise }',
    'spec: # as of an organization; anything may be missing',
    '  login: { session: { idle: 30m } }',
    '```',
    '',
    'Maps are merged by key. A list, a single value, and a map that has one of several forms (`metadata`, `clientSecret`, a',
    'condition) is inherited as a whole or not at all: that of the organization wins, then that of the template which',
    '`from` names last. A template may build on others by a `from` of its own. Nothing can be taken away again: a key without a value is an error,',
    'as everywhere. Secrets of a template are `fromEnv`.',
    '',
    ...sections({ path: '', schema: organizationSchema }),
  ].join('\n');
}

interface Section {
  readonly path: string;
  readonly schema: JsonSchema;
  /** Tells the branches of a choice apart. */
  readonly variant?: string;
}

/** One section per map, in the order of the schema; deeper maps follow their holder. */
function sections({ path, schema, variant = '' }: Section): string[] {
  const title = path === '' ? 'The document' : `\`${path}\`${variant}`;
  const lines = [`## ${title}`, '', prose(schema.description ?? ''), ''];
  const below: string[] = [];
  if (schema.properties) lines.push('| key | what | default | example |', '| --- | --- | --- | --- |');
  for (const [key, declared] of Object.entries(schema.properties ?? {})) {
    if (declared === false) continue;
    const property = resolved(declared);
    lines.push(row(key, property, schema.required?.includes(key) ?? false));
    for (const inner of innerMaps(path === '' ? key : `${path}.${key}`, property)) {
      below.push(...sections({ variant, ...inner }));
    }
  }
  if (schema.oneOf) lines.push('', `Exactly one of: ${schema.oneOf.map(({ title: branch }) => branch).join('; ')}.`);
  return [...lines, '', ...below];
}

function row(key: string, schema: JsonSchema, required: boolean): string {
  const what = `${required ? '**required.** ' : ''}${schema.description ?? ''}${choices(schema)}`;
  const fallback = schema.default === undefined ? '' : code(schema.default);
  const example =
    schema.additionalProperties || innerMaps('', schema).length > 0 ? '' : code(schema.examples?.[0] ?? null);
  return `| \`${key}\` | ${cell(prose(what))} | ${fallback} | ${example} |`;
}

/** The maps behind a key: itself, the entry of a keyed map (`<name>`) or of a list (`[]`), or each branch of a choice. */
function innerMaps(path: string, schema: JsonSchema): readonly Section[] {
  if (schema.discriminator) return (schema.oneOf ?? []).map((branch) => branchOf(path, schema, resolved(branch)));
  if (schema.properties) return [{ path, schema }];
  if (schema.additionalProperties) return innerMaps(`${path}.<name>`, resolved(schema.additionalProperties));
  return schema.items ? innerMaps(`${path}[]`, resolved(schema.items)) : [];
}

function branchOf(path: string, { discriminator }: JsonSchema, schema: JsonSchema): Section {
  const tag = discriminator?.propertyName ?? '';
  const declared = schema.properties?.[tag];
  const value = declared ? declared.const : undefined;
  return { path, schema, variant: typeof value === 'string' ? ` with \`${tag}: ${value}\`` : '' };
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

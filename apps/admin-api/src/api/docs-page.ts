import { createHash } from 'node:crypto';
import { openApiDocument } from './openapi.ts';
import { OPERATIONS } from './operations.ts';
import type { Operation } from './operations.ts';
import { SCHEMAS } from './schemas.ts';

const STYLE = `
:root { color-scheme: light dark; --line: color-mix(in srgb, currentcolor 18%, transparent); }
body { margin: 2rem auto; max-width: 54rem; padding: 0 1rem; font: 1rem/1.5 system-ui, sans-serif; }
article, details { border-top: 1px solid var(--line); padding: .75rem 0; }
h2 { margin-top: 2.5rem; } h3 { margin: 0; font-size: 1rem; } p { margin: .25rem 0; }
code, pre { font: .9em/1.45 ui-monospace, monospace; } pre { overflow-x: auto; }
summary { cursor: pointer; }
`;

/** What the page may load: its own style sheet and nothing else. */
export const DOCS_CSP = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`,
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** The API for a person: every operation and every schema, from the same source as the OpenAPI document. */
export function docsPage(): string {
  const { info } = openApiDocument('');
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escape(info.title)}</title>
<style>${STYLE}</style></head>
<body>
<main>
<h1>${escape(info.title)}</h1>
<p>${withCode(info.description)} The same as data: <a href="/v1/openapi.json">OpenAPI 3.1</a>.</p>
<h2>Operations</h2>
${Object.values<Operation>(OPERATIONS).map(operationArticle).join('\n')}
<h2>Schemas</h2>
${Object.entries(SCHEMAS).map(schemaDetails).join('\n')}
</main>
</body>
</html>
`;
}

function operationArticle({
  method,
  path,
  summary,
  right,
  body,
  response,
  query = {},
  refusals = {},
}: Operation): string {
  const codes = Object.entries(refusals).map(
    ([status, names]) => `${status} ${names.map((name) => `\`${name}\``).join(' ')}`,
  );
  const lines = [
    `${summary}.`,
    right ? `Needs the right \`${right}\`.` : '',
    ...Object.entries(query).map(([name, { description }]) => `Query \`${name}\`: ${description}.`),
    `${body ? `Takes \`${body}\`, answers` : 'Answers'} \`${response}\`.`,
    codes.length > 0 ? `Refuses with ${codes.join('; ')}.` : '',
  ];
  const paragraphs = lines.filter((line) => line !== '').map((line) => `<p>${withCode(line)}</p>`);
  return `<article><h3><code>${method.toUpperCase()} ${escape(path)}</code></h3>${paragraphs.join('')}</article>`;
}

function schemaDetails([name, schema]: [string, object]): string {
  const json = escape(JSON.stringify(schema, null, 2));
  return `<details id="${escape(name)}"><summary><code>${escape(name)}</code></summary><pre>${json}</pre></details>`;
}

/** Escaped, with the parts in backticks as code. */
function withCode(text: string): string {
  return escape(text).replaceAll(/`([^`]+)`/g, '<code>$1</code>');
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

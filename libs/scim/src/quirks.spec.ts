import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PATCH_DIALECTS } from './patch/dialects.ts';
import { QUIRKS } from './quirks.ts';

const file = join(import.meta.dirname, '../../../docs/scim-quirks.md');

/** What people look a quirk of the request log up in. */
function page(): string {
  const rows = Object.entries(QUIRKS).map(([quirk, what]) => {
    const clients = PATCH_DIALECTS.filter((dialect) => dialect.quirk === quirk).flatMap((dialect) => dialect.clients);
    return `| \`${quirk}\` | ${what} | ${[...new Set(clients)].join(', ')} |`;
  });
  return `# Quirks: what identity providers send beside the standard

<!-- Made from libs/scim/src/quirks.ts; UPDATE_CASES=1 writes it. Do not edit. -->

\`rolecall scim log ORG\` names the quirks of each request, \`rolecall_scim_quirks_total\` counts them. With \`spec.scim.mode: strict\`
such a request is refused, and the hint of its entry names the quirk; \`both modes\` says which ones are understood there too.

| quirk | what came | seen from, in PATCH |
| --- | --- | --- |
${rows.join('\n')}
`;
}

it('docs/scim-quirks.md says what there is', () => {
  if (process.env['UPDATE_CASES'] === '1') writeFileSync(file, page());
  expect(readFileSync(file, 'utf8')).toBe(page());
});

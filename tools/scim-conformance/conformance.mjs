// docs/scim-conformance.md: what the standards and profiles state, and the tests that show it. A test shows a statement when its
// title begins with the statement's id ("C3 …"), or when it is a script of apps/scim-server/cases that names the id in its head.
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');
const TITLE = /(['"`])((?:[DHECPXFSGAVLBMTW]\d{1,2}[ ,:]+)+(?:(?!\1).)*)\1/g;
const ID = /^[DHECPXFSGAVLBMTW]\d{1,2}$/;
const SHOWN = 4;

/** @returns {{ title: string, rows: string[][] }[]} parts of one of the text files beside this one */
export function readParts(file) {
  const text = readFileSync(join(import.meta.dirname, file), 'utf8');
  return text
    .split(/^## /m)
    .slice(1)
    .map((part) => {
      const [title, ...lines] = part.trim().split('\n');
      return { title, rows: lines.map((line) => line.split('|').map((cell) => cell.trim())) };
    });
}

/** @returns {Map<string, string[]>} by a statement's id: references to tests, "`path` › title" or "`path`" of a script */
function readTests() {
  const found = new Map();
  const add = (id, reference) => found.set(id, [...(found.get(id) ?? []), reference]);
  for (const path of globSync('apps/scim-server/cases/**/*.http', { cwd: root }).sort()) {
    const ids = /^statements: (.+)$/m.exec(readFileSync(join(root, path), 'utf8'))?.[1] ?? '';
    for (const id of ids.split(/, */)) add(id, `\`${path}\``);
  }
  for (const line of readFileSync(join(import.meta.dirname, 'more-tests.txt'), 'utf8')
    .trim()
    .split('\n')
    .slice(1)) {
    const [id, path, title] = line.split(' | ');
    add(id, `\`${path}\` › ${title}`);
  }
  for (const path of globSync('{apps,libs,tools}/**/*.spec.ts', {
    cwd: root,
    exclude: ['**/node_modules/**'],
  }).sort()) {
    for (const [, , title] of readFileSync(join(root, path), 'utf8').matchAll(TITLE)) {
      const ids = title.split(/[ ,:]+/);
      const end = ids.findIndex((word) => !ID.test(word));
      for (const id of new Set(ids.slice(0, end < 0 ? undefined : end))) add(id, `\`${path}\` › ${title}`);
    }
  }
  return found;
}

/** Tests that a reader should open first: scripts, then as many others as fit. */
function shownBy(tests, id) {
  const all = tests.get(id) ?? [];
  const own = (reference) => Number(!new RegExp(`/${id.replace(/(\d+)/, (n) => n.padStart(2, '0'))}-`).test(reference));
  const isScript = (reference) => reference.includes('.http');
  const specs = all.filter((reference) => !isScript(reference));
  const scripts = all.filter(isScript).sort((a, b) => own(a) - own(b));
  return [...specs.slice(0, SHOWN - Math.min(2, scripts.length)), ...scripts].slice(0, SHOWN);
}

const cell = (text) => text.replaceAll('|', '\\|').replaceAll(/<(?!br>)/g, '&lt;');

/** The page, and which statements have no test. */
export function conformance() {
  const tests = readTests();
  const missing = [];
  const parts = readParts('statements.txt').flatMap(({ title, rows }) => [
    `## ${title}`,
    '',
    '| id | source | mode | statement | shown by |',
    '| --- | --- | --- | --- | --- |',
    ...rows.map(([id, source, mode, statement]) => {
      const references = shownBy(tests, id);
      if (references.length === 0) missing.push(id);
      return `| ${id} | ${cell(source)} | ${mode} | ${cell(statement)} | ${cell(references.join('<br>'))} |`;
    }),
    '',
  ]);
  return { text: [...HEAD, ...parts, ...profiles(tests), ...SUITES, ...clients(), ''].join('\n'), missing };
}

const HEAD = [
  '# SCIM 2.0: what is stated, and the tests that show it',
  '',
  '<!-- Made from tools/scim-conformance and the titles of tests by `npm run docs`. Do not edit. -->',
  '',
  'Each statement is one of RFC 7643 (data), 7644 (protocol), 9865 (cursors) or 9967 (events), of an erratum of RFC 7644 (E), of the',
  'interoperability profile draft-zollner-scim-interop-profile-01 (IP), of the OpenID IPSIE AL profile (AL), or of the documentation and',
  'gallery tests of Microsoft Entra (MS, MSV). Where they contradict each other, `spec.scim.mode` decides: `tolerant` (the default)',
  'understands what identity providers really send; `strict` is the letter of the profile. Up to four tests are named for each; a script',
  '(`.http`) is a conversation that [can be read](../apps/scim-server/cases/README.md). `tools/scim-conformance.spec.ts` fails when a statement has',
  'no test, or a named test is gone.',
  '',
];

const SUITES = [
  '## Public suites',
  '',
  '`tools/interop/scim2-tester.py` runs scim2-tester 0.5.2 against a directory: 131 of its 141 checks pass. The others are explained there:',
  'seven want what they sent where we answer with more (`$ref`, `display`) or have more already, two search the root for everything (M2), and',
  'one takes `active` away, which would activate somebody by saying nothing. The requests of Okta’s SPEC test and of Microsoft’s',
  'validator are among the scripts below (21, 11, 12).',
  '',
];

function profiles(tests) {
  return readParts('profiles.txt').flatMap(({ title, rows }) => [
    `## Profile: ${title}`,
    '',
    '| clause | what is asked | statements | tests |',
    '| --- | --- | --- | --- |',
    ...rows.map(([clause, asked, ids]) => {
      const references = ids
        .split(' ')
        .filter(Boolean)
        .flatMap((id) => shownBy(tests, id).slice(-1));
      return `| ${cell(clause)} | ${cell(asked)} | ${ids.replaceAll(' ', ', ')} | ${cell([...new Set(references)].join('<br>'))} |`;
    }),
    '',
  ]);
}

function clients() {
  const rows = globSync('apps/scim-server/cases/interop/**/*.http', { cwd: root })
    .sort()
    .map((path) => {
      const text = readFileSync(join(root, path), 'utf8');
      const [, number, client] = /interop\/(\d+)-([^/]+)\//.exec(path) ?? [];
      const title = /^# (.+)$/m.exec(text)?.[1] ?? '';
      const source = /^source: (.+)$/m.exec(text)?.[1] ?? '';
      return `| ${Number(number)} | ${client} | ${cell(title)} | ${cell(source)} | \`${path}\` |`;
    });
  return [
    '## What clients do',
    '',
    'Each is a script that is performed against the real server.',
    '',
    '| nr | client | what is shown | source | script |',
    '| --- | --- | --- | --- | --- |',
    ...rows,
  ];
}

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Io } from '../io.ts';
import { refuseLosses } from './refuse-losses.ts';

let cwd: string;
beforeEach(() => void (cwd = mkdtempSync(join(tmpdir(), 'rolecall-losses-'))));
afterEach(() => rmSync(cwd, { recursive: true }));

/** What is said of replacing acme.yaml by the organization "acme". */
function saidOf(text: string): string | undefined {
  const path = join(cwd, 'acme.yaml');
  writeFileSync(path, text);
  try {
    refuseLosses([{ organization: 'acme', path }], { cwd } as Io);
  } catch (error) {
    const { code, message } = error as { readonly code: string; readonly message: string };
    return `${code} ${message.split(' ')[0]}`;
  }
  return undefined;
}

const organization = (name: string, kind = 'Organization') =>
  `apiVersion: rolecall/v1\nkind: ${kind}\nmetadata:\n  name: ${name}\nspec:\n  displayName: One\n`;

it.each([
  ['the organization', organization('acme')],
  ['with comments', `# one\n\n# two\n${organization('acme')}`],
  ['in another spelling', '{ kind: "Organization", metadata: { "name": acme } }\n'],
  ['between markers', `---\n${organization('acme')}...\n`],
  ['nothing', ''],
  ['comments alone', '# later\n'],
])('replaces a file that has %s', (_what, text) => {
  expect(saidOf(text)).toBeUndefined();
});

it.each([
  ['another organization', organization('acme-ltd'), 'file_is_another acme.yaml:1'],
  ['one whose name begins like it', organization('acme2'), 'file_is_another acme.yaml:1'],
  ['another kind', `# the deployment\n${organization('acme', 'Platform')}`, 'file_is_another acme.yaml:2'],
  ['a template', organization('acme', 'OrganizationTemplate'), 'file_is_another acme.yaml:1'],
  ['something else', 'a list of things to do\n', 'file_is_another acme.yaml:1'],
  ['a second document', `${organization('acme')}---\n${organization('globex')}`, 'file_has_others acme.yaml:8'],
  [
    'one after the end of the first',
    `${organization('acme')}...\n${organization('globex')}`,
    'file_has_others acme.yaml:8',
  ],
  ['what inherits', organization('acme').replace('displayName: One', 'from: [base]'), 'file_inherits acme.yaml:6'],
])('refuses to replace a file that has %s', (_what, text, said) => {
  expect(saidOf(text)).toBe(said);
});

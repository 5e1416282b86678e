import { loadDocuments, renderDiagnostics } from './index.ts';
import type { Diagnostic } from './index.ts';

const at = (file: string, line: number, column: number, severity: Diagnostic['severity'] = 'error'): Diagnostic => ({
  severity,
  code: 'a_code',
  message: 'something is wrong',
  suggestion: 'write this',
  position: { file, line, column },
});

describe('renderDiagnostics', () => {
  it('sorts by place and counts', () => {
    const sources = [
      { path: 'a.yaml', text: 'one\ntwo\n' },
      { path: 'b.yaml', text: 'three\n' },
    ];
    const text = renderDiagnostics([at('b.yaml', 1, 2, 'warning'), at('a.yaml', 2, 1), at('a.yaml', 1, 3)], sources);
    expect(text.split('\n').filter((line) => line.includes('a_code') || line.includes('checked'))).toEqual([
      'a.yaml:1:3  a_code  something is wrong; write this',
      'a.yaml:2:1  a_code  something is wrong; write this',
      'b.yaml:1:2  a_code  something is wrong; write this',
      '2 files checked, 2 errors and 1 warning in 2 files',
    ]);
  });

  it('lets a terminal colour the parts', () => {
    const text = renderDiagnostics(
      [at('a.yaml', 1, 2)],
      [{ path: 'a.yaml', text: 'ab' }],
      (part, piece) => `<${part}>${piece}</>`,
    );
    expect(text).toBe(
      [
        '<place>a.yaml:1:2</>  <error>a_code</>  something is wrong; <suggestion>write this</>',
        '<source>     1 | ab</>',
        '<source>       | </> <caret>^</>',
        '<summary>1 file checked, 1 error in 1 file</>',
        '',
      ].join('\n'),
    );
  });

  it('shows a long line around its place', () => {
    const text = renderDiagnostics(
      [at('a.yaml', 1, 501)],
      [{ path: 'a.yaml', text: `${'x'.repeat(500)}HERE${'y'.repeat(500)}` }],
    );
    const [, line, caret] = text.split('\n');
    expect(line?.length).toBeLessThan(140);
    expect(line?.[caret?.indexOf('^') ?? 0]).toBe('H');
  });

  it('makes control characters visible, so that a file does not command the terminal', () => {
    const source = { path: '\u001b[2Ja.yaml', text: 'a: \u001b]0;title\u0007 \u202e' };
    const text = renderDiagnostics([{ ...at(source.path, 1, 1), message: 'bad \u001b[31m\nvalue' }], [source]);
    expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    expect(text.split('\n')).toHaveLength(5);
  });

  it('names files as people find them, and reads them by the path that they have among each other', () => {
    const text = `apiVersion: rolecall/v1
kind: Organization
metadata: { name: acme }
spec: { identityProviders: { okta: { type: saml, metadata: { file: okta.xml } } } }
`;
    const sources = ['a', 'b'].map((name) => ({ path: `${name}.yaml`, shownAs: `../orgs/${name}.yaml`, text }));
    const read: string[] = [];
    const readFile = (path: string) => void read.push(path);
    const shown = renderDiagnostics(loadDocuments(sources, { readFile }).diagnostics, sources);
    expect(read).toEqual(['okta.xml', 'okta.xml']);
    expect(shown).toContain('../orgs/a.yaml:4:68  metadata_file_missing  there is no file `../orgs/okta.xml`');
    expect(shown).toContain('../orgs/b.yaml:3:19  duplicate_organization');
    expect(shown).toContain('is declared in ../orgs/a.yaml:3 too');
    expect(shown).toContain('     3 | metadata: { name: acme }');
  });

  it.each([
    ['clientSecret: hunter2', 'clientSecret: ********', 1],
    ['      "client_secret": "hunter2"', '      "client_secret": ********', 24],
    ["'password' :hunter2", "'password' :********", 13],
    ['- token: hunter2 # rotate', '- token: ********', 3],
    ['okta: { type: oidc, clientSecret: hunter2, scope: openid }', 'okta: { type: oidc, clientSecret: ********', 50],
    ['# old: privateKey: hunter2', '# old: privateKey: ********', 1],
    ['password:', 'password:', 1],
    ['secret-keeper: { permissions: [tokens.read] }', 'secret-keeper: { permissions: [tokens.read] }', 1],
  ])('masks what is pasted at a key that is named like a secret: %s', (text, shown, column) => {
    const [, line, caret] = renderDiagnostics([at('a.yaml', 1, column)], [{ path: 'a.yaml', text }]).split('\n');
    expect(line).toBe(`     1 | ${shown}`);
    expect(caret?.indexOf('^')).toBe(8 + Math.min(column, shown.replace('********', '').length + 1));
  });

  it.each([
    ['a block', 'idp:\n  privateKey: |\n    BEGIN\n\n    hunter2\n  x: y', 5, 5, undefined],
    ['a map', 'idp:\n  clientSecret:\n    - value:\n        hunter2', 4, 9, undefined],
    ['a value that goes on at the margin', 'clientSecret: "BEGIN\nhunter2"', 2, 1, '/clientSecret'],
  ])('masks a line of a value that spans several: %s', (_what, text, line, column, pointer) => {
    const shown = renderDiagnostics([{ ...at('a.yaml', line, column), pointer }], [{ path: 'a.yaml', text }]);
    expect(shown).not.toContain('hunter2');
    expect(shown).toContain(`     ${line} | ${' '.repeat(column - 1)}********\n       | ${' '.repeat(column - 1)}^`);
    const after = renderDiagnostics([at('a.yaml', 6, 3)], [{ path: 'a.yaml', text }]);
    expect(after.includes('     6 |   x: y')).toBe(text.endsWith('x: y'));
  });

  it('tells nothing of a secret in a file that the loader refuses', () => {
    const yaml = (entry: string) => `apiVersion: rolecall/v1
kind: Organization
metadata: { name: acme }
spec:
  identityProviders:
    okta:
      type: oidc
      ${entry}
`;
    for (const entry of [
      'clientSecret: hunter2',
      'clientSecret: "hunter2',
      'password: { a: hunter2',
      'token: !!x hunter2',
    ]) {
      const sources = [{ path: 'a.yaml', text: yaml(entry) }];
      const { diagnostics } = loadDocuments(sources, { readFile: () => undefined });
      expect(diagnostics).not.toEqual([]);
      expect(renderDiagnostics(diagnostics, sources) + JSON.stringify(diagnostics)).not.toContain('hunter2');
    }
  });
});

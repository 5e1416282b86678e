import { loadDocuments } from './index.ts';

const SIZE = 1_048_000;
const repeated = (text: string): string => text.repeat(Math.floor(SIZE / text.length));
const codes = (text: string): readonly string[] => [
  ...new Set(
    loadDocuments([{ path: 'a.yaml', text }], { readFile: () => undefined }).diagnostics.map(({ code }) => code),
  ),
];

/** A file in a pull request is written by anybody: none may end the process, or keep it busy for minutes. */
describe('a hostile file', () => {
  it.each([
    ['open lists', repeated('['), 'nesting_too_deep'],
    ['open maps', repeated('{a: '), 'nesting_too_deep'],
    ['lists in lists', repeated('- '), 'nesting_too_deep'],
    ['keys of keys', repeated('? '), 'nesting_too_deep'],
    ['a billion laughs', 'a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n', 'alias_refused'],
    ['more documents than anybody writes', 'a\n---\n'.repeat(1_100), 'too_many_documents'],
    ['one key again and again', 'a: 1\n'.repeat(60_000), 'duplicate_key'],
    ['more than a mebibyte', `# ${'x'.repeat(1_048_576)}`, 'file_too_large'],
    ['a mebibyte in bytes, less in characters', `# ${'ä'.repeat(600_000)}`, 'file_too_large'],
  ])('%s', (_, text, code) => {
    expect(codes(text)).toContain(code);
  });

  it('with thousands of groups and references is checked in linear time', () => {
    const names = Array.from({ length: 9_000 }, (_, index) => `g${index}`);
    const text = [
      'apiVersion: rolecall/v1\nkind: Organization\nmetadata: { name: acme }\nspec:\n  groups:',
      ...names.map((name) => `    ${name}: {}`),
      '  authorization:\n    mappingRoles:',
      ...Array.from({ length: 40 }, (_, index) => `      m${index}: { groups: [${names.slice(-900).join(', ')}] }`),
    ].join('\n');
    expect(codes(text)).toEqual([]);
  });

  it('never sends the loader outside of the directory of the document', () => {
    const asked: string[] = [];
    const readFile = (path: string): undefined => void asked.push(path);
    const provider = (name: string, file: string): string =>
      `    ${name}: { type: saml, metadata: { file: ${JSON.stringify(file)} } }`;
    const files = ['../a.xml', '/etc/passwd', 'a/../../b.xml', '..', 'a\\..\\b.xml', 'a\u0000.xml', 'idp/okta.xml'];
    const text = [
      'apiVersion: rolecall/v1\nkind: Organization\nmetadata: { name: acme }\nspec:\n  identityProviders:',
      ...files.map((file, index) => provider(`p${index}`, file)),
    ].join('\n');
    loadDocuments([{ path: 'orgs/eu/acme.yaml', text }], { readFile });
    expect(asked).toEqual(['orgs/eu/idp/okta.xml']);
  });
});

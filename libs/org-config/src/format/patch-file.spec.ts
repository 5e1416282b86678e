import { patchFile } from './patch-file.ts';
import type { FileEdit } from './patch-file.ts';

const FILE = `# all of our customers
apiVersion: rolecall/v1
kind: Organization
metadata:
  name: acme # the login domain
spec:
  # shown at the sign-in
  displayName: "Acme Corp"
  login:
    session: { idle: 30m } # as the auditors want it
  authorization:
    rules:
      # first of all
      - name: admins
        when: { attribute: groups, equals: acme-admins }
        grants: { account/main: [sso_admin] }
      - name: creators # who makes campaigns
        when: { attribute: groups, equals: makers }
        grants: { account/main: [creator] }
---
# another one
apiVersion: rolecall/v1
kind: Organization
metadata: { name: globex }
spec: &spec
  displayName: Globex
`;

function patched(...edits: readonly Omit<FileEdit, 'organization'>[]): string | undefined {
  return patchFile(
    { path: 'orgs.yaml', text: FILE },
    edits.map((edit) => ({ organization: 'acme', ...edit })),
  );
}

const lines = (text: string | undefined) => (text ?? '').split('\n');

/** What the printer of YAML does to the file by itself is nothing. */
it('without an edit the file stays as it is', () => {
  expect(patched()).toBe(FILE);
});

it('sets a value, and every other line stays', () => {
  const text = patched({ pointer: '/spec/login/session/idle', value: '5m' });
  expect(text).toBe(FILE.replace('idle: 30m', 'idle: 5m'));
});

it('keeps the lines around a value where the printer would have moved a comment or set blanks', () => {
  const text = `metadata: { name: acme }
spec:
  displayName: 'Acme' # the name
  roles: # all of them
    creator: {permissions: [a,b]}
`;
  const edits = [
    { organization: 'acme', pointer: '/spec/displayName', value: 'Acme: #1' },
    { organization: 'acme', pointer: '/spec/roles/creator/permissions/1', value: 'c, d' },
  ];
  expect(patchFile({ path: 'orgs.yaml', text }, edits)).toBe(
    text.replace(`'Acme'`, '"Acme: #1"').replace('a,b', 'a,"c, d"'),
  );
});

it('takes no template for the organization that has its name', () => {
  const text = `kind: OrganizationTemplate
metadata: { name: acme }
spec: { login: { session: { idle: 30m } } }
---
kind: Organization
metadata: { name: acme }
spec: { from: [acme], login: { session: { idle: 30m } } }
`;
  const edits = [{ organization: 'acme', pointer: '/spec/login/session/idle', value: '5m' }];
  expect(patchFile({ path: 'orgs.yaml', text }, edits)).toBe(text.replace(/30m(?=[^]*$)(?![^]*30m)/, '5m'));
});

it('adds what is not there, with the maps around it', () => {
  const text = patched({ pointer: '/spec/roles/creator', value: { permissions: ['a', 'b'] } });
  expect(lines(text)).toEqual(expect.arrayContaining(['  roles:', '    creator:', '      permissions:']));
  expect(lines(FILE).filter((line) => !lines(text).includes(line))).toEqual([]);
});

it('takes away an entry of a list by its name, and a key by its name', () => {
  const rule = patched({ pointer: '/spec/authorization/rules/admins', value: undefined });
  expect(rule).not.toContain('acme-admins');
  expect(rule).toContain('- name: creators # who makes campaigns');
  expect(patched({ pointer: '/spec/displayName', value: undefined })).not.toContain('Acme Corp');
});

it('changes an entry of a list by its name, and adds one behind the others', () => {
  const when = { attribute: 'team', equals: 'x' };
  expect(patched({ pointer: '/spec/authorization/rules/creators/when', value: when })).toContain('equals: x');
  const text = patched({ pointer: '/spec/authorization/rules/new', value: { name: 'new', when } }) ?? '';
  expect(text.indexOf('name: new')).toBeGreaterThan(text.indexOf('name: creators'));
});

it('puts entries into another order, with their comments', () => {
  const text = patched({ pointer: '/spec/authorization/rules', value: ['creators', 'admins'] }) ?? '';
  expect(text.indexOf('name: admins')).toBeGreaterThan(text.indexOf('name: creators # who makes campaigns'));
});

it.each([
  [
    'an organization that it does not have',
    { organization: 'initech', pointer: '/spec/displayName', value: 'x' },
    FILE,
  ],
  [
    'a part behind an alias',
    { organization: 'a', pointer: '/spec/x/y', value: 1 },
    'metadata: { name: a }\nz: &z {}\nspec: { x: *z }\n',
  ],
  ['broken YAML', { organization: 'acme', pointer: '/spec/displayName', value: 'x' }, 'metadata: [\n'],
])('leaves %s alone', (_what, edit, text) => {
  expect(patchFile({ path: 'orgs.yaml', text }, [edit])).toBeUndefined();
});

import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { discover } from './discover.ts';
import { Inventory } from './inventory.ts';
import { load } from './load.ts';
import { readSettings } from './settings.ts';

const NOW = new Date('2026-11-01T12:00:00Z');

function organization(metadata: string): string {
  return `apiVersion: rolecall/v1
kind: Organization
metadata: { name: acme }
spec:
  identityProviders:
    okta:
      type: saml
      metadata: ${metadata}
`;
}

describe('files', () => {
  let directory: string;
  beforeEach(() => {
    directory = realpathSync(mkdtempSync(join(tmpdir(), 'rolecall-files-')));
  });
  afterEach(() => rmSync(directory, { recursive: true }));
  const put = (path: string, text = 'a: b\n') => {
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    writeFileSync(join(directory, path), text);
  };
  const at = (path: string) => join(directory, path);

  it('finds YAML files below, and skips what is no configuration', () => {
    for (const path of ['b.yml', 'a/x.yaml', 'a/README.md', '.git/c.yaml', '.hidden.yaml', 'node_modules/p/d.yaml'])
      put(path);
    put('rolecall.yaml', 'paths: []\n');
    expect(discover([], directory, undefined)).toMatchObject({ root: directory, paths: ['a/x.yaml', 'b.yml'] });
  });

  it('takes paths from rolecall.yaml above, and from the command line before it', () => {
    put('repo/rolecall.yaml', 'paths: [orgs]\n');
    put('repo/orgs/a.yaml');
    put('repo/other/b.yaml');
    const settings = readSettings(at('repo/other'));
    expect(discover([], at('repo/other'), settings)).toMatchObject({ root: at('repo'), paths: ['orgs/a.yaml'] });
    expect(discover(['b.yaml'], at('repo/other'), settings).paths).toEqual(['other/b.yaml']);
  });

  it('takes the common directory of paths elsewhere as their root', () => {
    put('one/a.yaml');
    put('two/x/b.yaml');
    put('two/y/c.yaml');
    const found = discover([at('two/x'), at('two/y/c.yaml')], at('one'), undefined);
    expect(found).toMatchObject({ root: at('two'), paths: ['x/b.yaml', 'y/c.yaml'] });
  });

  it.each([
    ['repo', ['orgs'], 'orgs/x/a.yaml'],
    ['repo', ['./orgs/x/a.yaml'], 'orgs/x/a.yaml'],
    ['repo/orgs', [], 'x/a.yaml'],
    ['repo/orgs/x', ['..'], 'a.yaml'],
    ['elsewhere', ['../repo/orgs'], '../repo/orgs/x/a.yaml'],
    ['elsewhere', ['/orgs'], '/orgs/x/a.yaml'],
  ])('shows paths as they lead from the working directory: in %s, %j', (cwd, targets, shown) => {
    for (const path of ['repo/rolecall.yaml', 'repo/orgs/x/a.yaml', 'elsewhere/b.yaml']) put(path);
    const absolute = (path: string) => path.replace(/^\//, `${at('repo')}/`);
    const found = discover(targets.map(absolute), at(cwd), undefined);
    expect(found.paths.map((path) => found.shown(path))).toEqual([absolute(shown)]);
  });

  it('shows files of rolecall.yaml above the working directory on the way that leads to them', () => {
    put('repo/rolecall.yaml', 'paths: [orgs]\n');
    put('repo/orgs/a.yaml');
    put('repo/src/x.txt');
    const found = discover([], at('repo/src'), readSettings(at('repo/src')));
    expect([found.paths, found.paths.map((path) => found.shown(path))]).toEqual([['orgs/a.yaml'], ['../orgs/a.yaml']]);
    expect(() => discover(['nothing.yaml'], at('repo/src'), undefined)).toThrow('there is no nothing.yaml');
  });

  it('refuses links that lead out of the root, and does not run in circles', () => {
    put('outside.yaml');
    put('repo/a.yaml');
    symlinkSync(at('repo'), at('repo/loop'));
    symlinkSync('a.yaml', at('repo/b.yaml'));
    expect(discover([], at('repo'), undefined).paths).toEqual(['a.yaml', 'b.yaml']);
    symlinkSync(at('outside.yaml'), at('repo/c.yaml'));
    expect(() => discover([], at('repo'), undefined)).toThrow(expect.objectContaining({ code: 'symlink_leaves_root' }));
    rmSync(at('repo/c.yaml'));
    symlinkSync(directory, at('repo/up'));
    expect(() => discover([], at('repo'), undefined)).toThrow(expect.objectContaining({ code: 'symlink_leaves_root' }));
  });

  it('refuses paths of rolecall.yaml that lead out of its directory by a link', () => {
    put('outside/a.yaml');
    put('repo/orgs/a.yaml');
    symlinkSync(at('outside'), at('repo/out'));
    symlinkSync('orgs', at('repo/in'));
    const own = (path: string) => discover([], at('repo'), { directory: at('repo'), paths: [path] });
    expect(own('in/a.yaml').paths).toEqual(['in/a.yaml']);
    for (const path of ['out', 'out/a.yaml']) {
      expect(() => own(path)).toThrow(expect.objectContaining({ code: 'symlink_leaves_root' }));
    }
  });

  it('refuses what is no file before it is read, wherever its name comes from', () => {
    mkdirSync(at('repo'));
    execFileSync('mkfifo', [at('repo/pipe.yaml')]);
    symlinkSync('pipe.yaml', at('repo/link.yaml'));
    const refused = expect.objectContaining({ code: 'no_regular_file', exitCode: 3 }) as Error;
    for (const targets of [[], ['pipe.yaml'], ['link.yaml'], ['/dev/zero']]) {
      expect(() => discover(targets, at('repo'), undefined)).toThrow(refused);
    }
    const settings = { directory: at('repo'), paths: ['pipe.yaml'] };
    expect(() => discover([], at('repo'), settings)).toThrow(refused);
  });

  it('refuses a metadata file that is a link out of the root', () => {
    put('secret.xml', '<secret/>');
    put('repo/acme.yaml', organization('{ file: okta.xml }'));
    symlinkSync(at('secret.xml'), at('repo/okta.xml'));
    const found = discover([], at('repo'), undefined);
    expect(() => new Inventory(found)).toThrow(expect.objectContaining({ code: 'symlink_leaves_root' }));
  });

  it.each([
    ['a link', () => symlinkSync('.git/config', at('a.yaml'))],
    ['the path of metadata', () => put('a.yaml', organization('{ file: .git/config }'))],
  ])('refuses what leads into .git: %s', (_, make) => {
    put('.git/config', '[http] extraheader = "AUTHORIZATION: basic c2VjcmV0"');
    make();
    expect(() => new Inventory(discover([], directory, undefined))).toThrow(
      expect.objectContaining({ code: 'inside_git' }),
    );
  });

  it('refuses a file over 1 MiB without reading it', () => {
    put('big.yaml', 'x'.repeat(1024 * 1024 + 1));
    expect(() => new Inventory(discover([], directory, undefined))).toThrow(
      expect.objectContaining({ code: 'file_too_large' }),
    );
  });

  it('refuses text that is not UTF-8', async () => {
    writeFileSync(at('a.yaml'), Buffer.from([0x61, 0x3a, 0x20, 0xff, 0x0a]));
    const inventory = new Inventory(discover([], directory, undefined));
    await expect(load(inventory, inventory.files, NOW)).rejects.toMatchObject({ code: 'not_utf8' });
  });

  it.each(['{ file: okta.xml }', '{ "file": "okta.xml" }', "\n        file: 'okta.xml' # the app", '{file: okta.xml}'])(
    'has another digest when the metadata file changes: %s',
    (metadata) => {
      put('orgs/acme.yaml', organization(metadata));
      const digest = () => new Inventory(discover([], directory, undefined)).files[0]?.digest;
      const without = digest();
      put('orgs/okta.xml', '<one/>');
      const one = digest();
      put('orgs/okta.xml', '<two/>');
      expect(new Set([without, one, digest()]).size).toBe(3);
    },
  );

  it('has another digest when a template changes that it inherits from, or that one of these builds on', () => {
    const template = (name: string, spec: string) =>
      `apiVersion: rolecall/v1\nkind: OrganizationTemplate\nmetadata: { name: ${name} }\nspec: ${spec}\n`;
    const inheriting = (from: string) =>
      organization('{ url: https://a.example }').replace('spec:', `spec:\n  from:${from}`);
    put('templates/base.yaml', template('base', '{ displayName: A }'));
    put('templates/okta.yaml', template('okta', '{ from: [base] }'));
    put('templates/other.yaml', template('other', '{}'));
    put('a.yaml', inheriting(' [okta]'));
    put('b.yaml', inheriting('\n    - other\n    # and\n    - "okta"'));
    put('c.yaml', organization('{ url: https://a.example }'));
    put('d.yaml', inheriting(' [\n    other\n  ]'));
    const digests = () =>
      Object.fromEntries(
        new Inventory(discover([], directory, undefined)).files.map(({ path, digest }) => [path, digest]),
      );
    const before = digests();
    put('templates/base.yaml', template('base', '{ displayName: B }'));
    const after = digests();
    const changed = Object.keys(before).filter((path) => before[path] !== after[path]);
    expect(changed).toEqual(['a.yaml', 'b.yaml', 'templates/base.yaml', 'templates/okta.yaml']);
    rmSync(at('templates/other.yaml'));
    expect([digests()['d.yaml'] === after['d.yaml'], digests()['c.yaml'] === after['c.yaml']]).toEqual([false, true]);
  });

  it.each(['{ file: >-\n          okta.xml\n        }', '{ "fil\\u0065": okta.xml }'])(
    'refuses a spelling that would hide a change of the metadata file: %s',
    async (metadata) => {
      put(
        'acme.yaml',
        organization(metadata)
          .replace('metadata: { file: >-', 'metadata:\n        file: >-')
          .replace('\n        }', ''),
      );
      put('okta.xml', '<EntityDescriptor/>');
      const inventory = new Inventory(discover([], directory, undefined));
      const { diagnostics } = await load(inventory, inventory.files, NOW);
      expect(diagnostics.map(({ code }) => code)).toContain('metadata_file_spelling');
    },
  );
});

describe('rolecall.yaml', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'rolecall-settings-'));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  it.each([
    ['server: 1\n', 'rolecall.yaml:1:1  invalid_value  "server" must be a string'],
    ['collection: a\nprune: yes please\n', 'rolecall.yaml:2:1  invalid_value  "prune" must be a boolean'],
    ['paths: orgs\n', 'rolecall.yaml:1:1  invalid_value  "paths" must be a list of strings'],
    [
      'paths:\n  - orgs\n  - /etc\n',
      'rolecall.yaml:3:5  invalid_value  "/etc" leads out of the directory of rolecall.yaml',
    ],
    ['paths: [orgs, ../other]\n', 'rolecall.yaml:1:15  invalid_value  "../other" leads out'],
    ['paths: [orgs/../../other]\n', 'rolecall.yaml:1:9  invalid_value  "orgs/../../other" leads out'],
    ['paths: [../settings/orgs]\n', 'rolecall.yaml:1:9  invalid_value  "../settings/orgs" leads out'],
    ['paths: [..]\n', 'rolecall.yaml:1:9  invalid_value  ".." leads out'],
    ['paths: [.git/config]\n', 'rolecall.yaml:1:9  invalid_value  ".git/config" leads into .git'],
    ['paths: [orgs/../.GIT]\n', 'rolecall.yaml:1:9  invalid_value  "orgs/../.GIT" leads into .git'],
    ['- server\n', 'rolecall.yaml:1:1  it must be a map of settings'],
    ['prune: true\nprune: false\n', 'rolecall.yaml:2:1  Map keys must be unique'],
  ])('is refused with its line: %j', (text, message) => {
    writeFileSync(join(directory, 'rolecall.yaml'), text);
    expect(() => readSettings(directory)).toThrow(message);
  });

  it('has paths that are absolute refused, even where they lead inside', () => {
    writeFileSync(join(directory, 'rolecall.yaml'), `paths: [${directory}/orgs]\n`);
    expect(() => readSettings(directory)).toThrow('leads out of the directory of rolecall.yaml, or is absolute');
  });

  it('has paths inside taken, however they are written', () => {
    writeFileSync(join(directory, 'rolecall.yaml'), 'paths: [., ./orgs, orgs/../other, ..orgs]\n');
    expect(readSettings(directory)?.paths).toEqual(['.', './orgs', 'orgs/../other', '..orgs']);
  });

  it('is bounded', () => {
    writeFileSync(join(directory, 'rolecall.yaml'), `# ${'x'.repeat(64 * 1024)}\n`);
    expect(() => readSettings(directory)).toThrow('rolecall.yaml  must be a file of at most 64 KiB');
  });

  it('is a file: a pipe without end is not read', () => {
    execFileSync('mkfifo', [join(directory, 'rolecall.yaml')]);
    expect(() => readSettings(directory)).toThrow('rolecall.yaml  must be a file of at most 64 KiB');
  });

  it('is no link to somewhere else', () => {
    mkdirSync(join(directory, 'repo/.git'), { recursive: true });
    for (const target of ['elsewhere.yaml', 'repo/.git/config']) writeFileSync(join(directory, target), 'server: x\n');
    for (const [target, code] of [
      ['../elsewhere.yaml', 'symlink_leaves_root'],
      ['.git/config', 'inside_git'],
    ] as const) {
      symlinkSync(target, join(directory, 'repo/rolecall.yaml'));
      expect(() => readSettings(join(directory, 'repo'))).toThrow(expect.objectContaining({ code }));
      rmSync(join(directory, 'repo/rolecall.yaml'));
    }
  });

  it('may be empty', () => {
    writeFileSync(join(directory, 'rolecall.yaml'), '# nothing yet\n');
    expect(readSettings(directory)).toEqual({ directory });
  });
});

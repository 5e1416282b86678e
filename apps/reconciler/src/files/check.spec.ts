import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { checkAll } from './check.ts';
import { checkShare } from './check-share.ts';
import { differingFiles } from './full.ts';
import { discover } from './discover.ts';
import { Inventory } from './inventory.ts';

const NOW = new Date('2026-11-01T12:00:00Z');
const organization = (name: string, spec = '{}') =>
  `apiVersion: rolecall/v1\nkind: Organization\nmetadata: { name: ${name} }\nspec: ${spec}\n`;

describe('checkAll', () => {
  let directory: string;
  beforeEach(() => {
    directory = realpathSync(mkdtempSync(join(tmpdir(), 'rolecall-check-')));
  });
  afterEach(() => rmSync(directory, { recursive: true }));
  const put = (path: string, text: string) => {
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    writeFileSync(join(directory, path), text);
  };
  /** In shares of one file, each of which sees nothing of the others; and in one. */
  const both = async () => {
    const inventory = () => new Inventory(discover([], directory, undefined));
    let shares = 0;
    const run = async (task: Parameters<typeof checkShare>[0]) => {
      shares += 1;
      return structuredClone(await checkShare(structuredClone(task)));
    };
    const shared = await checkAll(inventory(), NOW, { threads: 8, perThread: 1, run });
    expect(shares).toBeGreaterThan(1);
    return { shared, whole: await checkAll(inventory(), NOW, { threads: 1 }) };
  };

  it('says the same in shares as in one: mistakes, those between files, and those of a template', async () => {
    put('a.yaml', organization('acme', '{ emailDomains: { acme.com: { verification: asserted } } }'));
    put('b.yaml', organization('globex', '{ emailDomains: { acme.com: { verification: dns } } }'));
    put('c.yaml', organization('acme', '{ dispalyName: Acme }'));
    put(
      'd.yaml',
      organization(
        'initech',
        '{ from: [base], tests: [{ name: t, facts: {}, expect: { refused: no_rule_matched } }] }',
      ),
    );
    put(
      't.yaml',
      organization('base', '{ displayNam: Base }').replace('kind: Organization', 'kind: OrganizationTemplate'),
    );
    put('e.yaml', 'a: [\n');
    const { shared, whole } = await both();
    const key = ({ code, position }: (typeof shared.diagnostics)[number]) =>
      `${position.file}:${position.line} ${code}`;
    expect(shared.diagnostics.map(key).sort()).toEqual(whole.diagnostics.map(key).sort());
    expect(whole.diagnostics.map(key).sort()).toEqual([
      'b.yaml:4 duplicate_email_domain',
      'c.yaml:3 duplicate_organization',
      'c.yaml:4 unknown_key',
      'e.yaml:2 yaml_syntax',
      't.yaml:4 unknown_key',
    ]);
    expect(shared.documents).toEqual(whole.documents);
  });

  it('gives the digest and the tests of every document', async () => {
    for (const name of ['acme', 'globex', 'initech']) put(`${name}.yaml`, organization(name, '{ displayName: A }'));
    const { shared, whole } = await both();
    expect(shared).toEqual(whole);
    expect(shared.documents.map(({ name }) => name)).toEqual(['acme', 'globex', 'initech']);
    expect(new Set(shared.documents.map(({ digest }) => digest)).size).toBe(3);
  });

  it('finds the files that are not what is live, whatever was known of them', async () => {
    for (const name of ['acme', 'globex', 'initech']) put(`${name}.yaml`, organization(name));
    const inventory = new Inventory(discover([], directory, undefined));
    const { documents } = await checkAll(inventory, NOW);
    const live = new Map(documents.map(({ name, digest }) => [name, name === 'globex' ? 'another' : digest]));
    live.delete('initech');
    const differing = await differingFiles(inventory, () => Promise.resolve(live), NOW);
    expect([...differing]).toEqual(['globex.yaml', 'initech.yaml']);
  });

  it('passes on what ends the command', async () => {
    put('a.yaml', organization('acme'));
    writeFileSync(join(directory, 'b.yaml'), Buffer.from([0x61, 0x3a, 0x20, 0xff, 0x0a]));
    await expect(both()).rejects.toMatchObject({ name: 'CommandError', code: 'not_utf8', exitCode: 3 });
  });
});

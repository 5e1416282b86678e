import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { discover } from './discover.ts';
import { FileReader } from './file-reader.ts';
import { Inventory } from './inventory.ts';

describe('files that change while a command runs', () => {
  let root: string;
  beforeEach(() => {
    root = realpathSync(mkdtempSync(join(tmpdir(), 'rolecall-reader-')));
    writeFileSync(join(root, 'acme.yaml'), 'kind: Organization\nmetadata: { file: idp.xml }\n');
    writeFileSync(join(root, 'idp.xml'), '<one/>');
  });
  afterEach(() => rmSync(root, { recursive: true }));

  it('are refused when they are parsed: their digest would be that of another text', () => {
    const inventory = new Inventory(discover([], root, undefined));
    const [file] = inventory.files;
    expect(inventory.source(file!).text).toContain('idp.xml');
    writeFileSync(join(root, 'acme.yaml'), 'kind: Organization\n');
    expect(() => inventory.source(file!)).toThrow(expect.objectContaining({ code: 'file_changed' }));
  });

  it('have one text for the command as metadata: the one that its digest covers', () => {
    const inventory = new Inventory(discover([], root, undefined));
    writeFileSync(join(root, 'idp.xml'), '<two/>');
    expect(inventory.metadata('idp.xml')).toBe('<one/>');
    expect(inventory.source(inventory.files[0]!).text).toContain('idp.xml');
    expect(new Inventory(discover([], root, undefined)).files[0]?.digest).not.toBe(inventory.files[0]?.digest);
  });

  it('are remembered by the hundred, and read again beyond that', () => {
    const reader = new FileReader({ root, shown: (path) => path });
    for (let at = 0; at < 100; at++) expect(reader.metadata(`absent-${at}.xml`)).toBeUndefined();
    expect(reader.metadata('idp.xml')).toBe('<one/>');
    writeFileSync(join(root, 'idp.xml'), '<two/>');
    expect(reader.metadata('idp.xml')).toBe('<two/>');
  });
});

import { mkdirSync, mkdtempSync, realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Io } from './io.ts';
import { run } from './run.ts';
import { TEST_TOKEN, TestServer } from './testing/test-server.ts';

let directory: string;
let server: TestServer;
let url: string;
let out: string;
let err: string;
beforeEach(async () => {
  directory = realpathSync(mkdtempSync(join(tmpdir(), 'rolecall-part-')));
  server = new TestServer();
  url = await server.start();
  put('repo/rolecall.yaml', 'paths: [orgs]\n');
  for (const [path, name] of Object.entries({ 'a/x': 'acme', 'a/y': 'globex', 'b/z': 'hooli' }))
    put(`repo/orgs/${path}.yaml`, organization(name));
  await rolecall('apply --auto-approve');
});
afterEach(async () => {
  await server.stop();
  rmSync(directory, { recursive: true });
});

const at = (path: string) => join(directory, path);
const put = (path: string, text: string) => {
  mkdirSync(dirname(at(path)), { recursive: true });
  writeFileSync(at(path), text);
};
const organization = (name: string, previously = '') =>
  `apiVersion: rolecall/v1\nkind: Organization\nmetadata: { name: ${name}${previously} }\nspec: { displayName: One }\n`;
const released = () =>
  server.store
    .organizations()
    .filter(({ head }) => head.collection === undefined)
    .map(({ head }) => head.name);
const changes = () =>
  (JSON.parse(out) as { plan: { changes: { organization: string; action: string }[] } }).plan.changes;

function rolecall(args: string, cwd = 'repo'): Promise<number> {
  out = '';
  err = '';
  const io: Io = {
    out: (text) => void (out += text),
    err: (text) => void (err += text),
    env: { ROLECALL_SERVER: url, ROLECALL_TOKEN: TEST_TOKEN },
    cwd: at(cwd),
    now: new Date('2026-11-01T12:00:00Z'),
    outIsTerminal: false,
    errIsTerminal: false,
    ask: undefined,
  };
  return run(args.split(' '), io);
}

describe('pruning with PATHs', () => {
  it.each([
    ['to another directory', () => renameSync(at('repo/orgs/a/x.yaml'), at('repo/orgs/b/x.yaml'))],
    [
      'to another document, under a new name',
      () => {
        rmSync(at('repo/orgs/a/x.yaml'));
        put('repo/orgs/b/z.yaml', `${organization('hooli')}---\n${organization('acme-ltd', ', previously: [acme]')}`);
      },
    ],
  ])('leaves an organization whose document moved %s', async (_where, move) => {
    move();
    expect(await rolecall('apply orgs/a --prune --auto-approve --format json')).toBe(0);
    expect(changes()).toEqual([]);
    expect(released()).toEqual([]);
    rmSync(at('repo/orgs/a/y.yaml'));
    put('repo/orgs/a/w.yaml', organization('initech'));
    expect(await rolecall('apply orgs/a --prune --auto-approve')).toBe(0);
    expect(released()).toEqual(['globex']);
  });

  it('leaves it where the PATH has no files of its own, as rolecall.yaml names a directory that is skipped otherwise', async () => {
    put('repo/rolecall.yaml', 'paths: [orgs, .more]\n');
    put('repo/.more/w.yaml', organization('initech'));
    expect(await rolecall('apply --auto-approve')).toBe(0);
    expect(await rolecall('apply . --prune --auto-approve')).toBe(0);
    expect(released()).toEqual([]);
  });

  it('counts it for no limit', async () => {
    renameSync(at('repo/orgs/a/x.yaml'), at('repo/orgs/b/x.yaml'));
    expect(await rolecall('apply orgs/a --prune --auto-approve --max-deletes 0')).toBe(0);
    rmSync(at('repo/orgs/b/x.yaml'));
    expect(await rolecall('apply --prune --auto-approve --max-deletes 0')).toBe(5);
    expect(released()).toEqual([]);
  });

  it('says nothing of it in a plan either', async () => {
    renameSync(at('repo/orgs/a/x.yaml'), at('repo/orgs/b/x.yaml'));
    rmSync(at('repo/orgs/a/y.yaml'));
    put('repo/orgs/a/w.yaml', organization('initech'));
    expect(await rolecall('plan orgs/a --format json')).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ absent: ['globex'] });
  });

  it('is refused while a file beside them cannot be read', async () => {
    rmSync(at('repo/orgs/a/x.yaml'));
    put('repo/orgs/b/z.yaml', 'metadata: { name: acme\n');
    expect(await rolecall('apply orgs/a --prune --auto-approve')).toBe(3);
    expect(err).toContain('orgs/b/z.yaml is no readable YAML');
    expect(released()).toEqual([]);
  });

  it('goes organization by organization as well', async () => {
    rmSync(at('repo/orgs/a/x.yaml'));
    expect(await rolecall('apply orgs/a --prune --auto-approve --atomic org')).toBe(0);
    expect(released()).toEqual(['acme']);
  });

  it.each(['../export', '../export/acme.yaml', 'orgs/a ../export'])(
    'is refused outside of the collection: %s',
    async (paths) => {
      put('export/acme.yaml', organization('acme'));
      expect(await rolecall(`apply ${paths} --prune --auto-approve`)).toBe(64);
      expect(err).toContain('a PATH is outside of the collection');
      expect(released()).toEqual([]);
    },
  );

  it('takes a directory outside of the collection for no whole one', async () => {
    put('export/acme.yaml', organization('acme').replace('One', 'Other'));
    expect(await rolecall('apply ../export --auto-approve --format json')).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      plan: { changes: [{ organization: 'acme', action: 'update' }], absent: [] },
    });
    const stored = await server.store.transaction('rollback', (state) => state.fileDigests('default'));
    expect(stored.map(({ path }) => path)).toEqual(expect.arrayContaining(['orgs/a/y.yaml', 'orgs/b/z.yaml']));
  });
});

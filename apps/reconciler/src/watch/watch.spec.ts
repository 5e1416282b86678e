import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { TestRepository } from '../testing/test-repository.ts';
import { TestServer } from '../testing/test-server.ts';
import { startWatch } from '../testing/watching.ts';
import type { Watching } from '../testing/watching.ts';

const organization = (displayName: string, name = 'acme') => `apiVersion: rolecall/v1
kind: Organization
metadata: { name: ${name} }
spec: { displayName: ${displayName} }
`;

jest.setTimeout(120_000);

let repository: TestRepository;
let server: TestServer;
let url: string;
let running: Watching[];
beforeEach(async () => {
  repository = new TestRepository();
  server = new TestServer();
  url = await server.start();
  running = [];
});
afterEach(async () => {
  await Promise.all(running.map((one) => one.stop()));
  await server.stop();
  repository.remove();
});

function watch(...flags: string[]): Watching {
  const started = startWatch(['--repo', repository.url, ...flags], { server: url, env: repository.env });
  running.push(started);
  return started;
}
const applying = (...flags: string[]) => watch('--mode', 'apply', ...flags);

/** What the server has: display names, by organization. */
const live = () =>
  Object.fromEntries(
    server.store.organizations().map(({ head, revisions }) => [head.name, revisions.at(-1)?.document.spec.displayName]),
  );
const revisionsOf = (name: string) =>
  server.store.organizations().find(({ head }) => head.name === name)?.revisions.length;

describe('what is pushed', () => {
  it('is applied, told with its commit, and kept in the history', async () => {
    const first = repository.push({ 'acme.yaml': organization('Acme') });
    const watching = applying();
    expect(await watching.next('commit')).toMatchObject({ commit: first });
    expect(await watching.next('applied')).toMatchObject({
      commit: first,
      organizations: ['acme'],
      revisions: [{ organization: 'acme', revision: 1 }],
      summary: { create: 1 },
    });
    const second = repository.push({ 'acme.yaml': organization('Acme Corp') });
    expect(await watching.next('applied')).toMatchObject({ commit: second, drift: false });
    expect(live()).toEqual({ acme: 'Acme Corp' });
    const origins = server.store.organizations()[0]?.revisions.map(({ origin }) => origin);
    expect(origins).toMatchObject([
      { commit: first, repository: repository.url, file: 'acme.yaml' },
      { commit: second, repository: repository.url },
    ]);
    expect(await watching.stop()).toBe(0);
    expect(watching.events.at(-1)).toMatchObject({ event: 'stopped' });
  });

  it('is only told with --mode detect, and once as long as it stays so', async () => {
    repository.push({ 'acme.yaml': organization('Acme') });
    const watching = watch();
    expect(await watching.next('pending')).toMatchObject({ summary: { create: 1 }, drift: false });
    const commit = repository.push({ 'README.md': 'words' });
    expect(await watching.next('pending')).toMatchObject({ commit });
    expect(live()).toEqual({});
    expect(watching.events.filter(({ event }) => event === 'pending')).toHaveLength(2);
  });

  it('counts below --path alone', async () => {
    repository.push({ 'orgs/acme.yaml': organization('Acme'), 'other/beta.yaml': organization('Beta', 'beta') });
    expect(await applying('--path', 'orgs', '--once').exitCode).toBe(0);
    expect(live()).toEqual({ acme: 'Acme' });
  });

  it('is taken from the branch, though a tag has its name', async () => {
    repository.push({ 'acme.yaml': organization('Tagged') });
    repository.point('refs/tags/main');
    repository.push({ 'acme.yaml': organization('Acme') });
    expect(await applying('--once').exitCode).toBe(0);
    expect(live()).toEqual({ acme: 'Acme' });
  });

  it('is taken from a tag when it is said in full', async () => {
    repository.push({ 'acme.yaml': organization('Tagged') });
    repository.point('refs/tags/v1');
    repository.push({ 'acme.yaml': organization('Acme') });
    expect(await applying('--ref', 'v1', '--once').exitCode).toBe(1);
    expect(live()).toEqual({});
    expect(await applying('--ref', 'refs/tags/v1', '--once').exitCode).toBe(0);
    expect(live()).toEqual({ acme: 'Tagged' });
  });

  it.each([
    ['refs/heads/later', 'refs/tags/refs/heads/later'],
    ['refs/heads/later', 'refs/heads/refs/heads/later'],
    ['refs/tags/v1', 'refs/heads/refs/tags/v1'],
    ['refs/pull/1/head', 'refs/tags/refs/pull/1/head'],
  ])('is taken from %s alone, never from %s', async (ref, planted) => {
    repository.push({ 'acme.yaml': organization('Planted') });
    repository.point(planted);
    const refused = applying('--ref', ref, '--once');
    expect(await refused.exitCode).toBe(1);
    expect(refused.events.at(-1)).toMatchObject({ where: 'git', code: 'git_failed' });
    expect(live()).toEqual({});
    repository.push({ 'acme.yaml': organization('Acme') });
    repository.point(ref);
    expect(await applying('--ref', ref, '--once').exitCode).toBe(0);
    expect(live()).toEqual({ acme: 'Acme' });
  });

  it('leads nowhere by a symbolic link: it is a file with the name of a file', async () => {
    const elsewhere = join(repository.directory, 'elsewhere.yaml');
    writeFileSync(elsewhere, organization('Elsewhere', 'elsewhere'));
    repository.link('link.yaml', elsewhere);
    repository.push({ 'acme.yaml': organization('Acme') });
    const watching = applying('--once');
    expect(await watching.exitCode).toBe(3);
    expect(watching.events.at(-1)).toMatchObject({ diagnostics: [expect.stringMatching(/^link\.yaml:1:1 /)] });
    expect(live()).toEqual({});
  });

  it.each(['absolute', 'relative'])('leads nowhere by paths of its rolecall.yaml: %s', async (how) => {
    mkdirSync(join(repository.temporary, 'elsewhere'));
    const elsewhere = join(repository.temporary, 'elsewhere/acme.yaml');
    writeFileSync(elsewhere, organization('Elsewhere'));
    const path = how === 'absolute' ? elsewhere : '../../elsewhere';
    repository.push({ 'rolecall.yaml': `paths: [${path}]\n`, 'acme.yaml': organization('Acme') });
    const watching = applying('--once');
    expect(await watching.exitCode).toBe(3);
    expect(watching.events.at(-1)).toMatchObject({
      where: 'configuration',
      code: 'invalid_settings',
      message: expect.stringMatching(/^rolecall\.yaml:1:9 /) as unknown,
    });
    expect(live()).toEqual({});
  });

  it('is read by no settings but its own', async () => {
    writeFileSync(join(repository.temporary, 'rolecall.yaml'), 'collection: planted\n'); // above the checkout
    repository.push({ 'acme.yaml': organization('Acme') });
    expect(await applying('--once').exitCode).toBe(0);
    expect(server.requests).not.toContainEqual(expect.stringContaining('planted'));
  });

  it('ends with --once as plan and apply do', async () => {
    repository.push({ 'acme.yaml': organization('Acme') });
    expect(await watch('--once').exitCode).toBe(2);
    expect(await applying('--once').exitCode).toBe(0);
    expect(await watch('--once').exitCode).toBe(0);
    repository.push({ 'acme.yaml': organization('Acme').replace('spec', 'specs') });
    expect(await watch('--once').exitCode).toBe(3);
    repository.away();
    expect(await watch('--once').exitCode).toBe(1);
    repository.back();
  });

  it('by force is followed, and told as a rewritten history', async () => {
    repository.push({ 'acme.yaml': organization('Acme') });
    repository.push({ 'acme.yaml': organization('Wrong') });
    const watching = applying();
    await watching.next('applied');
    const commit = repository.push({ 'acme.yaml': organization('Right') }, { amend: true });
    expect(await watching.next('commit')).toMatchObject({ commit, rewritten: true });
    await watching.next('applied');
    expect(live()).toEqual({ acme: 'Right' });
  });

  it('and is not valid leaves what is there, and is told with its place', async () => {
    repository.push({ 'acme.yaml': organization('Acme') });
    const watching = applying();
    await watching.next('applied');
    const commit = repository.push({ 'acme.yaml': organization('Broken').replace('kind', 'knd') });
    expect(await watching.next('failed')).toMatchObject({
      where: 'configuration',
      commit,
      diagnostics: expect.arrayContaining([expect.stringMatching(/^acme\.yaml:2:1 /)]) as unknown,
    });
    repository.push({ 'acme.yaml': '{' });
    await watching.next('failed');
    expect(live()).toEqual({ acme: 'Acme' });
    repository.push({ 'acme.yaml': organization('Mended') });
    await watching.next('recovered');
    await watching.next('applied');
    expect(live()).toEqual({ acme: 'Mended' });
  });
});

describe('what is away', () => {
  it('is the git host: told, waited for longer each time, and done when it is back', async () => {
    repository.push({ 'acme.yaml': organization('Acme') });
    const watching = applying();
    await watching.next('applied');
    repository.away();
    const [first, second] = [await watching.next('failed'), await watching.next('failed')];
    expect(first).toMatchObject({ where: 'git', code: 'git_failed' });
    expect(Number(second['retryInSeconds'])).toBeGreaterThan(Number(first['retryInSeconds']) - 1);
    repository.back();
    repository.push({ 'acme.yaml': organization('Later') });
    expect(await watching.next('recovered')).toMatchObject({ where: 'git' });
    expect(live()).toEqual({ acme: 'Later' });
  });

  it('is the git host, and the server changes meanwhile: the last good commit counts', async () => {
    repository.push({ 'acme.yaml': organization('Acme') });
    const watching = applying();
    await watching.next('applied');
    repository.away();
    await watching.next('failed');
    await changedByOthers('Elsewhere');
    expect(await watching.next('drift')).toMatchObject({ organizations: ['acme'] });
    expect(live()).toEqual({ acme: 'Acme' });
    repository.back();
  });

  it('is the server: told, and done when it is back', async () => {
    repository.push({ 'acme.yaml': organization('Acme') });
    server.down = true;
    const watching = applying();
    expect(await watching.next('failed')).toMatchObject({ where: 'server' });
    server.down = false;
    expect(await watching.next('recovered')).toMatchObject({ where: 'server' });
    expect(live()).toEqual({ acme: 'Acme' });
  });

  it('is git itself: said clearly', async () => {
    const env = { ...repository.env, PATH: '/nowhere' };
    const watching = startWatch(['--repo', repository.url, '--once'], { server: url, env });
    expect(await watching.exitCode).toBe(1);
    expect(watching.events.at(-1)).toMatchObject({ where: 'git', code: 'git_missing' });
  });
});

describe('a change that git did not say', () => {
  it('is told as drift, and left with --mode detect', async () => {
    repository.push({ 'acme.yaml': organization('Acme') });
    expect(await applying('--once').exitCode).toBe(0);
    const watching = watch();
    await watching.next('in_sync');
    await changedByOthers('Elsewhere');
    expect(await watching.next('drift')).toMatchObject({ organizations: ['acme'], summary: { update: 1 } });
    expect(live()).toEqual({ acme: 'Elsewhere' });
  });
});

/** Somebody applies other files to the same collection. */
async function changedByOthers(displayName: string): Promise<void> {
  const other = new TestRepository();
  try {
    other.push({ 'acme.yaml': organization(displayName) });
    const args = ['--repo', other.url, '--mode', 'apply', '--once'];
    expect(await startWatch(args, { server: url, env: other.env }).exitCode).toBe(0);
  } finally {
    other.remove();
  }
}

describe('signatures', () => {
  it('let only commits of an allowed signer pass; what was good stays', async () => {
    const [ours, theirs] = [repository.newKey('ours'), repository.newKey('theirs')];
    const signers = join(repository.directory, 'signers');
    writeFileSync(signers, ours.allowed);
    const good = repository.push({ 'acme.yaml': organization('Acme') }, { key: ours.key });
    const watching = applying('--verify-signatures', signers);
    expect(await watching.next('applied')).toMatchObject({ commit: good });
    const unsigned = repository.push({ 'acme.yaml': organization('Unsigned') });
    expect(await watching.next('failed')).toMatchObject({
      where: 'signature',
      code: 'untrusted_commit',
      message: expect.stringContaining(unsigned) as unknown,
      commit: good,
    });
    repository.push({ 'acme.yaml': organization('Stranger') }, { key: theirs.key });
    expect(await watching.next('failed')).toMatchObject({ where: 'signature' });
    expect(live()).toEqual({ acme: 'Acme' });
    repository.push({ 'acme.yaml': organization('Signed') }, { key: ours.key });
    expect(await watching.next('recovered')).toMatchObject({ where: 'signature' });
    expect(live()).toEqual({ acme: 'Signed' });
  });

  it('refuse everything when the allowed signers cannot be read', async () => {
    const { key } = repository.newKey('ours');
    repository.push({ 'acme.yaml': organization('Acme') }, { key });
    const missing = join(repository.directory, 'missing');
    expect(await applying('--verify-signatures', missing, '--once').exitCode).toBe(5);
    expect(live()).toEqual({});
  });
});

it('two watchers of one repository apply each commit once', async () => {
  const watchers = [applying(), applying()];
  for (const name of ['One', 'Two', 'Three']) {
    const commit = repository.push({ 'acme.yaml': organization(name) });
    await Promise.all(watchers.map((one) => one.next('commit')));
    const told = watchers.map((one) => () => one.events.some((event) => event['commit'] === commit && isDone(event)));
    while (!told.every((done) => done())) await new Promise((resolve) => void setTimeout(resolve, 20));
    expect(live()).toEqual({ acme: name });
  }
  expect(revisionsOf('acme')).toBe(3);
  const failed = watchers.flatMap(({ events }) => events.filter(({ event }) => event === 'failed'));
  expect(
    new Set(failed.map(({ where }) => where).filter((where) => where !== 'other_apply' && where !== 'git')),
  ).toEqual(new Set());
});

const isDone = ({ event }: { event: string }) => event === 'applied' || event === 'in_sync';

it('shows its status and metrics, and leaves nothing behind', async () => {
  repository.push({ 'acme.yaml': organization('Acme') });
  const watching = applying('--listen', '127.0.0.1:0');
  const status = String((await watching.next('started'))['status']);
  await watching.next('applied');
  const get = async (path: string) => (await fetch(new URL(path, status))).text();
  await until(async () => (await get('/status')).includes('"outcome": "applied"'));
  expect(JSON.parse(await get('/status'))).toMatchObject({ repository: repository.url, mode: 'apply', failures: [] });
  expect(await get('/healthz')).toBe('ok\n');
  expect(await get('/metrics')).toMatch(/^rolecall_watch_rounds_total\{outcome="applied"\} 1$/m);
  expect((await fetch(status, { method: 'POST' })).status).toBe(405);
  expect(await watching.stop()).toBe(0);
  await expect(fetch(status)).rejects.toThrow('fetch failed');
  expect(readdirSync(repository.temporary)).toEqual([]);
});

async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => void setTimeout(resolve, 20));
}

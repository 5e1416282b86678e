import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { interrupt, onInterrupt } from './interrupts.ts';
import type { Io } from './io.ts';
import { run } from './run.ts';
import { TEST_TOKEN, TestServer } from './testing/test-server.ts';

const ACME = 'apiVersion: rolecall/v1\nkind: Organization\nmetadata: { name: acme }\nspec: { displayName: Acme }\n';

describe('rolecall', () => {
  let cwd: string;
  let server: TestServer;
  let url: string;
  let out: string;
  let err: string;
  beforeEach(async () => {
    cwd = mkdtempSync(join(tmpdir(), 'rolecall-run-'));
    writeFileSync(join(cwd, 'acme.yaml'), ACME);
    server = new TestServer();
    url = await server.start();
  });
  afterEach(async () => {
    await server.stop();
    rmSync(cwd, { recursive: true });
  });
  const rolecall = (args: string, rest: Partial<Io> = {}) => {
    out = '';
    err = '';
    return run(args.split(' '), {
      out: (text) => void (out += text),
      err: (text) => void (err += text),
      env: { ROLECALL_SERVER: url, ROLECALL_TOKEN: TEST_TOKEN },
      cwd,
      now: new Date('2026-11-01T12:00:00Z'),
      outIsTerminal: false,
      errIsTerminal: false,
      ask: undefined,
      ...rest,
    });
  };

  it('gives the lease back when it is interrupted, and its apply is refused should it come nevertheless', async () => {
    const ask = async () => {
      expect(server.store.leases.find('default')).toMatchObject({ token: 'ci' });
      await interrupt(1_000);
      expect(server.store.leases.find('default')).toBeUndefined();
      return 'y';
    };
    expect(await rolecall('apply', { ask, onInterrupt })).toBe(4);
    expect(err).toContain('the lease of "default" was taken or ended by somebody else');
    expect(server.store.organizations()).toEqual([]);
  });

  it.each([
    ['done', 'apply --auto-approve', 0],
    ['refused', 'apply --expect sha256:0', 4],
    ['not approved', 'apply', 64],
  ])('gives the lease back when the apply was %s', async (_how, command, exitCode) => {
    expect(await rolecall(command)).toBe(exitCode);
    expect(server.requests).toContain('POST /v1/collections/default/lease');
    expect(server.store.leases.find('default')).toBeUndefined();
  });

  it.each([1, 4])(
    'asks again when the answer of an apply is lost %i times, and gets what came of it',
    async (times) => {
      server.losesAnswers = times;
      const pauses: number[] = [];
      const pause = async (ms: number) => void pauses.push(ms);
      expect(await rolecall('apply --auto-approve --format json', { pause })).toBe(0);
      expect(JSON.parse(out)).toMatchObject({
        plan: { changes: [{ organization: 'acme', action: 'create' }] },
        applied: [{ organization: 'acme', revision: 1 }],
      });
      expect(pauses).toEqual([1_000, 2_000, 4_000, 8_000].slice(0, times));
      expect(err).toContain('The answer is lost');
      expect(server.store.organizations()[0]?.revisions).toHaveLength(1);
    },
  );

  it('tells with an apply where in the files its fields stand, for whoever is refused to write them past git', async () => {
    await rolecall('apply --auto-approve');
    const { id } = server.store.organizations()[0]!.head;
    const declared = await server.store.transaction('rollback', (state) => state.declaration(id));
    expect(declared?.origin).toMatchObject({ file: 'acme.yaml', lines: { '/spec/displayName': 4 } });
  });

  it('tells it of 200 organizations at once, and says how many it left out', async () => {
    const others = Array.from({ length: 200 }, (_, n) => ACME.replace('name: acme', `name: org-${n}`));
    writeFileSync(join(cwd, 'others.yaml'), others.join('---\n'));
    expect(await rolecall('apply --auto-approve')).toBe(0);
    expect(err).toContain('Lines of 1 of these 201 organizations are not recorded');
    const declared = await server.store.transaction('rollback', (state) =>
      Promise.all(server.store.organizations().map(({ head }) => state.declaration(head.id))),
    );
    const files = declared.map((one) => [one?.origin.file, one?.origin.lines !== undefined].join(' '));
    const counts = ['acme.yaml true', 'others.yaml true', 'others.yaml false'].map(
      (kind) => files.filter((file) => file === kind).length,
    );
    expect(counts).toEqual([1, 199, 1]);
  });

  it('gives up when no answer comes', async () => {
    server.losesAnswers = 5;
    expect(await rolecall('apply --auto-approve', { pause: async () => undefined })).toBe(1);
    expect(err).toContain('cannot reach');
  });

  it('asks the server one question when nothing changed', async () => {
    await rolecall('apply --auto-approve');
    server.requests.length = 0;
    expect(await rolecall('plan --detailed-exitcode')).toBe(0);
    expect(server.requests).toEqual(['GET /v1/collections/default']);
  });

  it('with --full compares every document, and sends nothing when all are the same', async () => {
    await rolecall('apply --auto-approve');
    server.requests.length = 0;
    expect(await rolecall('plan --detailed-exitcode --full')).toBe(0);
    expect(server.requests).toEqual(['GET /v1/collections/default', 'GET /v1/organizations?limit=1000']);
  });

  it('sends only files that changed', async () => {
    writeFileSync(join(cwd, 'globex.yaml'), ACME.replaceAll('acme', 'globex'));
    await rolecall('apply --auto-approve');
    writeFileSync(join(cwd, 'globex.yaml'), ACME.replaceAll('acme', 'globex').replace('Acme', 'Globex'));
    await rolecall('plan --out plan.json --format json');
    const saved = JSON.parse(readFileSync(join(cwd, 'plan.json'), 'utf8')) as { request: { organizations: unknown[] } };
    expect(saved.request.organizations).toHaveLength(1);
    expect(JSON.parse(out)).toMatchObject({ summary: { update: 1, unchanged: 1 } });
  });

  it('remembers files that changed without a change in meaning', async () => {
    await rolecall('apply --auto-approve');
    writeFileSync(join(cwd, 'acme.yaml'), `# a comment\n${ACME}`);
    expect(await rolecall('apply')).toBe(0);
    server.requests.length = 0;
    await rolecall('plan');
    expect(server.requests).toEqual(['GET /v1/collections/default']);
  });

  it.each([
    ['y', 0, 'Applied: acme (revision 1).'],
    ['', 1, 'No changes.'],
    ['no', 1, 'No changes.'],
  ])('asks a person, who answers "%s"', async (answer, exitCode) => {
    const questions: string[] = [];
    const ask = (question: string) => {
      questions.push(question);
      return Promise.resolve(answer);
    };
    expect(await rolecall('apply', { ask })).toBe(exitCode);
    expect(questions).toEqual(['Apply this plan? (y/N) ']);
    expect(await rolecall('plan --detailed-exitcode')).toBe(exitCode === 0 ? 0 : 2);
  });

  it('applies the reviewed fingerprint without asking', async () => {
    await rolecall('plan --format json');
    const { fingerprint } = JSON.parse(out) as { fingerprint: string };
    expect(await rolecall(`apply --expect ${fingerprint}`)).toBe(0);
    expect(out).toContain('Applied: acme (revision 1).');
  });

  it('refuses a saved plan of a revision that moved, even when the fields are the same again', async () => {
    await rolecall('apply --auto-approve');
    writeFileSync(join(cwd, 'acme.yaml'), ACME.replace('Acme', 'Acme Inc'));
    await rolecall('plan --out plan.json');
    await rolecall('apply --auto-approve');
    writeFileSync(join(cwd, 'acme.yaml'), ACME);
    await rolecall('apply --auto-approve');
    expect(await rolecall('apply plan.json')).toBe(4);
    expect(err).toContain('an organization was changed since the plan');
  });

  it('shows files elsewhere as they were given, and tells the server their path in the collection', async () => {
    const elsewhere = mkdtempSync(join(tmpdir(), 'rolecall-elsewhere-'));
    const broken = ACME.replace('displayName', 'dispalyName');
    writeFileSync(join(elsewhere, 'globex.yaml'), broken.replaceAll('acme', 'globex'));
    expect(await rolecall(`plan ${elsewhere}`)).toBe(3);
    expect(err).toContain(`${elsewhere}/globex.yaml:4:9  unknown_key`);
    expect(err).toContain('4 | spec: { dispalyName');
    writeFileSync(join(elsewhere, 'globex.yaml'), ACME.replaceAll('acme', 'globex'));
    expect(await rolecall(`plan ${elsewhere} --format json --out plan.json`)).toBe(0);
    const place = { file: `${elsewhere}/globex.yaml`, line: 3, column: 13 };
    expect(JSON.parse(out)).toMatchObject({ changes: [{ organization: 'globex', source: place }] });
    const { request } = JSON.parse(readFileSync(join(cwd, 'plan.json'), 'utf8')) as Record<'request', object>;
    expect(request).toMatchObject({ organizations: [{ file: 'globex.yaml' }], files: [{ path: 'globex.yaml' }] });
    rmSync(elsewhere, { recursive: true });
  });

  it('prints JSON and nothing else on stdout', async () => {
    expect(await rolecall('apply --auto-approve --format json')).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ applied: [{ organization: 'acme', revision: 1 }] });
    expect(await rolecall('plan --token wrong --format json')).toBe(1);
    expect(JSON.parse(out)).toEqual({ error: { code: 'unauthorized', message: expect.any(String) } });
  });

  it('follows no redirect, which would carry the token elsewhere', async () => {
    const redirecting = createServer((_request, response) => response.writeHead(307, { location: url }).end());
    await new Promise<void>((resolve) => {
      redirecting.listen(0, '127.0.0.1', resolve);
    });
    const { port } = redirecting.address() as AddressInfo;
    expect(await rolecall(`plan --server http://127.0.0.1:${port}`)).toBe(1);
    expect(server.requests).toEqual([]);
    redirecting.closeAllConnections();
    redirecting.close();
  });

  it('takes over with drift --write what the server shows page by page', async () => {
    for (const name of ['globex', 'hooli']) writeFileSync(join(cwd, `${name}.yaml`), ACME.replace('acme', name));
    await rolecall('apply --auto-approve');
    mkdirSync(join(cwd, 'patches'));
    writeFileSync(join(cwd, 'patches/patch.json'), '{"spec":{"roles":{"checker":{"permissions":["audit.read"]}}}}');
    for (const name of ['acme', 'globex', 'hooli']) {
      expect(await rolecall(`override ${name} patches/patch.json --reason test --expires 4h`)).toBe(0);
    }
    server.driftsShown = 1;
    expect(await rolecall('drift --format json')).toBe(6);
    expect(JSON.parse(out)).toMatchObject({ organizations: [{ organization: 'acme' }], more: 2 });
    expect(await rolecall('drift --write --overridden')).toBe(0);
    expect(out).toBe('acme.yaml\nglobex.yaml\nhooli.yaml\n');
    expect(await rolecall('plan --detailed-exitcode')).not.toBe(6);
  });

  it.each([
    ['organization_out_of_reach', '\n  acme.yaml:3:13 "acme" is none of the organizations that this token is for'],
    ['collection_out_of_reach', ''],
    ['missing_right', '; use a token that has this right'],
  ])('says that it is the token that may not: %s', async (code, rest) => {
    server.forbids = code;
    expect(await rolecall('plan --format json')).toBe(1);
    expect(err).toBe(`rolecall: the token "ci" is for other organizations, nothing was changed${rest}\n`);
    expect(JSON.parse(out)).toMatchObject({ error: { code } });
  });

  it('colours what a terminal shows, unless it is asked not to', async () => {
    await rolecall('plan', { outIsTerminal: true });
    expect(out).toContain('\u001b[32m+ acme');
    await rolecall('plan --no-color', { outIsTerminal: true });
    expect(out).not.toContain('\u001b');
    await rolecall('plan', {
      outIsTerminal: true,
      env: { ROLECALL_SERVER: url, ROLECALL_TOKEN: TEST_TOKEN, NO_COLOR: '1' },
    });
    expect(out).not.toContain('\u001b');
  });

  it('shows progress on a terminal only, and takes it away', async () => {
    await rolecall('plan');
    expect(err).toBe('');
    await rolecall('plan', { errIsTerminal: true });
    expect(err).toContain('Waiting for the plan ...');
    expect(err.endsWith('\r\u001b[K')).toBe(true);
  });

  it('tells which commit it applies', async () => {
    const env = { ROLECALL_SERVER: url, ROLECALL_TOKEN: TEST_TOKEN, GITHUB_SHA: 'abc', GITHUB_REPOSITORY: 'o/r' };
    await rolecall('apply --auto-approve', { env });
    expect(server.store.audit('acme')[0]?.data).toMatchObject({ commit: 'abc', repository: 'o/r', file: 'acme.yaml' });
  });

  it.each([
    '--help',
    'validate --help',
    'plan --help',
    'apply --help',
    'flows --help',
    'export-users --help',
    'completion --help',
    'schema --help',
    'domains --help',
    'test-sso --help',
    'idps --help',
    'idps list --help',
    'idps refresh --help',
    'idps accept --help',
    'token create --help',
    'token list --help',
    'db migrate --help',
  ])('has help: %s', async (args) => {
    expect(await rolecall(args)).toBe(0);
    expect(out).toContain('Usage: rolecall');
    expect(out).toMatch(/Examples:|Exit codes:/);
  });

  it('prints the schema and the version', async () => {
    expect(await rolecall('schema')).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ $schema: 'https://json-schema.org/draft/2020-12/schema' });
    expect(await rolecall('version')).toBe(0);
    expect(out).toMatch(/^rolecall \d+\.\d+\.\d+ \(Node v/);
  });
});

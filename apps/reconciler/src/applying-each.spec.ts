import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { interrupt, onInterrupt } from './interrupts.ts';
import type { Io } from './io.ts';
import { run } from './run.ts';
import { TEST_TOKEN, TestServer } from './testing/test-server.ts';

const NAMES = ['acme', 'globex', 'hooli'];

let cwd: string;
let server: TestServer;
let url: string;
let out: string;
let err: string;
beforeEach(async () => {
  cwd = mkdtempSync(join(tmpdir(), 'rolecall-each-'));
  for (const name of NAMES) write(name, `displayName: ${name}`);
  server = new TestServer();
  url = await server.start();
});
afterEach(async () => {
  await server.stop();
  rmSync(cwd, { recursive: true });
});

function write(name: string, spec: string): void {
  const document = `apiVersion: rolecall/v1\nkind: Organization\nmetadata: { name: ${name} }\nspec:\n  ${spec}\n`;
  writeFileSync(join(cwd, `${name}.yaml`), document);
}

/** @param before done when the progress says so */
async function rolecall(args: string, before: Readonly<Record<string, () => unknown>> = {}): Promise<number> {
  out = '';
  err = '';
  const io: Io = {
    out: (text) => void (out += text),
    err: (text) => {
      err += text;
      for (const [sign, work] of Object.entries(before)) if (text.includes(sign)) work();
    },
    env: { ROLECALL_SERVER: url, ROLECALL_TOKEN: TEST_TOKEN },
    cwd,
    now: new Date('2026-11-01T12:00:00Z'),
    outIsTerminal: false,
    errIsTerminal: true,
    ask: undefined,
    pause: () => Promise.resolve(),
    onInterrupt,
  };
  return run(args.split(' '), io);
}
const each = 'apply --atomic org --auto-approve --format json';
const names = () => server.store.organizations().map(({ head }) => head.name);
const outcomes = () => {
  const { organizations } = JSON.parse(out) as { organizations: { outcome: string; code?: string }[] };
  return organizations.map(({ outcome, code }) => (code === undefined ? outcome : `${outcome} ${code}`));
};

it('applies each by itself, counts them on a terminal, and records the files', async () => {
  expect(await rolecall(each)).toBe(0);
  expect(outcomes()).toEqual(['applied', 'applied', 'applied']);
  expect(server.requests.filter((request) => request === 'POST /v1/applies')).toHaveLength(NAMES.length + 1);
  expect(err).toContain('2 of 3: globex ...');
  server.requests.length = 0;
  expect(await rolecall('plan --detailed-exitcode')).toBe(0);
  expect(server.requests).toEqual(['GET /v1/collections/default']);
});

it('gets what came of each whose answer is lost', async () => {
  server.losesAnswers = 3;
  expect(await rolecall(each)).toBe(0);
  expect(outcomes()).toEqual(['applied', 'applied', 'applied']);
});

it.each<[string, string, () => unknown]>([
  ['the lease is lost', 'lease_lost', () => server.store.leases.end('default', undefined)],
  ['the token is not known any more', 'unauthorized', () => (server.revoked = true)],
  ['no answer comes', 'server_unreachable', () => (server.losesAnswers = 5)],
])('stops when %s, and the next apply does what is left', async (_when, code, happens) => {
  expect(await rolecall(each, { '2 of 3': happens })).toBe(7);
  expect(outcomes()).toEqual(['applied', `failed ${code}`, 'not_attempted']);
  const done = names();
  expect(done).not.toContain('hooli');
  server.revoked = false;
  await server.store.leases.end('default', undefined); // a token that is not known cannot give it back
  expect(await rolecall(each)).toBe(0);
  expect(outcomes()).toEqual(NAMES.filter((name) => !done.includes(name)).map(() => 'applied'));
  expect(names()).toEqual(NAMES);
});

it('says how far it came when it is interrupted', async () => {
  expect(await rolecall(each, { '2 of 3': () => interrupt(1_000) })).toBe(7);
  expect(err).toContain('Interrupted: 1 of 3 organizations were applied, perhaps one more.');
  expect(outcomes().at(0)).toBe('applied');
  expect(outcomes().at(-1)).toBe('not_attempted');
});

it('goes on after a failure of one, also one that nobody can explain', async () => {
  const down = (is: boolean) => () => (server.down = is);
  expect(await rolecall(each, { '2 of 3': down(true), '3 of 3': down(false) })).toBe(7);
  expect(outcomes()).toEqual(['applied', 'failed internal_error', 'applied']);
});

it('applies nothing of an organization but what was shown', async () => {
  await rolecall(each);
  write('acme', 'displayName: new');
  write('globex', 'displayName: new');
  const { id, revision } = server.store.organizations()[0]!.head;
  const meanwhile = () =>
    server.store.transaction('commit', async (state) => {
      const document = await state.document(id);
      const next = { ...document, spec: { ...document.spec, displayName: 'new' } };
      const origin = { actor: 'console' };
      await state.addRevision(id, revision, { document: next, digest: 'another', origin, identityProviders: {} });
    });
  expect(await rolecall(each, { '1 of 2': meanwhile })).toBe(7);
  expect(outcomes()).toEqual(['failed stale_plan', 'applied']);
});

it('is held to the reviewed plan as a whole', async () => {
  expect(await rolecall('apply --atomic org --expect sha256:0')).toBe(4);
  expect(await rolecall('apply --atomic org')).toBe(64);
  expect(await rolecall('apply --atomic org --auto-approve --max-affected 1')).toBe(0);
  rmSync(join(cwd, 'acme.yaml'));
  rmSync(join(cwd, 'globex.yaml'));
  expect(await rolecall('apply --atomic org --auto-approve --prune --max-deletes 1')).toBe(5);
  expect(server.store.organizations().map(({ head }) => head.collection)).toEqual(NAMES.map(() => 'default'));
});

it('holds no organization alone to a share of all users', async () => {
  const staff = (role: string) =>
    `{ scopes: { main: {} }, roles: { one: { permissions: [a] }, two: { permissions: [b] } }, jit: { defaults: { grants: { main: [${role}] } } } }`;
  const put = (name: string, role: string) => {
    const head = `apiVersion: rolecall/v1\nkind: Organization\nmetadata: { name: ${name} }\n`;
    writeFileSync(join(cwd, `${name}.yaml`), `${head}spec: ${staff(role)}\n`);
  };
  put('globex', 'one');
  await rolecall(each);
  server.store.addUser('globex', { identityProvider: 'okta', facts: {}, grants: [{ scope: 'main', role: 'one' }] });
  for (let n = 0; n < 9; n += 1) server.store.addUser('acme', { identityProvider: 'okta', facts: {} });
  put('globex', 'two');
  write('acme', 'displayName: new');
  expect(await rolecall(`${each} --max-affected 10%`)).toBe(0);
  expect(outcomes()).toEqual(['applied', 'applied']);
  expect(out).toContain('"affectedUsers": 1');
});

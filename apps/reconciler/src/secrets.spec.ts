import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Io } from './io.ts';
import { run } from './run.ts';
import { TEST_TOKEN, TestServer } from './testing/test-server.ts';

const PLANTED = 'PLANTED-CLIENT-SECRET';
const documentWith = (clientSecret: string, more = '') => `apiVersion: rolecall/v1
kind: Organization
metadata: { name: acme }
spec:
  identityProviders:
    google:
      type: oidc
      issuer: https://op.example
      clientId: rolecall
      clientSecret: ${clientSecret}${more}
`;

let cwd: string;
let server: TestServer;
let url: string;
/** Everything that the last command printed. */
let printed: string;

beforeEach(async () => {
  cwd = mkdtempSync(join(tmpdir(), 'rolecall-secrets-'));
  server = new TestServer();
  url = await server.start();
  write(documentWith('{ fromEnv: GOOGLE_SECRET }'));
});
afterEach(async () => {
  await server.stop();
  rmSync(cwd, { recursive: true });
});

const write = (text: string) => writeFileSync(join(cwd, 'acme.yaml'), text);
const rolecall = async (args: string, secret?: string) => {
  printed = '';
  const print = (text: string) => {
    printed += text;
  };
  const env: Io['env'] = { ROLECALL_SERVER: url, ROLECALL_TOKEN: TEST_TOKEN, GOOGLE_SECRET: secret };
  const now = new Date('2026-11-01T12:00:00Z');
  const io = { out: print, err: print, env, cwd, now, outIsTerminal: false, errIsTerminal: false, ask: undefined };
  const exitCode = await run(args.split(' '), io);
  expect(printed).not.toContain(PLANTED);
  return exitCode;
};
const PLAN = 'plan --detailed-exitcode';
const APPLY = 'apply --auto-approve';

it('needs no secret to validate', async () => {
  expect(await rolecall('validate')).toBe(0);
});

it('notices that the value of an environment variable is another one, although no file changed', async () => {
  expect(await rolecall(APPLY, PLANTED)).toBe(0);
  expect(printed).toContain('identityProviders.google.clientSecret: (secret) set');
  server.requests.length = 0;
  expect(await rolecall(PLAN, PLANTED)).toBe(0);
  expect(server.requests).toEqual(['GET /v1/collections/default']);

  expect(await rolecall(PLAN, `${PLANTED}-2`)).toBe(2);
  expect(printed).toContain('~ spec.identityProviders.google.clientSecret: (secret) changed  acme.yaml:10:7');
  expect(await rolecall(`${PLAN} --format json`, `${PLANTED}-2`)).toBe(2);
  expect(await rolecall(APPLY, `${PLANTED}-2`)).toBe(0);
  expect(await rolecall(PLAN, `${PLANTED}-2`)).toBe(0);
});

it('says where a secret is wanted that is not there, unless the server has it', async () => {
  expect(await rolecall(PLAN)).toBe(3);
  expect(printed).toContain('acme.yaml:10:7  secret_unavailable');
  expect(printed).toContain('GOOGLE_SECRET');
  for (const unusable of ['', 'x'.repeat(8193)]) expect(await rolecall(PLAN, unusable)).toBe(3);
  expect(await rolecall(APPLY, PLANTED)).toBe(0);
  expect(await rolecall(PLAN)).toBe(0);
  write(documentWith('{ fromEnv: GOOGLE_SECRET, version: 2 }'));
  expect(await rolecall(PLAN)).toBe(3);
  expect(await rolecall(PLAN, PLANTED)).toBe(2);
});

it('reads a file beside the document, without its last line end', async () => {
  mkdirSync(join(cwd, 'secrets'));
  writeFileSync(join(cwd, 'secrets/google'), `${PLANTED}\n`);
  write(documentWith('{ fromFile: secrets/google }'));
  expect(await rolecall(APPLY)).toBe(0);
  writeFileSync(join(cwd, 'secrets/google'), PLANTED);
  expect(await rolecall(PLAN)).toBe(0);
  writeFileSync(join(cwd, 'secrets/google'), `${PLANTED}\n\n`);
  expect(await rolecall(PLAN)).toBe(2);
  rmSync(join(cwd, 'secrets/google'));
  expect(await rolecall(PLAN)).toBe(0);
});

it('follows no link that leads out of the directory', async () => {
  const outside = mkdtempSync(join(tmpdir(), 'rolecall-outside-'));
  writeFileSync(join(outside, 'secret'), PLANTED);
  symlinkSync(join(outside, 'secret'), join(cwd, 'google'));
  write(documentWith('{ fromFile: google }'));
  expect(await rolecall(PLAN)).toBe(3);
  expect(printed).toContain('leads out of');
  rmSync(outside, { recursive: true });
});

it('never saves a value with a plan, and applies a saved plan with the value that was there', async () => {
  expect(await rolecall('plan --out plan.json', PLANTED)).toBe(0);
  const saved = readFileSync(join(cwd, 'plan.json'), 'utf8');
  expect(saved).toContain('"fingerprint"');
  expect(saved).not.toContain(PLANTED);
  expect(await rolecall('apply plan.json', 'another')).toBe(4);
  expect(await rolecall('apply plan.json', PLANTED)).toBe(0);
  expect(await rolecall(PLAN, PLANTED)).toBe(0);
});

it('refuses the apply of another value than the one that was reviewed', async () => {
  await rolecall('plan --format json', PLANTED);
  const { fingerprint } = JSON.parse(printed) as { fingerprint: string };
  expect(await rolecall(`apply --expect ${fingerprint}`, 'another')).toBe(4);
  expect(await rolecall(`apply --expect ${fingerprint}`, PLANTED)).toBe(0);
});

it.each([
  ['over two lines', '\n        fromEnv:\n          GOOGLE_SECRET'],
  ['with an escape', '{ fromEnv: "GOOGLE\\x5FSECRET" }'],
])('refuses a reference %s, since a rotation would go unnoticed', async (_, clientSecret) => {
  write(documentWith(clientSecret));
  expect(await rolecall('validate')).toBe(3);
  expect(printed).toContain('secret_spelling');
});

it('shows nothing of a secret that stands in the file itself', async () => {
  write(documentWith(PLANTED));
  expect(await rolecall(PLAN)).toBe(3);
  expect(printed).toContain('acme.yaml:10:7  plain_secret');
  expect(await rolecall('validate --format json')).toBe(3);
});

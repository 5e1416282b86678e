import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { armor, Decrypter, Encrypter } from 'age-encryption';
import type { Io } from './io.ts';
import { run } from './run.ts';
import { TEST_TOKEN, TestServer } from './testing/test-server.ts';

const PLANTED = 'PLANTED-CLIENT-SECRET';
const PLACE = 'identityProviders.google.clientSecret';
const PATH = '/spec/identityProviders/google/clientSecret';
const APPLY = 'apply --auto-approve';

let cwd: string;
let server: TestServer;
let url: string;
/** Everything that the last command printed, and what of it is data. */
let printed: string;
let data: string;
let recipient: string;
let identity: string;

beforeEach(async () => {
  cwd = mkdtempSync(join(tmpdir(), 'rolecall-sealed-'));
  server = new TestServer();
  url = await server.start();
  await rolecall('secrets keygen --format json');
  ({ recipient, identity } = JSON.parse(data) as { recipient: string; identity: string });
  write('rolecall.yaml', `age: { recipients: [${recipient}] }\n`);
});
afterEach(async () => {
  await server.stop();
  rmSync(cwd, { recursive: true });
});

const write = (name: string, text: string) => writeFileSync(join(cwd, name), text);
const rolecall = async (args: string, { env = {}, input }: { env?: Io['env']; input?: string } = {}) => {
  printed = '';
  data = '';
  const exitCode = await run(args.split(' '), {
    out: (text) => {
      data += text;
      printed += text;
    },
    err: (text) => {
      printed += text;
    },
    env: { ROLECALL_SERVER: url, ROLECALL_TOKEN: TEST_TOKEN, ...env },
    cwd,
    now: new Date('2026-11-01T12:00:00Z'),
    outIsTerminal: false,
    errIsTerminal: false,
    ask: undefined,
    ...(input !== undefined && { input: () => Promise.resolve(Buffer.from(input)) }),
  });
  expect(printed).not.toContain(PLANTED);
  return exitCode;
};
const key = () => ({ env: { ROLECALL_AGE_IDENTITY: identity } });
/** The lines under `google:` that `secrets encrypt` prints for a value. */
const sealed = async (value: string, organization = 'acme', place = PLACE) => {
  expect(await rolecall(`secrets encrypt ${organization} ${place}`, { input: `${value}\n` })).toBe(0);
  return data;
};
/** What others seal: anything, for us. */
const sealedBy = async (content: string) => {
  const encrypter = new Encrypter();
  encrypter.addRecipient(recipient);
  return `clientSecret:\n  age: |\n${armor.encode(await encrypter.encrypt(content)).replaceAll(/^(?=.)/gm, '    ')}`;
};
const put = (clientSecret: string, more = '', name = 'acme') =>
  write(
    `${name}.yaml`,
    `apiVersion: rolecall/v1
kind: Organization
metadata: { name: ${name} }
spec:
  identityProviders:
    google:
      type: oidc
      issuer: https://op.example
      clientId: rolecall
${clientSecret.replaceAll(/^(?=.)/gm, '      ')}${more}`,
  );

it('is an age file with the organization and the path inside', async () => {
  const [, age = ''] = /age: \|\n([^]*)$/.exec(await sealed(PLANTED)) ?? [];
  const decrypter = new Decrypter();
  decrypter.addIdentity(identity);
  const text = await decrypter.decrypt(armor.decode(age.replaceAll(/^ +/gm, '')), 'text');
  expect(JSON.parse(text)).toEqual({ v: 1, org: 'acme', path: PATH, value: PLANTED });
});

it('needs the key for an apply of another value alone', async () => {
  put(await sealed(PLANTED));
  expect(await rolecall('validate')).toBe(0);
  expect(await rolecall('plan --detailed-exitcode')).toBe(2);
  expect(printed).toContain('identityProviders.google.clientSecret: (secret) set');
  expect(printed).toContain('One sealed secret was not opened');
  expect(await rolecall(APPLY)).toBe(3);
  expect(printed).toContain('acme.yaml:10:7  secret_unavailable');
  expect(await rolecall(APPLY, key())).toBe(0);
  expect(await rolecall('plan --detailed-exitcode')).toBe(0);

  put(
    readFileSync(join(cwd, 'acme.yaml'), 'utf8')
      .replaceAll(/^ {6}/gm, '')
      .replace(/^[^]*(?=clientSecret)/, ''),
    '      displayName: Google\n',
  );
  expect(await rolecall(APPLY)).toBe(0);
  expect(printed).not.toContain('not opened');

  put(await sealed(`${PLANTED}-2`), '      displayName: Google\n');
  expect(await rolecall('plan --detailed-exitcode')).toBe(2);
  expect(printed).toContain('identityProviders.google.clientSecret: (secret) changed');
  expect(await rolecall(APPLY, key())).toBe(0);
});

it('has one fingerprint with and without the key, and no value in a saved plan', async () => {
  put(await sealed(PLANTED));
  await rolecall('plan --format json');
  const { fingerprint } = JSON.parse(data) as { fingerprint: string };
  await rolecall('plan --out plan.json', key());
  expect(readFileSync(join(cwd, 'plan.json'), 'utf8')).not.toContain(PLANTED);
  expect(readFileSync(join(cwd, 'plan.json'), 'utf8')).toContain(fingerprint);
  expect(await rolecall('apply plan.json')).toBe(3);
  expect(await rolecall('apply plan.json', key())).toBe(0);
  const stored = [
    ...(await server.store.transaction('rollback', (state) => state.heads('default', ['acme']))).values(),
  ];
  expect(stored).toHaveLength(1);
});

it('opens in its organization and at its place, and nowhere else', async () => {
  put(await sealed(PLANTED, 'globex'));
  for (const command of ['plan', APPLY]) expect(await rolecall(command, key())).toBe(3);
  expect(printed).toContain('acme.yaml:11:9  secret_moved');
  put(await sealed(PLANTED, 'acme', 'identityProviders.entra.clientSecret'));
  expect(await rolecall('plan', key())).toBe(3);
  expect(printed).toContain('acme.yaml:11:9  secret_moved');
  expect(await rolecall('secrets check', key())).toBe(3);
  expect(printed).toContain('0 of 1 sealed secrets open');
});

it('says of a value that cannot be opened where it stands, and nothing of what is inside', async () => {
  const [place, value] = [`"org":"acme","path":"${PATH}"`, `"value":"${PLANTED}"`];
  const contents = [
    PLANTED,
    `{"v":1,${place},${value}`,
    `{"v":2,${place},${value}}`,
    `{${place},${value}}`,
    `{"v":1,"org":"acme",${value}}`,
    `{"v":1,${place},"value":["${PLANTED}"]}`,
    `{"v":1,${place},"value":""}`,
    `{"v":1,${place},"value":"${PLANTED.repeat(500)}"}`,
    `["${PLANTED}"]`,
    'null',
  ];
  for (const content of contents) {
    put(await sealedBy(content));
    expect(await rolecall('plan --format json', key())).toBe(3);
    expect(printed).toContain('acme.yaml:11:9  secret_damaged');
  }
  put(
    (await sealed(PLANTED)).replace(/[A-Za-z0-9+/](?=[A-Za-z0-9+/=]{3}\n +-----END)/, (letter) =>
      letter === 'A' ? 'B' : 'A',
    ),
  );
  expect(await rolecall('plan', key())).toBe(3);
  expect(printed).toContain('acme.yaml:11:9  secret_damaged');
});

it('says which keys open nothing, without showing them', async () => {
  put(await sealed(PLANTED));
  await rolecall('secrets keygen --out other.txt --format json');
  expect(printed).not.toContain('AGE-SECRET-KEY');
  expect(statSync(join(cwd, 'other.txt')).mode & 0o777).toBe(0o600);
  expect(await rolecall('secrets keygen --out other.txt')).toBe(1);
  const other = { ROLECALL_AGE_IDENTITY_FILE: 'other.txt' };
  expect(await rolecall('plan', { env: other })).toBe(3);
  expect(printed).toContain('acme.yaml:11:9  secret_sealed_for_others');
  expect(await rolecall('plan', { env: { ...other, ROLECALL_AGE_IDENTITY: identity } })).toBe(0);
  for (const wrong of [`${identity}x`, PLANTED, identity.replace(/.$/, (end) => (end === 'Q' ? 'P' : 'Q'))]) {
    expect(await rolecall('plan', { env: { ROLECALL_AGE_IDENTITY: `# key\n${wrong}` } })).toBe(64);
    expect(printed).not.toContain(wrong);
  }
  expect(await rolecall('plan', { env: { ROLECALL_AGE_IDENTITY_FILE: 'none.txt' } })).toBe(64);
  expect(await rolecall('secrets check')).toBe(64);
});

it.each([
  ['secrets encrypt acme identityProviders.google.clientSecret', '', 'secret_too_large'],
  ['secrets encrypt acme identityProviders.google.clientSecret', 'x'.repeat(8193), 'secret_too_large'],
  ['secrets encrypt acme identityProviders.google.clientId', 'x', 'unknown_path'],
  ['secrets encrypt Acme identityProviders.google.clientSecret', 'x', 'unknown_organization'],
  ['secrets encrypt acme identityProviders.google.clientSecret --recipient ssh-ed25519', 'x', 'invalid_recipient'],
  [
    'secrets encrypt acme identityProviders.google.clientSecret --recipient age1qqqqqqqqqqqqqqqq',
    'x',
    'invalid_recipient',
  ],
  ['secrets encrypt acme identityProviders.google.clientSecret', undefined, 'no_input'],
])('refuses %s', async (command, input, code) => {
  expect(await rolecall(`${command} --format json`, input === undefined ? {} : { input })).toBe(64);
  expect((JSON.parse(data) as { error: { code: string } }).error.code).toBe(code);
});

it('seals for nobody when nobody is named', async () => {
  write('rolecall.yaml', 'collection: default\n');
  expect(await rolecall(`secrets encrypt acme ${PLACE}`, { input: PLANTED })).toBe(64);
  expect(printed).toContain('recipients: [age1');
  write('rolecall.yaml', 'age: { recipient: [age1] }\n');
  expect(await rolecall(`secrets encrypt acme ${PLACE}`, { input: PLANTED })).toBe(3);
  expect(printed).toContain('rolecall.yaml:1:1  invalid_value');
});

it('of an application is opened for its place alone, and no identity provider of the same name has it', async () => {
  const secret = `${PLANTED}-of-an-application-0001`;
  const application = await sealed(secret, 'acme', 'applications.google.clientSecret');
  const withApplication = (lines: string) =>
    write(
      'acme.yaml',
      `apiVersion: rolecall/v1
kind: Organization
metadata: { name: acme }
spec:
  applications:
    google:
      type: oidc
      redirectUris: [https://app.example.com/callback]
      clientAuthentication: client_secret_basic
${lines.replaceAll(/^(?=.)/gm, '      ')}`,
    );
  withApplication(application);
  expect(await rolecall('plan')).toBe(0);
  expect(printed).toContain('+ spec.applications.google.clientSecret: (secret) set');
  expect(await rolecall(APPLY, key())).toBe(0);
  expect(await rolecall('plan')).toBe(0);
  expect(printed).toContain('No changes.');
  withApplication(await sealed(secret));
  expect(await rolecall('secrets check', key())).toBe(3);
  expect(printed).toContain('secret_moved');
  put(application);
  expect(await rolecall('secrets check', key())).toBe(3);
  expect(printed).toContain('secret_moved');
});

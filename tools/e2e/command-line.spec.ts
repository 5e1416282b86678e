import { TestIdp } from '@rolecall/saml/testing';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CommandResult, System } from '../system/system.ts';
import { Client, returnFromIdp } from './saml-sign-in.ts';
import { startTestSystem } from './test-system.ts';
import { untilSo } from './until.ts';

const idp = new TestIdp();
let system: System;
let directory: string;

beforeAll(async () => {
  system = await startTestSystem();
  directory = mkdtempSync(join(tmpdir(), 'own-organization-'));
  writeFileSync(join(directory, 'rolecall.yaml'), 'collection: own\n');
});

afterAll(async () => {
  await system?.stop();
  rmSync(directory, { recursive: true, force: true });
});

/** An organization with its identity provider's metadata in the file itself. */
const HOOLI = `apiVersion: rolecall/v1
kind: Organization
metadata:
  name: hooli
spec:
  displayName: Hooli
  emailDomains:
    hooli.example: { verification: asserted }
  scopes:
    account/main: { displayName: Main account }
    project/nucleus: { parent: account/main }
  roles:
    reporter: { permissions: [reports.read] }
  identityProviders:
    own:
      type: saml
      metadata:
        xml: |
${idp.metadata().replace(/^/gm, '          ')}
  authorization:
    mappingRoles:
      staff:
        grants: { account/main: [member] }
    rules:
      - name: reporters
        when: { attribute: department, equals: Reports }
        grants: { project/nucleus: [reporter] }
  tests:
    - name: a reporter
      facts: { role_mapping: staff, department: Reports }
      expect: { grants: { account/main: [member], project/nucleus: [reporter] } }
`;

function run(...args: string[]): Promise<CommandResult> {
  return system.rolecall(args, directory);
}

function write(yaml: string, name = 'hooli.yaml'): void {
  writeFileSync(join(directory, name), yaml);
}

type Attributes = Record<string, string | string[]>;

async function signIn(nameId: string, attributes: Attributes): Promise<Client> {
  const client = new Client();
  expect((await returnTo(client, nameId, attributes)).status).toBe(303);
  return client;
}

function returnTo(client: Client, nameId: string, attributes: Attributes) {
  const connection = { gateway: system.urls.gateway, organization: 'hooli', identityProvider: 'own', idp };
  return returnFromIdp(client, connection, nameId, attributes);
}

function sessionOf(client: Client) {
  return client.open(`${system.urls.gateway}/session`);
}

test('validate, plan, apply, sign in, and a changed rule acts on a signed-in user', async () => {
  write(HOOLI);
  expect(await run('validate')).toMatchObject({ code: 0 });
  const plan = await run('plan', '--detailed-exitcode');
  expect(plan).toMatchObject({ code: 2 });
  expect(plan.stdout).toContain('hooli');
  expect(await run('apply', '--auto-approve')).toMatchObject({ code: 0 });
  expect(await run('plan', '--detailed-exitcode')).toMatchObject({ code: 0 });
  expect(await run('apply', '--auto-approve')).toMatchObject({ code: 0 });

  const client = await signIn('rita@hooli.example', { role_mapping: 'staff', department: 'Reports' });
  const before = await sessionOf(client);
  expect(before.status).toBe(200);
  expect(before.json()).toMatchObject({
    user: { email: 'rita@hooli.example' },
    organization: 'hooli',
    identityProvider: 'own',
    grants: { 'account/main': ['member'], 'project/nucleus': ['reporter'] },
  });

  write(
    HOOLI.replace('grants: { project/nucleus: [reporter] }', 'grants: { project/nucleus: [member] }').replace(
      / {2}tests:[^]*/,
      '',
    ),
  );
  const change = await run('plan', '--detailed-exitcode');
  expect(change.code).toBe(2);
  expect(change.stdout).toMatch(/1 user\b.*\breporter\b/);
  expect(await run('apply', '--auto-approve')).toMatchObject({ code: 0 });
  expect((await sessionOf(client)).json()).toMatchObject({
    grants: { 'account/main': ['member'], 'project/nucleus': ['member'] },
  });
});

test('the DNS record of a domain that waits for its proof stands after the apply', async () => {
  write(HOOLI.replace('  emailDomains:\n', '  emailDomains:\n    hooli-labs.example: { verification: dns }\n'));
  expect((await run('plan')).stdout).toContain('publish the TXT record _rolecall-challenge.hooli-labs.example');
  const applied = await run('apply', '--auto-approve');
  const [record = 'no record'] =
    /_rolecall-challenge\.hooli-labs\.example +TXT +rolecall-verification=\w{40}/.exec(applied.stdout) ?? [];
  const shown = await run('domains', 'hooli');
  expect([shown.code, shown.stdout]).toEqual([0, expect.stringContaining(record)]);
  expect(shown.stdout).toMatch(/hooli-labs\.example +pending\b[^]*hooli\.example +asserted\b/);
});

test('sign-out ends the session at once', async () => {
  write(HOOLI);
  expect(await run('apply', '--auto-approve')).toMatchObject({ code: 0 });
  const client = await signIn('sam@hooli.example', { role_mapping: 'staff' });
  const headers = { origin: system.urls.gateway, 'sec-fetch-site': 'same-origin' };
  expect((await client.open(`${system.urls.gateway}/logout`, { method: 'POST', headers })).status).toBe(303);
  expect((await sessionOf(client)).status).toBe(401);
});

test('the reference of an error page leads to why the login was refused', async () => {
  write(HOOLI);
  expect(await run('apply', '--auto-approve')).toMatchObject({ code: 0 });
  const page = await returnTo(new Client(), 'mo@hooli.example', { role_mapping: 'visitors' });
  expect(page.status).toBe(403);
  expect(page.text).not.toContain('visitors');
  const reference = /<code>([0-9a-f]{32})<\/code>/.exec(page.text)?.[1] ?? 'no reference';
  const { code, stdout } = await run('flows', 'hooli', reference);
  expect(code).toBe(0);
  expect(stdout).toContain('Login refused: unmatched_role');
  expect(stdout).toMatch(/✗ access_decided\n +want {2}.*staff\n +got {3}.*visitors\n/);
  expect(stdout).toContain("who must act  the customer's administrator");
  expect((await run('flows', 'hooli', '--refused')).stdout).toContain(reference);
});

test('a directory opens by a token that is issued, stays open through its rotation, and closes with the document', async () => {
  const declaring = (tokens: string) => HOOLI.replace('  tests:\n', `  scim: { tokens: { ${tokens} } }\n  tests:\n`);
  const knock = async (token: string) => {
    const headers = { authorization: `Bearer ${token}` };
    return (await fetch(`${system.urls.scim}/scim/v2/Users`, { headers })).status;
  };
  const apply = async (yaml: string) => {
    write(yaml);
    const applied = await run('apply', '--auto-approve');
    expect(applied).toMatchObject({ code: 0 });
    return applied.stdout;
  };
  const issue = async () => (await run('scim', 'token', 'issue', 'hooli', 'own')).stdout.trim();
  expect(await apply(declaring('own: {}'))).toContain('rolecall scim token issue hooli own');
  const [first, second] = [await issue(), await issue()];
  expect([await knock(first), await knock(second)]).toEqual([200, 200]);
  // the log is written behind the answers
  const logged = async () => /read +200 +GET \/Users +own/.test((await run('scim', 'log', 'hooli')).stdout);
  await untilSo(logged);
  const list = (await run('scim', 'token', 'list', 'hooli')).stdout;
  const superseded = /^own +superseded\b.* (\S+)$/m.exec(list)?.[1] ?? 'none is superseded';
  expect((await run('scim', 'token', 'revoke', 'hooli', superseded)).code).toBe(0);
  // another process made these changes: the server hears of them
  await untilSo(async () => (await knock(first)) === 401);
  expect(await knock(second)).toBe(200);

  await apply(declaring('renamed: { previously: [own] }'));
  expect(await knock(second)).toBe(200);
  expect(await apply(declaring('another: {}'))).toContain('ends 1 SCIM token called renamed');
  await untilSo(async () => (await knock(second)) === 401);
  write(HOOLI);
  expect(await run('apply', '--auto-approve')).toMatchObject({ code: 0 });
});

describe('mistakes end with exit code 3, each at its line', () => {
  const FAILING = 'facts: { role_mapping: staff, department: Sales }';
  const WITHOUT_METADATA = HOOLI.replace(/ {6}metadata:\n[^]*?\n {2}auth/, '  auth');
  const TWICE = 'project/nucleus: {}\n    project/nucleus: { parent: account/main }';

  test.each([
    ['a misspelt key', 'unknown_key', HOOLI.replace('emailDomains:', 'emailDomain:'), 'emailDomain:'],
    [
      'a role that does not exist',
      'unknown_role',
      HOOLI.replace('[reporter] }\n  tests', '[reportr] }\n  tests'),
      '[reportr]',
    ],
    [
      'a scope twice',
      'duplicate_key',
      HOOLI.replace('project/nucleus: { parent: account/main }', TWICE),
      'project/nucleus: { parent',
    ],
    ['an identity provider without metadata', 'missing_metadata', WITHOUT_METADATA, 'own:'],
    ['a failing test', 'test_failed', HOOLI.replace(/facts: .*/, FAILING), '- name: a reporter'],
  ])('%s', async (name, code, yaml, at) => {
    const elsewhere = join(directory, name.replaceAll(' ', '-'));
    mkdirSync(elsewhere);
    writeFileSync(join(elsewhere, 'hooli.yaml'), yaml);
    const line = yaml.slice(0, yaml.indexOf(at)).split('\n').length;
    const finding = new RegExp(`hooli\\.yaml:${line}:\\d+ +${code} `);

    const results = await Promise.all(
      [['validate'], ['plan'], ['apply', '--auto-approve']].map((args) => system.rolecall(args, elsewhere)),
    );

    for (const { code: exitCode, stdout, stderr } of results) {
      expect(stdout + stderr).toMatch(finding);
      expect(exitCode).toBe(3);
    }
  });
});

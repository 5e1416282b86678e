import { TestIdp } from '@rolecall/saml/testing';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import type { CommandResult, System } from '../system/system.ts';
import { Client, returnFromIdp } from './saml-sign-in.ts';
import { startTestSystem } from './test-system.ts';
import { untilSo } from './until.ts';

/** A month of a platform team, one command after the other: what happens in a chapter is there in the next. */

const COMMAND = join(import.meta.dirname, '../../apps/reconciler/bin/rolecall.mjs');
const idp = new TestIdp();
let system: System;
let directory: string;
let documents: Documents;

beforeAll(async () => {
  system = await startTestSystem();
  directory = mkdtempSync(join(tmpdir(), 'month-'));
  documents = new Documents(join(directory, 'hooli.yaml'));
  process.env['HOOLI_SECRET'] = 'the first value';
});

afterAll(async () => {
  delete process.env['HOOLI_SECRET'];
  await system?.stop();
  rmSync(directory, { recursive: true, force: true });
});

const run = (...args: string[]): Promise<CommandResult> => system.rolecall(args, directory);

async function expectExit(code: number, ...args: string[]): Promise<string> {
  const { code: got, stdout, stderr } = await run(...args);
  if (got !== code) throw new Error(`rolecall ${args.join(' ')} ended with ${got}, not ${code}\n${stdout}${stderr}`);
  return stdout + stderr;
}

/** The file of the organization, edited as a person would. */
class Documents {
  #yaml = `apiVersion: rolecall/v1
kind: Organization
metadata:
  name: hooli
spec:
  displayName: Hooli
  emailDomains:
    hooli.example: { verification: asserted }
  scopes:
    account/main: {}
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
      staff: # everybody
        grants: { account/main: [reporter] }
`;

  readonly #file: string;

  constructor(file: string) {
    this.#file = file;
  }

  write(): void {
    writeFileSync(this.#file, this.#yaml);
  }

  replace(before: string, after: string): void {
    if (!this.#yaml.includes(before)) throw new Error(`the file has no ${before}`);
    this.#yaml = this.#yaml.replace(before, after);
    this.write();
  }

  /** What a command wrote into it. */
  read(): string {
    return (this.#yaml = readFileSync(this.#file, 'utf8'));
  }
}

const MO = new Client();

async function signIn(organization: string, identityProvider: string): Promise<void> {
  const connection = { gateway: system.urls.gateway, organization, identityProvider, idp };
  expect((await returnFromIdp(MO, connection, 'mo@hooli.example', { role_mapping: 'staff' })).status).toBe(303);
}

async function grantsOfMo(): Promise<unknown> {
  const { status, json } = await MO.open(`${system.urls.gateway}/session`);
  return status === 200 ? (json() as { grants: unknown }).grants : status;
}

test('an organization that another team gave up is adopted, and its plan is empty', async () => {
  documents.write();
  writeFileSync(join(directory, 'rolecall.yaml'), 'collection: former\n');
  await expectExit(0, 'apply', '--auto-approve');
  await expectExit(0, 'release', 'hooli', '--auto-approve');
  await signIn('hooli', 'own');

  writeFileSync(join(directory, 'rolecall.yaml'), 'collection: month\n');
  expect(await expectExit(5, 'plan')).toContain('adopt');
  await expectExit(0, 'adopt', 'hooli', '--auto-approve');
  await expectExit(0, 'apply', '--auto-approve');
  await expectExit(0, 'plan', '--detailed-exitcode');
  expect(await grantsOfMo()).toEqual({ 'account/main': ['reporter'] });
});

test('what was reviewed is applied, and nothing else', async () => {
  documents.replace('permissions: [reports.read]', 'permissions: [reports.read, reports.write]');
  const [reviewed = ''] = /sha256:\w{64}/.exec(await expectExit(2, 'plan', '--detailed-exitcode')) ?? [];
  await expectExit(0, 'plan', '--out', 'plan.json');

  documents.replace('reports.write]', 'reports.write, reports.share]');
  expect(await expectExit(4, 'apply', '--expect', reviewed)).toContain('make and review a new plan');
  documents.replace(', reports.share]', ']');
  await expectExit(0, 'apply', '--expect', reviewed);
  // the saved plan was made before
  await expectExit(4, 'apply', 'plan.json');
});

test('renames keep people, their links and what they hold', async () => {
  documents.replace('  name: hooli\n', '  name: hooli-group\n  previously: [hooli]\n');
  documents.replace('    own:\n', '    corporate:\n      previously: [own]\n');
  documents.replace('    reporter: { permissions', '    journalist: { previously: [reporter], permissions');
  documents.replace('[reporter] }\n', '[journalist] }\n');
  await expectExit(0, 'apply', '--auto-approve');
  expect(await grantsOfMo()).toEqual({ 'account/main': ['journalist'] });
  await signIn('hooli-group', 'corporate');
  expect(await grantsOfMo()).toEqual({ 'account/main': ['journalist'] });
});

test('a second identity provider is added, and its secret rotated, without its value in a plan', async () => {
  documents.replace(
    '  authorization:\n',
    `    second:
      type: oidc
      issuer: ${system.urls.idp}/oidc
      clientId: rolecall
      clientSecret: { fromEnv: HOOLI_SECRET, version: 1 }
  authorization:
`,
  );
  await expectExit(0, 'apply', '--auto-approve');
  await expectExit(0, 'plan', '--detailed-exitcode');
  process.env['HOOLI_SECRET'] = 'the second value';
  documents.replace('version: 1 }', 'version: 2 }');
  const plan = await expectExit(2, 'plan', '--detailed-exitcode', '--format', 'json');
  expect(plan).toContain('/spec/identityProviders/second/clientSecret');
  expect(plan).not.toMatch(/the (first|second) value/);
  await expectExit(0, 'apply', '--auto-approve');
  await expectExit(0, 'plan', '--detailed-exitcode');
});

test('an incident is mended past git, every plan says so, and git takes it back or takes it over', async () => {
  const patch = join(directory, 'incident.patch');
  writeFileSync(patch, 'spec: { displayName: "Hooli (degraded)" }\n');
  await expectExit(0, 'override', 'hooli-group', patch, '--reason', 'the status page must say it', '--expires', '2h');
  expect(await expectExit(0, 'plan')).toContain('the status page must say it');
  expect(await expectExit(0, 'show', 'hooli-group')).toContain('Hooli (degraded)');

  expect(await expectExit(0, 'drift')).toContain('spec.displayName: live "Hooli (degraded)"');
  await expectExit(0, 'override', 'end', 'hooli-group');
  await expectExit(0, 'drift');
  await expectExit(0, 'plan', '--detailed-exitcode');
  expect(await expectExit(0, 'show', 'hooli-group')).not.toContain('degraded');

  await expectExit(0, 'override', 'hooli-group', patch, '--reason', 'again', '--expires', '2h');
  await expectExit(0, 'drift', '--write', '--overridden');
  expect(documents.read()).toMatch(/displayName: "?Hooli \(degraded\)[^]*# everybody/);
  await expectExit(0, 'apply', '--auto-approve');
  await expectExit(0, 'drift');
});

test('an identity provider with linked people is removed only by consent', async () => {
  const yaml = documents.read();
  const [provider = ''] = / {4}corporate:\n[^]*?(?= {4}second:)/.exec(yaml) ?? [];
  documents.replace(provider, '');
  expect(await expectExit(5, 'plan')).toContain('replace_needs_consent');
  expect(await expectExit(0, 'plan', '--allow-replace')).toContain(
    'removes identity provider corporate: 1 user linked',
  );
  await expectExit(0, 'apply', '--allow-replace', '--auto-approve');
});

test('the revision before comes back, until git says otherwise', async () => {
  const { stdout } = await run('history', 'hooli-group', '--format', 'json');
  const { revisions } = JSON.parse(stdout) as { revisions: { number: number }[] };
  const last = Math.max(...revisions.map(({ number }) => number));
  await expectExit(0, 'rollback', 'hooli-group', '--to', String(last - 1), '--auto-approve');
  expect(await expectExit(0, 'show', 'hooli-group')).toContain('corporate:');
  await signIn('hooli-group', 'corporate');
  expect(await expectExit(5, 'plan')).toContain('replace_needs_consent');
  await expectExit(0, 'apply', '--allow-replace', '--auto-approve');
});

test('of two pipelines one waits its turn; what a killed one leaves is released by hand, and the next does it all', async () => {
  const holder = new pg.Client({ connectionString: system.databaseUrl });
  await holder.connect();
  try {
    await holder.query('begin');
    await holder.query(
      `insert into organization_registry (name, org_id, revision, digest, deletion_policy)
       values ('umbrella', gen_random_uuid(), 1, '', 'retain')`,
    );
    const umbrella =
      'apiVersion: rolecall/v1\nkind: Organization\nmetadata: { name: umbrella }\nspec: { displayName: Umbrella }\n';
    writeFileSync(join(directory, 'umbrella.yaml'), umbrella);
    const first = spawn(process.execPath, [COMMAND, 'apply', '--auto-approve'], {
      cwd: directory,
      env: { ...process.env, ROLECALL_SERVER: system.urls.admin, ROLECALL_TOKEN: system.token },
      stdio: 'ignore',
    });
    const waits = `select 1 from pg_stat_activity where wait_event_type = 'Lock' and application_name = 'rolecall-admin-api'`;
    await untilSo(async () => (await holder.query(waits)).rows.length > 0);
    expect(await expectExit(4, 'apply', '--auto-approve')).toContain('"month" is being applied by');
    first.kill('SIGKILL');
    await once(first, 'exit');
    await holder.query('rollback');
  } finally {
    await holder.end();
  }
  await expectExit(0, 'unlock', 'month');
  await expectExit(0, 'apply', '--auto-approve');
  await expectExit(0, 'plan', '--detailed-exitcode');
  expect(await expectExit(0, 'show', 'umbrella')).toContain('Umbrella');
});

import { strict as assert } from 'node:assert';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { programPath } from './installed.ts';
import type { Counts } from './run.ts';

const ROLECALL = join(import.meta.dirname, '../../apps/reconciler/bin/rolecall.mjs');
const PATH = '/spec/identityProviders/google/clientSecret';
const VALUE = 'a client secret';

/** Sealed values and keys, exchanged with the `age` and `age-keygen` commands; says what was skipped where they are not installed. */
export function runAge(say: (line: string) => void): Counts {
  const cases = Object.entries(CASES);
  if (programPath('age') === undefined || programPath('age-keygen') === undefined) {
    say(`skipped  age: ${cases.length} cases; install age (apt-get install, Debian)`);
    return { passed: 0, failed: 0, skipped: cases.length };
  }
  let failed = 0;
  for (const [name, check] of cases) {
    const directory = mkdtempSync(join(tmpdir(), 'rolecall-age-'));
    try {
      check(directory);
      say(`passed   age: ${name}`);
    } catch (error) {
      failed++;
      say(`FAILED   age: ${name}: ${error instanceof Error ? error.message : String(error)}`);
    } finally {
      rmSync(directory, { recursive: true });
    }
  }
  return { passed: cases.length - failed, failed, skipped: 0 };
}

const CASES: Readonly<Record<string, (directory: string) => void>> = {
  'age opens what rolecall sealed, with a key of age-keygen': (directory) => {
    const recipient = keyOfAge(directory);
    const { age } = JSON.parse(encrypt(directory, recipient)) as { age: string };
    const opened = command('age', ['--decrypt', '--identity', 'key.txt'], directory, { input: age });
    assert.deepEqual(JSON.parse(opened), { v: 1, org: 'acme', path: PATH, value: VALUE });
  },
  'rolecall opens what age sealed, with a key of age-keygen': (directory) => {
    const recipient = keyOfAge(directory);
    const input = JSON.stringify({ v: 1, org: 'acme', path: PATH, value: VALUE });
    const age = command('age', ['--encrypt', '--armor', '--recipient', recipient], directory, { input });
    assert.match(check(directory, age), /1 of 1 sealed secrets open/);
  },
  'age-keygen reads a key of rolecall, for which age seals': (directory) => {
    const recipient = rolecall(['secrets', 'keygen', '--out', 'key.txt'], directory).trim();
    assert.equal(command('age-keygen', ['-y', 'key.txt'], directory).trim(), recipient);
    const input = JSON.stringify({ v: 1, org: 'acme', path: PATH, value: VALUE });
    const age = command('age', ['--encrypt', '--armor', '--recipient', recipient], directory, { input });
    assert.match(check(directory, age), /1 of 1 sealed secrets open/);
  },
};

function keyOfAge(directory: string): string {
  command('age-keygen', ['-o', 'key.txt'], directory);
  return command('age-keygen', ['-y', 'key.txt'], directory).trim();
}

function encrypt(directory: string, recipient: string): string {
  const place = ['acme', 'identityProviders.google.clientSecret'];
  return rolecall(['secrets', 'encrypt', ...place, '--recipient', recipient, '--format', 'json'], directory, VALUE);
}

function check(directory: string, age: string): string {
  const provider = { type: 'oidc', issuer: 'https://op.example', clientId: 'c', clientSecret: { age } };
  const document = {
    apiVersion: 'rolecall/v1',
    kind: 'Organization',
    metadata: { name: 'acme' },
    spec: { identityProviders: { google: provider } },
  };
  writeFileSync(join(directory, 'acme.yaml'), JSON.stringify(document, null, 2));
  return rolecall(['secrets', 'check', 'acme.yaml'], directory);
}

function rolecall(args: readonly string[], directory: string, input = ''): string {
  const env = { ...process.env, ROLECALL_AGE_IDENTITY_FILE: 'key.txt' };
  return command(process.execPath, [ROLECALL, ...args], directory, { input, env });
}

function command(
  program: string,
  args: readonly string[],
  cwd: string,
  options: { readonly input?: string; readonly env?: NodeJS.ProcessEnv } = {},
): string {
  const run = spawnSync(program, args, { cwd, encoding: 'utf8', timeout: 60_000, ...options });
  if (run.status === 0) return run.stdout;
  throw new Error(`${program} ended with ${run.status ?? run.signal}:\n${run.stdout}${run.stderr}`);
}

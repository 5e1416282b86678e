import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { organizationFile } from './chaos-system.ts';

// More files than one thread checks: the command as it is built starts threads of its own, wherever there is more than one core.

const COMMAND = join(import.meta.dirname, '../../apps/reconciler/dist/main.js');
const FILES = 520;

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'rolecall-threads-'));
  for (let n = 0; n < FILES; n += 1) {
    const name = `org-${String(n).padStart(3, '0')}`;
    writeFileSync(join(directory, `${name}.yaml`), organizationFile(name, 'v1'));
  }
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

function validate() {
  const env = { PATH: process.env['PATH'] };
  const args = [COMMAND, 'validate', '--format', 'json'];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: directory, env, encoding: 'utf8' });
  expect(stderr).toBe('');
  return { status, ...(JSON.parse(stdout) as { organizations: number; diagnostics: readonly { code: string }[] }) };
}

it('checks every file once, in threads', () => {
  expect(validate()).toMatchObject({ status: 0, organizations: FILES, diagnostics: [] });
});

it('tells what is wrong in each thread, and between two of them', () => {
  const twice = organizationFile('org-000', 'v1');
  writeFileSync(join(directory, 'org-519.yaml'), twice);
  writeFileSync(
    join(directory, 'org-001.yaml'),
    twice.replace('org-000', 'org-001').replace('displayName', 'dispalyName'),
  );
  const { status, diagnostics } = validate();
  expect([status, diagnostics.map(({ code }) => code).sort()]).toEqual([3, ['duplicate_organization', 'unknown_key']]);
});

// (d) The command line over 1,000 organizations, as whole processes, against its server on loopback.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TestIdp } from '@rolecall/saml/testing';
import { command, organization, startAdmin, type Run } from './collection.ts';
import { ms, peakMemoryOf, table } from './measure.ts';

const ORGANIZATIONS = 1_000;
const APPLY_TARGET_SECONDS = 20;

export async function run(): Promise<string> {
  const dir = mkdtempSync(join(tmpdir(), 'rolecall-bench-orgs-'));
  const organizations = join(dir, 'organizations');
  mkdirSync(organizations);
  writeFileSync(join(organizations, 'idp.xml'), new TestIdp().metadata());
  for (let i = 0; i < ORGANIZATIONS; i++) writeFileSync(join(organizations, `customer-${i}.yaml`), organization(i));
  const server = await startAdmin();
  try {
    const steps: [string, Run, number][] = [];
    const step = async (name: string, args: readonly string[], wanted: number): Promise<void> => {
      const result = await command(args, server.env, dir);
      if (result.code !== wanted) throw new Error(`${name} ended with ${result.code} instead of ${wanted}`);
      steps.push([name, result, server.pid]);
    };
    await step('floor: `rolecall version` (node start)', ['version'], 0);
    await step('`validate` (parses and tests all)', ['validate', 'organizations'], 0);
    await step('first `plan`', ['plan', '--detailed-exitcode', 'organizations'], 2);
    await step('first `apply`, one transaction', ['apply', '--auto-approve', 'organizations'], 0);
    await step('`plan`, nothing changed', ['plan', '--detailed-exitcode', 'organizations'], 0);
    writeFileSync(join(organizations, 'customer-7.yaml'), organization(7).replace('billing.read', 'billing.write'));
    await step('`plan`, 1 of 1,000 changed', ['plan', '--detailed-exitcode', 'organizations'], 2);
    const apply = steps.find(([name]) => name.startsWith('first `apply'))?.[1].wall ?? Infinity;
    const rows = steps.map(([name, result]) => [
      name,
      `${ms(result.wall)} s`,
      `${ms(result.cpu)} s`,
      `${Math.round(result.memory)} MiB`,
    ]);
    return `## Reconciling 1,000 organizations

${ORGANIZATIONS.toLocaleString('en')} files of ${organization(0).length.toLocaleString('en')} bytes with metadata by file; whole processes, node start included; server and PostgreSQL on the same machine.
Target: first apply within ${APPLY_TARGET_SECONDS} s: ${apply <= APPLY_TARGET_SECONDS ? 'met' : 'missed'}. Peak memory of the server ${Math.round(peakMemoryOf(server.pid))} MiB.

${table(['command', 'wall', 'CPU of the command', 'peak memory'], rows)}`;
  } finally {
    await server.stop();
    rmSync(dir, { recursive: true, force: true });
  }
}

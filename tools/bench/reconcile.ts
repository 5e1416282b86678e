// (d) The command line over 1,000 organizations, as whole processes, against its server on loopback.
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { testDatabase } from '@rolecall/persistence/testing';
import { TestIdp } from '@rolecall/saml/testing';
import { freePort } from '../postgres.mjs';
import { cpuSecondsOf, ms, peakMemoryOf, startServer, table } from './measure.ts';

const ORGANIZATIONS = 1_000;
const APPLY_TARGET_SECONDS = 20;
const COMMAND = fileURLToPath(new URL('../../apps/reconciler/dist/main.js', import.meta.url));

function organization(index: number): string {
  const name = `customer-${String(index).padStart(5, '0')}`;
  return `# yaml-language-server: $schema=../schemas/organization.v1.json
apiVersion: rolecall/v1
kind: Organization
metadata:
  name: ${name}
  labels: { tier: enterprise, region: eu }
spec:
  displayName: Customer ${index}
  emailDomains:
    ${name}.example: { verification: asserted }
  scopes:
    account/main: { displayName: Main account }
    project/shop: { displayName: Shop, parent: account/main }
  roles:
    campaign-creator: { permissions: [campaigns.read, campaigns.write] }
    billing-reader: { permissions: [billing.read] }
  groups:
    inbox/vip: { displayName: VIP inbox }
  identityProviders:
    okta:
      type: saml
      displayName: Okta
      metadata: { file: idp.xml }
      attributes: { email: email, givenName: firstName, familyName: lastName }
  login:
    enforceSso: false
    session: { idle: 1h, lifetime: 12h }
  jit:
    enabled: true
    defaults:
      grants: { account/main: [member] }
      groups: [inbox/vip]
  authorization:
    managedBy: idp
    unmatched: refuse
    mappingRoles:
      engineering:
        grants: { account/main: [campaign-creator], project/shop: [member] }
      finance:
        grants: { account/main: [billing-reader] }
    rules:
      - name: admins-by-group
        when: { attribute: groups, equals: ${name}-admins }
        grants: { account/main: [sso_admin] }
      - name: vip-agents
        when: { attribute: department, equals: Support }
        groups: [inbox/vip]
  tests:
    - name: an engineer gets the creator role
      facts: { role_mapping: engineering, email: eve@${name}.example }
      expect: { grants: { account/main: [campaign-creator], project/shop: [member] } }
`;
}

interface Run {
  readonly wall: number;
  readonly cpu: number;
  readonly memory: number;
  readonly code: number;
}

/** One whole process, node start included; its CPU and memory are read while it runs. */
async function command(args: readonly string[], env: Record<string, string>, cwd: string): Promise<Run> {
  const start = performance.now();
  const child = spawn(process.execPath, [COMMAND, ...args], {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  let cpu = 0;
  let memory = 0;
  const watch = setInterval(() => {
    try {
      cpu = Math.max(cpu, cpuSecondsOf(child.pid ?? 0));
      // a process that has just ended has no memory any more
      memory = Math.max(memory, peakMemoryOf(child.pid ?? 0));
    } catch {
      // it ended between two looks
    }
  }, 20);
  const code = await new Promise<number>((resolve) => child.once('exit', (exit) => resolve(exit ?? 1)));
  clearInterval(watch);
  return { wall: (performance.now() - start) / 1000, cpu, memory, code };
}

export async function run(): Promise<string> {
  const dir = mkdtempSync(join(tmpdir(), 'rolecall-bench-orgs-'));
  const organizations = join(dir, 'organizations');
  mkdirSync(organizations);
  writeFileSync(join(organizations, 'idp.xml'), new TestIdp().metadata());
  for (let i = 0; i < ORGANIZATIONS; i++) writeFileSync(join(organizations, `customer-${i}.yaml`), organization(i));
  const db = await testDatabase();
  const port = await freePort();
  const url = `http://localhost:${port}`;
  const { token } = await db.database.apiTokens.create({
    name: 'bench',
    rights: ['organizations.read', 'plan', 'apply', 'domains.assert'],
    expiresAt: undefined,
    now: new Date(),
  });
  const server = await startServer({
    script: fileURLToPath(new URL('../../apps/admin-api/dist/main.js', import.meta.url)),
    env: {
      DATABASE_URL: db.url,
      ROLECALL_MASTER_KEY: db.masterKey.toString('base64'),
      ROLECALL_ADMIN_URL: url,
      ROLECALL_GATEWAY_URL: 'http://localhost:4000',
      PORT: String(port),
      ROLECALL_LOG_LEVEL: 'warn',
    },
    readyUrl: `${url}/readyz`,
  });
  const env = { ROLECALL_SERVER: url, ROLECALL_TOKEN: token };
  try {
    const steps: [string, Run, number][] = [];
    const step = async (name: string, args: readonly string[], wanted: number): Promise<void> => {
      const result = await command(args, env, dir);
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
    await db.drop();
    rmSync(dir, { recursive: true, force: true });
  }
}

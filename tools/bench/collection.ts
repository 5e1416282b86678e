// A collection of generated organizations, the command line as whole processes, and its server on loopback.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { testDatabase } from '@rolecall/persistence/testing';
import { freePort } from '../system/ports.ts';
import { cpuSecondsOf, peakMemoryOf, startServer } from './measure.ts';

const COMMAND = fileURLToPath(new URL('../../apps/reconciler/dist/main.js', import.meta.url));

/** One customer as a platform team would commit it. */
export function organization(index: number): string {
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

/** One whole process, node start included. */
export interface Run {
  readonly wall: number;
  readonly cpu: number;
  readonly memory: number;
  readonly code: number;
}

/** Runs the command line; its CPU and memory are read while it runs. */
export async function command(args: readonly string[], env: Record<string, string>, cwd: string): Promise<Run> {
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

/** An admin API on a database of its own. */
export interface BenchAdmin {
  readonly pid: number;
  /** What the command line needs to reach it. */
  readonly env: Readonly<Record<string, string>>;
  readonly ownerUrl: string;
  stop(): Promise<void>;
}

export async function startAdmin(): Promise<BenchAdmin> {
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
  const stop = async () => {
    await server.stop();
    await db.drop();
  };
  return { pid: server.pid, env: { ROLECALL_SERVER: url, ROLECALL_TOKEN: token }, ownerUrl: db.ownerUrl, stop };
}

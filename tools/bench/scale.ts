// 10,000 organizations in one collection, a million users in one organization, and Terraform beside it where there is one.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TestIdp } from '@rolecall/saml/testing';
import { command, organization, startAdmin, type BenchAdmin, type Run } from './collection.ts';
import { cpuSecondsOf, ms, peakMemoryOf, residentMemoryOf, table } from './measure.ts';
import { addUsers } from './users-in-sql.ts';
import { terraformRows } from './terraform.ts';

const ORGANIZATIONS = numberOf('--organizations', 10_000);
const USERS = numberOf('--users', 1_000_000);
/** One transaction, and one request: what is left of the organizations comes in as many steps as it takes. */
const FIRST = 1_000;
const PER_APPLY = 3_000;

function numberOf(flag: string, otherwise: number): number {
  const given = process.argv.find((argument) => argument.startsWith(`${flag}=`));
  return given === undefined ? otherwise : Number(given.slice(flag.length + 1));
}

interface Measured extends Run {
  readonly name: string;
  readonly target?: string;
  readonly met?: boolean;
  /** CPU seconds of the server meanwhile. */
  readonly serverCpu: number;
}

export async function run(): Promise<string> {
  const dir = mkdtempSync(join(tmpdir(), 'rolecall-bench-scale-'));
  const organizations = join(dir, 'organizations');
  mkdirSync(organizations);
  writeFileSync(join(organizations, 'idp.xml'), new TestIdp().metadata());
  const write = (from: number, to: number) => {
    for (let i = from; i < to; i++) writeFileSync(join(organizations, `customer-${i}.yaml`), organization(i));
  };
  const server = await startAdmin();
  const measured: Measured[] = [];
  const step = async (name: string, args: readonly string[], wanted: number, target?: { s: number; mib?: number }) => {
    const before = cpuSecondsOf(server.pid);
    const result = await command(args, server.env, dir);
    if (result.code !== wanted) throw new Error(`${name} ended with ${result.code} instead of ${wanted}`);
    const row = { ...result, name, serverCpu: cpuSecondsOf(server.pid) - before };
    if (target === undefined) measured.push(row);
    else {
      const met = result.wall <= target.s && result.memory <= (target.mib ?? Infinity);
      const memory = target.mib === undefined ? '' : `, <= ${target.mib} MiB`;
      measured.push({ ...row, target: `<= ${target.s} s${memory}`, met });
    }
    console.error(`  ${name}: ${ms(result.wall)} s, ${Math.round(result.memory)} MiB`);
  };
  try {
    await step('floor: `rolecall version`', ['version'], 0);
    write(0, FIRST);
    const apply = ['apply', '--auto-approve', 'organizations'];
    await step('first `apply` of 1,000, one transaction', apply, 0, { s: 20 });
    for (let known = FIRST; known < ORGANIZATIONS; known += PER_APPLY) {
      const next = Math.min(known + PER_APPLY, ORGANIZATIONS);
      write(known, next);
      await step(`\`apply\` of ${count(next - known)} more`, apply, 0);
    }
    const plan = ['plan', '--detailed-exitcode', 'organizations'];
    await step(`\`plan\` of ${count(ORGANIZATIONS)}, nothing changed`, plan, 0, { s: 2, mib: 400 });
    await step('the same with `--full`', [...plan, '--full'], 0, { s: 20 });
    await step(`\`validate\` of ${count(ORGANIZATIONS)}`, ['validate', 'organizations'], 0);
    writeFileSync(join(organizations, 'customer-7.yaml'), organization(7).replace('billing.read', 'billing.write'));
    await step(`\`plan\`, 1 of ${count(ORGANIZATIONS)} changed`, plan, 2, { s: 3 });
    await step(`\`import --all\``, ['import', '--all', '--out-dir', 'imported'], 0);
    const serverMemory = peakMemoryOf(server.pid);
    const blast = await blastRadius(server, organizations, dir);
    console.error('  terraform, where there is one ...');
    return [section(measured, serverMemory), blast, await terraformRows()].join('\n\n');
  } finally {
    await server.stop();
    rmSync(dir, { recursive: true, force: true });
  }
}

/** The plan of a change of the rules of one organization with very many users; on the organization that changed already. */
async function blastRadius(server: BenchAdmin, organizations: string, dir: string): Promise<string> {
  console.error(`  adding ${count(USERS)} users ...`);
  await addUsers(server.ownerUrl, 'customer-00009', USERS, (added) => {
    if (added % 250_000 === 0) console.error(`    ${count(added)}`);
  });
  writeFileSync(join(organizations, 'customer-7.yaml'), organization(7));
  const changed = organization(9).replace('account/main: [sso_admin]', 'account/main: [sso_admin, billing-reader]');
  writeFileSync(join(organizations, 'customer-9.yaml'), changed);
  const before = residentMemoryOf(server.pid);
  const cpu = cpuSecondsOf(server.pid);
  let peak = before;
  const watch = setInterval(() => (peak = Math.max(peak, residentMemoryOf(server.pid))), 100);
  const result = await command(['plan', '--detailed-exitcode', 'organizations'], server.env, dir);
  clearInterval(watch);
  if (result.code !== 2) throw new Error(`the plan over ${count(USERS)} users ended with ${result.code}`);
  console.error(
    `  \`plan\`, ${count(USERS)} users decided anew: ${ms(result.wall)} s, ${Math.round(peak)} MiB of the server`,
  );
  const met = result.wall <= 60 ? 'met' : 'missed';
  const perUser = ((cpuSecondsOf(server.pid) - cpu) * 1e6) / USERS;
  return `The plan of a changed rule of one organization with ${count(USERS)} users, each of whom is decided anew: **${ms(result.wall)} s** (target
<= 60 s: ${met}), ${ms(perUser)} µs CPU of the server a user; the server's memory went from ${Math.round(before)} to ${Math.round(peak)} MiB at most.`;
}

function section(measured: readonly Measured[], serverMemory: number): string {
  const rows = measured.map(({ name, wall, cpu, memory, serverCpu, target, met }) => [
    name,
    `${ms(wall)} s`,
    `${ms(cpu)} s`,
    `${ms(serverCpu)} s`,
    `${Math.round(memory)} MiB`,
    target === undefined ? '' : `${target}: ${met === true ? 'met' : 'missed'}`,
  ]);
  const head = ['command', 'wall', 'CPU of the command', 'CPU of the server', 'peak memory', 'target'];
  return `## Reconciling ${count(ORGANIZATIONS)} organizations

${count(ORGANIZATIONS)} files of ${count(organization(0).length)} bytes with metadata by file; whole processes, node start included; the server and PostgreSQL
are on the same machine. Peak memory of the server ${Math.round(serverMemory)} MiB.

${table(head, rows)}`;
}

const count = (n: number): string => n.toLocaleString('en');

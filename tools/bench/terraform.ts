import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ms, table } from './measure.ts';

const SIZES = [1_000, 2_000] as const;

const CAVEATS = `One \`terraform_data\` resource with five fields stands for an organization, local backend, state as after an apply. It asks
no server and stores nothing, so this is the engine alone; the commands above ask a server whose work is in their wall time.
An organization of the kind above would be perhaps 25 resources of a real provider (an estimate), and each a request or more at a refresh.`;

/** What \`terraform plan\` takes over as many objects, when nothing changed; a sentence where there is no terraform. */
export async function terraformRows(): Promise<string> {
  const version = spawnSync('terraform', ['version', '-json'], { encoding: 'utf8' });
  if (version.status !== 0) return 'No `terraform` is on the PATH, so nothing is compared with it.';
  const { terraform_version: name } = JSON.parse(version.stdout) as { terraform_version: string };
  const rows: string[][] = [];
  for (const size of SIZES) rows.push(measure(size));
  return `### Terraform ${name} in the same run

${CAVEATS}

${table(['no-op plan', 'wall', 'CPU', 'peak memory'], rows)}`;
}

function measure(size: number): string[] {
  const dir = mkdtempSync(join(tmpdir(), 'rolecall-bench-terraform-'));
  try {
    writeFileSync(join(dir, 'main.tf'), Array.from({ length: size }, (_, i) => resource(i)).join('\n'));
    writeFileSync(join(dir, 'terraform.tfstate'), JSON.stringify(stateOf(size)));
    const env = { ...process.env, CHECKPOINT_DISABLE: '1', TF_IN_AUTOMATION: '1' };
    const run = (args: readonly string[]) => {
      const time = ['-f', '%e %U %S %M', '-o', join(dir, 'time'), 'terraform', ...args];
      return spawnSync('/usr/bin/time', time, { cwd: dir, env, encoding: 'utf8' });
    };
    const initialized = run(['init', '-input=false']);
    if (initialized.status !== 0) throw new Error(`terraform init: ${initialized.stderr}`);
    const planned = run(['plan', '-input=false', '-detailed-exitcode', '-no-color']);
    if (planned.status !== 0) throw new Error(`terraform plan is not empty (${planned.status}): ${planned.stderr}`);
    const measured = spawnSync('tail', ['-n', '1', join(dir, 'time')], { encoding: 'utf8' }).stdout;
    const [wall = 0, user = 0, system = 0, memory = 0] = measured.trim().split(' ').map(Number);
    const cpu = `${ms(user + system)} s`;
    return [`${size.toLocaleString('en')} resources`, `${ms(wall)} s`, cpu, `${Math.round(memory / 1024)} MiB`];
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

function fieldsOf(index: number) {
  return {
    name: `customer-${index}`,
    displayName: `Customer ${index}`,
    domain: `customer-${index}.example`,
    role: 'campaign-creator',
    tier: 'enterprise',
  };
}

function resource(index: number): string {
  const fields = Object.entries(fieldsOf(index)).map(([key, value]) => `    ${key} = "${value}"`);
  return `resource "terraform_data" "customer_${index}" {\n  input = {\n${fields.join('\n')}\n  }\n}\n`;
}

function stateOf(size: number): object {
  const type = ['object', Object.fromEntries(Object.keys(fieldsOf(0)).map((key) => [key, 'string']))];
  const resources = Array.from({ length: size }, (_, index) => {
    const value = { value: fieldsOf(index), type };
    const id = `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`;
    return {
      mode: 'managed',
      type: 'terraform_data',
      name: `customer_${index}`,
      provider: 'provider["terraform.io/builtin/terraform"]',
      instances: [{ schema_version: 0, attributes: { id, input: value, output: value, triggers_replace: null } }],
    };
  });
  const lineage = '11111111-2222-4333-8444-555555555555';
  return { version: 4, terraform_version: '1.11.4', serial: 1, lineage, outputs: {}, resources, check_results: null };
}

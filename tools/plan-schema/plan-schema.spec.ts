import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { planSchema } from './plan-schema.mjs';

const root = join(import.meta.dirname, '../..');
const file = join(root, 'schemas/plan.v1.json');
const schema = JSON.parse(planSchema()) as object;
const validate = new Ajv2020({ allErrors: true, strict: true, allowUnionTypes: true }).compile(schema);

it('schemas/plan.v1.json is what the types of a plan say', () => {
  if (process.env['UPDATE_CASES'] === '1') writeFileSync(file, planSchema());
  expect(readFileSync(file, 'utf8')).toBe(planSchema());
});

/** What `plan.json` of the cases of libs/reconcile has, and what `plan --format json` printed in those of the command line. */
const plans = [...ofFiles('libs/reconcile/cases', 'plan.json'), ...ofTranscripts('apps/reconciler/cases')];

it('there are plans to look at', () => {
  expect(plans.length).toBeGreaterThan(20);
});

it.each(plans)('%s is one', (_name, plan) => {
  validate(plan);
  expect(validate.errors ?? []).toEqual([]);
});

it.each([
  ['without a fingerprint', (plan: Plan) => delete plan['fingerprint']],
  ['of a version to come', (plan: Plan) => (plan['formatVersion'] = '2.0')],
  ['with an action that there is not', (plan: Plan) => ((plan['changes'] as Plan[])[0]!['action'] = 'destroy')],
])('a plan %s is none', (_name, damage) => {
  const plan = structuredClone(plans.find(([name]) => name.includes('01-create'))![1]) as Plan;
  expect(validate(plan)).toBe(true);
  damage(plan);
  expect(validate(plan)).toBe(false);
});

type Plan = Record<string, unknown>;

function ofFiles(folder: string, name: string): [string, unknown][] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith(`/${name}`))
    .map((path) => [`${folder}/${path}`, JSON.parse(readFileSync(join(root, folder, path), 'utf8'))]);
}

function ofTranscripts(folder: string): [string, unknown][] {
  return readdirSync(join(root, folder)).flatMap((name) => {
    const text = readFileSync(join(root, folder, name, 'transcript.txt'), 'utf8');
    const printed = [...text.matchAll(/^\{\n[^]*?^\}$/gm)].map(([json]) => JSON.parse(json) as Plan);
    const found = printed.flatMap((value) => [value, value['plan']]).filter(isPlan);
    return found.map((plan): [string, unknown] => [`${folder}/${name}`, plan]);
  });
}

function isPlan(value: unknown): value is Plan {
  return typeof value === 'object' && value !== null && 'changes' in value && 'summary' in value;
}

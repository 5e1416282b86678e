// (c) decide() per second on one core with 50 rules, as login and re-derivation call it.
import { compilePolicy, decide, type Facts, type MappingPolicy, type Rule } from '@rolecall/role-mapping';
import { inProcess, median, ms, perSecond, ratio, table } from './measure.ts';

const TARGET_PER_SECOND = 100_000;

function rule(index: number, cel: boolean): Rule {
  const grants = { [`project/p${index % 10}`]: ['member'] };
  const name = `rule-${index}`;
  if (cel)
    return { name, when: { cel: `'team-${index}' in facts.groups && 'Engineering' in facts.department` }, grants };
  switch (index % 4) {
    case 0:
      return { name, when: { attribute: 'groups', equals: `team-${index}` }, grants };
    case 1:
      return { name, when: { attribute: 'groups', in: [`team-${index}`, `crew-${index}`] }, grants };
    case 2:
      return { name, when: { attribute: 'title', startsWith: `Level ${index}` }, grants };
    default:
      return { name, when: { attribute: `flag-${index}`, present: true }, grants };
  }
}

function policy(celRules: number): MappingPolicy {
  return {
    managedBy: 'idp',
    unmatched: 'refuse',
    mappingRoles: { engineering: { grants: { 'account/main': ['member'] } } },
    rules: Array.from({ length: 50 }, (_, i) => rule(i, i < celRules)),
    accountAttributes: {},
    defaults: {},
    roles: ['member', 'sso_admin'],
  };
}

const facts: Facts = new Map([
  ['email', ['eve@acme.com']],
  ['role_mapping', ['engineering']],
  ['department', ['Engineering']],
  ['title', ['Level 14 Engineer']],
  ['groups', Array.from({ length: 20 }, (_, i) => `team-${i * 3}`)],
]);

export async function run(): Promise<string> {
  const now = new Date('2026-11-21T12:00:00Z');
  const rows: string[][] = [];
  // Floor: what any engine must do for 50 equality rules, a set lookup each, and nothing else.
  const values = new Set(facts.get('groups'));
  const wanted = Array.from({ length: 50 }, (_, i) => `team-${i}`);
  const floors: number[] = [];
  const measured = new Map<string, number[]>();
  const variants: [string, MappingPolicy][] = [
    ['50 rules: equals, in, startsWith, present', policy(0)],
    ['50 rules, 5 of them CEL', policy(5)],
    ['50 rules, all CEL', policy(50)],
  ];
  for (let round = 0; round < 3; round++) {
    floors.push(await inProcess(0.3, () => wanted.filter((name) => values.has(name)).length));
    for (const [name, value] of variants) {
      const compiled = compilePolicy(value);
      if (decide(facts, compiled, now).outcome !== 'granted') throw new Error('the benchmark policy must grant');
      measured.set(name, [...(measured.get(name) ?? []), await inProcess(1, () => decide(facts, compiled, now))]);
    }
  }
  const floor = median(floors);
  rows.push(['floor: 50 set lookups', ms(floor * 1000), perSecond(1000 / floor), '1x', '']);
  for (const [name, values_] of measured) {
    const cpu = median(values_);
    const met = 1000 / cpu >= TARGET_PER_SECOND ? 'met' : 'missed';
    rows.push([name, ms(cpu * 1000), perSecond(1000 / cpu), ratio(cpu / floor), met]);
  }
  return `## decide(): facts to grants, with the trace\n\n20 groups, 5 attributes. Target: ${perSecond(TARGET_PER_SECOND)} decisions per second and core with 50 rules.\n\n${table(['policy', 'µs CPU', 'per core-second', 'of floor', 'target'], rows)}`;
}

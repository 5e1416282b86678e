import type { SsoTest } from '../server/logins.ts';
import { adviceLines, named, stepLines } from './flow.ts';
import { printable } from './printable.ts';
import type { Paint } from './style.ts';

const KINDS: Readonly<Record<string, string>> = {
  mappingRole: 'mapping role',
  rule: 'rule',
  accountAttribute: 'account attribute',
  default: 'default',
};

/**
 * What a test found: checks, facts, rules, and what to do when it failed.
 * @param test UNTRUSTED in its texts: they hold what an IdP, or whoever posed as one, sent
 */
export function ssoTestText(organization: string, identityProvider: string, test: SsoTest, paint: Paint): string {
  const { state, code, traceId, steps } = test;
  const outcome = code === null ? state : `${state}: ${code}`;
  return [
    paint('strong', printable(`Test of ${identityProvider} for ${organization} ${outcome}`)),
    ...named({ 'trace id': traceId }),
    '',
    ...steps.flatMap((step) => stepLines(step, test, paint)),
    ...factLines(test),
    ...grantLines(test),
    ...ruleLines(test, paint),
    ...adviceLines(test),
    '',
  ].join('\n');
}

function factLines({ facts = [] }: SsoTest): string[] {
  if (facts.length === 0) return [];
  const rows = facts.map(({ name, count, values }) => [name, values?.join(', ') || shownAs(count, values)] as const);
  return ['', 'Facts', ...named(Object.fromEntries(rows))];
}

const shownAs = (count: number, values: readonly string[] | undefined) =>
  values || count === 0 ? '(no value)' : `(${count === 1 ? '1 value' : `${count} values`}, shown to the tester alone)`;

function grantLines({ grants, groups = [] }: SsoTest): string[] {
  if (!grants) return [];
  const scopes = Map.groupBy(grants, ({ scope }) => scope);
  const rows = [...scopes].map(([scope, held]) => [scope, held.map(({ role }) => role).join(', ')] as const);
  const given = named({ ...Object.fromEntries(rows), ...(groups.length > 0 && { groups: groups.join(', ') }) });
  return ['', 'Grants', ...(given.length > 0 ? given : ['  none'])];
}

function ruleLines({ rules = [] }: SsoTest, paint: Paint): string[] {
  if (rules.length === 0) return [];
  const line = ({ kind, name, matched, why }: (typeof rules)[number]) =>
    `  ${matched ? paint('create', '✓') : '–'} ${printable(`${KINDS[kind] ?? kind} ${name}: ${why}`)}`;
  return ['', 'Rules', ...rules.map(line)];
}

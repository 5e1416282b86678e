import type { SsoTestResult, TestedFact } from '@rolecall/persistence';
import { type AttributeNames, type Facts, type MappingPolicy, PROFILE_FIELDS } from '@rolecall/role-mapping';
import { mappingAttributes } from '../organizations/mapping-attributes.ts';
import type { TestReport } from './test-report.ts';

const SHOWN_VALUES = 50;
const SHOWN_CHARACTERS = 200;
/** Shorter values stand by chance in any text. */
const HIDDEN_FROM = 3;
const HIDDEN = '(hidden)';

/**
 * What the people who made a test's link learn of it: every check and rule, and the values of attributes that the mapping
 * reads. The tester's name, address and whatever else the identity provider says stay with the tester: of these only
 * the attribute's name and the number of its values, and where a check or rule repeats such a value it is hidden.
 */
export function testResultOf(report: TestReport, policy: MappingPolicy, names: AttributeNames): SsoTestResult {
  const { code, steps, facts = new Map(), decision, protocol, vendor } = report;
  const read = mappingAttributes(policy);
  for (const field of PROFILE_FIELDS) read.delete(field);
  for (const attribute of Object.values(names)) read.delete(attribute);
  const hide = hiding(facts, read);
  const granted = decision?.outcome === 'granted' ? decision : undefined;
  return {
    outcome: code === undefined ? 'succeeded' : 'refused',
    protocol,
    vendor,
    ...(code === undefined ? {} : { code }),
    steps: steps.map((step) => ({
      ...step,
      ...(step.want === undefined ? {} : { want: hide(step.want) }),
      ...(step.got === undefined ? {} : { got: hide(step.got) }),
    })),
    ...(report.facts && { facts: [...facts].map(([name, values]) => testedFact(name, values, read.has(name))) }),
    ...(granted && {
      grants: granted.grants.map(({ scope, role }) => ({ scope, role })),
      groups: granted.groups.map(({ group }) => group),
    }),
    ...(decision && { rules: decision.trace.map((entry) => ({ ...entry, why: hide(entry.why) })) }),
  };
}

function testedFact(name: string, values: readonly string[], shown: boolean): TestedFact {
  const head = { name: name.slice(0, SHOWN_CHARACTERS), count: values.length };
  return shown ? { ...head, values: values.slice(0, SHOWN_VALUES).map(bounded) } : head;
}

/** Takes the values of all other attributes out of a text. */
function hiding(facts: Facts, read: ReadonlySet<string>): (text: string) => string {
  const shown = new Set([...facts].flatMap(([name, values]) => (read.has(name) ? values : [])));
  const hidden = [...facts]
    .flatMap(([name, values]) => (read.has(name) ? [] : values))
    .filter((value) => value.length >= HIDDEN_FROM && !shown.has(value))
    .sort((a, b) => b.length - a.length);
  return (text) => bounded(hidden.reduce((rest, value) => rest.replaceAll(value, HIDDEN), text));
}

function bounded(text: string): string {
  const cut = text.length > SHOWN_CHARACTERS * 2 ? `${text.slice(0, SHOWN_CHARACTERS * 2)}…` : text;
  return cut.toWellFormed();
}

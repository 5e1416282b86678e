import type { Flow, FlowStep, FlowSummary } from '../server/logins.ts';
import { printable } from './printable.ts';
import type { Paint } from './style.ts';
import { table } from './table.ts';
import { secondOf } from './time.ts';

const HEADING = ['TIME (UTC)', 'OUTCOME', 'CODE', 'IDENTITY PROVIDER', 'MUST ACT', 'TRACE ID'];

const WHO: Readonly<Record<NonNullable<FlowSummary['mustAct']>, string>> = {
  platform: 'your platform team, in the configuration of Rolecall',
  customer: "the customer's administrator, at their identity provider",
  user: 'the user',
};

/** Flows as a table, a line each. */
export function flowTable(flows: readonly FlowSummary[]): string {
  const rows = flows.map((flow) => {
    const { code, identityProvider, mustAct, traceId } = flow;
    return [timeOf(flow), outcomeOf(flow), code ?? '', identityProvider, mustAct ?? '', traceId];
  });
  return table([HEADING, ...rows]);
}

/**
 * One flow with all of its checks.
 * @param flow UNTRUSTED in its texts: a failed step holds what an IdP, or whoever posed as one, sent
 */
export function flowText(flow: Flow, paint: Paint): string {
  const { code, identityProvider, vendor, userId, traceId, steps } = flow;
  const title = code === null ? `Login ${outcomeOf(flow)}` : `Login ${outcomeOf(flow)}: ${code}`;
  const head = {
    time: `${timeOf(flow)} UTC`,
    'identity provider': identityProvider,
    vendor: vendor === 'generic' ? undefined : vendor,
    user: userId,
    'trace id': traceId,
  };
  return [
    paint('strong', printable(title)),
    ...named(head),
    '',
    ...steps.flatMap((step) => stepLines(step, flow, paint)),
    ...adviceLines(flow),
    '',
  ].join('\n');
}

/** Where a check had nothing to compare, its record holds the sentence and the code: they stand in the text already. */
export function stepLines(step: FlowStep, { code, guidance }: Pick<Flow, 'code' | 'guidance'>, paint: Paint): string[] {
  const { check, passed, got } = step;
  const want = step.want === guidance?.sentence ? undefined : step.want;
  if (passed) return [`  ${paint('create', '✓')} ${printable(got === undefined ? check : `${check}: ${got}`)}`];
  const values = named({ want, got: got === code ? undefined : got });
  return [`  ${paint('error', '✗')} ${printable(check)}`, ...values.map((line) => `  ${line}`)];
}

/** Who must act, what to do, the menu where it is done, and where to read on. */
export function adviceLines({ mustAct, guidance }: Pick<Flow, 'mustAct' | 'guidance'>): string[] {
  if (mustAct === null) return [];
  const { sentence, menu, guide, setup } = guidance ?? {};
  return ['', ...named({ 'who must act': WHO[mustAct], 'what to do': sentence, menu, guide, 'set-up page': setup })];
}

/** `  name  value`, in columns; what is not known has no line. */
export function named(values: Readonly<Record<string, string | null | undefined>>): string[] {
  const known = Object.entries(values).flatMap(([name, value]) => (value ? [[name, value] as const] : []));
  const width = Math.max(...known.map(([name]) => name.length));
  return known.map(([name, value]) => `  ${printable(name).padEnd(width)}  ${printable(value)}`);
}

const outcomeOf = ({ outcome, kind }: FlowSummary) => (kind.endsWith('-test') ? `${outcome} (test)` : outcome);

const timeOf = ({ finishedAt }: FlowSummary) => secondOf(finishedAt);

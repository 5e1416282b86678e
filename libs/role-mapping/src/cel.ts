import { Environment, EvaluationError } from '@marcbachmann/cel-js';
import { boundsOf, CelRefused, type Extents } from './cel-bounds.ts';
import type { Facts } from './facts.ts';

/**
 * Bounds of CEL. An expression is bounded when it is compiled: its length, its nodes and depth, its literal lists, and a
 * list of allowed operators and functions none of which builds a larger value than it was given, or takes a pattern.
 * What remains is how often loops and comparisons run over the facts, which only a login can tell: before an expression
 * is evaluated, its work over these facts is bounded from above (./cel-bounds.ts), and taken from one budget per decision.
 */
export const CEL_LIMITS = {
  /** UTF-16 units. */
  expressionLength: 2_048,
  nodes: 250,
  depth: 24,
  listElements: 200,
  callArguments: 3,
  /** Work of all CEL conditions of one decision, in units of about a nanosecond. */
  work: 15_000_000,
} as const;

export type CelErrorCode = 'cel_too_long' | 'cel_syntax' | 'cel_type' | 'cel_not_allowed';

/** Says whether an expression may be a rule's condition; `at` is the offset of the part that may not, in UTF-16 units. */
export type CelCheck =
  | { readonly ok: true }
  | { readonly ok: false; readonly code: CelErrorCode; readonly message: string; readonly at?: number };

/** A condition ready to be evaluated. */
export interface CelCondition {
  /** Attributes without which the condition cannot be true; looking at them first spares an evaluation that must fail. */
  readonly needs: readonly string[];
  /** Upper bound of the work of one evaluation over facts of these extents. */
  readonly work: (extents: Extents) => number;
  /** true, false, or why there is no answer. Never throws for what the facts say. */
  readonly evaluate: (facts: Facts, now: Date) => boolean | { readonly error: string };
}

const environment = new Environment({
  limits: {
    maxAstNodes: CEL_LIMITS.nodes,
    maxDepth: CEL_LIMITS.depth,
    maxListElements: CEL_LIMITS.listElements,
    maxCallArguments: CEL_LIMITS.callArguments,
  },
})
  .registerVariable('facts', 'map<string, list<string>>')
  .registerVariable('now', 'google.protobuf.Timestamp');

type Compiled = { readonly ok: true; readonly condition: CelCondition } | Extract<CelCheck, { ok: false }>;

/** Parses, type-checks and bounds an expression; does not throw. */
export function compileCel(expression: string): Compiled {
  const { expressionLength } = CEL_LIMITS;
  if (expression.length > expressionLength) {
    const message = `The expression has more than ${expressionLength} characters; split it into several rules.`;
    return { ok: false, code: 'cel_too_long', message };
  }
  try {
    return compileBounded(expression);
  } catch (error) {
    if (error instanceof CelRefused)
      return { ok: false, code: 'cel_not_allowed', message: error.message, at: error.at };
    return { ok: false, code: 'cel_syntax', ...described(error) };
  }
}

function compileBounded(expression: string): Compiled {
  const parsed = environment.parse(expression);
  const bounds = boundsOf(parsed.ast);
  const { valid, type, error } = parsed.check();
  if (!valid) return { ok: false, code: 'cel_type', ...described(error) };
  if (type !== 'bool') {
    return { ok: false, code: 'cel_type', message: `The expression gives ${type}; it must give true or false.` };
  }
  const evaluate: CelCondition['evaluate'] = (facts, now) => {
    try {
      return parsed({ facts, now }) === true;
    } catch (thrown) {
      // Only what CEL itself reports is an answer about the facts; anything else is a defect and must be seen.
      if (thrown instanceof EvaluationError) return { error: thrown.summary };
      throw thrown;
    }
  };
  return { ok: true, condition: { needs: [...bounds.untrueWithout], work: bounds.work, evaluate } };
}

function described(error: unknown): { message: string; at?: number } {
  if (!(error instanceof Error)) return { message: 'The expression cannot be read.' };
  const { summary, range } = error as { summary?: unknown; range?: { start: number } };
  return { message: typeof summary === 'string' ? `${summary}.` : error.message, ...(range && { at: range.start }) };
}

/**
 * Checks a rule's CEL expression without compiling a policy, for a diagnostic with a line number.
 *
 * @param expression - as written in the document; not trusted, bounded by CEL_LIMITS
 */
export function checkCel(expression: string): CelCheck {
  const compiled = compileCel(expression);
  return compiled.ok ? { ok: true } : compiled;
}

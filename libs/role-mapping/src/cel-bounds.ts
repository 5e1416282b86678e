import type { ASTNode } from '@marcbachmann/cel-js';

/** How much an attribute says: what the work of an expression over it depends on. undefined = the attribute is absent. */
export type Extents = (attribute: string) => { readonly count: number; readonly longest: number } | undefined;
type Amount = (extents: Extents) => number;

/**
 * What is known of a part of an expression without running it: an upper bound of its work (one unit is about a
 * nanosecond, measured generously) and of its value's size, and what follows when an attribute is absent.
 */
export interface Term {
  readonly kind: 'scalar' | 'list';
  readonly work: Amount;
  /** Elements of a list. */
  readonly count: Amount;
  /** UTF-16 units of a text, or of a list's longest element. */
  readonly length: Amount;
  /** Attributes without which this part is an error. */
  readonly failsWithout: ReadonlySet<string>;
  /** Attributes without which this part cannot be true: it is an error, or false. */
  readonly untrueWithout: ReadonlySet<string>;
}

/** A part of an expression that Rolecall does not evaluate; `at` is its offset in the expression, in UTF-16 units. */
export class CelRefused extends Error {
  constructor(
    message: string,
    readonly at: number,
  ) {
    super(message);
  }
}

const NODE = 100; // evaluating one node, or one step of a loop
const FAILURE = 25_000; // making one evaluation error, stack trace included
const ELEMENT = 20; // comparing one element of a list
const CHARACTER = 15; // counting one character of a text

const nothing: ReadonlySet<string> = new Set();
const none: Amount = () => 0;
const union = (a: ReadonlySet<string>, b: ReadonlySet<string>): ReadonlySet<string> => new Set([...a, ...b]);
const intersection = (a: ReadonlySet<string>, b: ReadonlySet<string>): ReadonlySet<string> =>
  new Set([...a].filter((name) => b.has(name)));
function total(terms: readonly Term[], extents: Extents): number {
  let sum = NODE;
  for (const term of terms) sum += term.work(extents);
  return sum;
}
const shorter = (a: Term, b: Term, extents: Extents): number => Math.min(a.length(extents), b.length(extents));

/** A scalar made from `parts`, each of which must succeed: an error in one is an error of the whole. */
function scalar(parts: readonly Term[], extra: Amount = none, length: Amount = none): Term {
  const failsWithout = parts.reduce((all, part) => union(all, part.failsWithout), nothing);
  const work: Amount = (extents) => total(parts, extents) + extra(extents);
  return { kind: 'scalar', work, count: none, length, failsWithout, untrueWithout: failsWithout };
}

function literal(node: ASTNode & { op: 'value' }): Term {
  const value = node.args;
  if (typeof value === 'string') return scalar([], none, () => value.length);
  if (typeof value === 'boolean' || typeof value === 'bigint') return scalar([]);
  throw new CelRefused('Write texts, whole numbers, true or false; other literals are not allowed.', node.start);
}

/** `facts.name` or `facts['name']`; undefined for every other access. */
function attributeOf(node: ASTNode): string | undefined {
  if (node.op === '.') return node.args[0].op === 'id' && node.args[0].args === 'facts' ? node.args[1] : undefined;
  if (node.op !== '[]' || node.args[0].op !== 'id' || node.args[0].args !== 'facts') return undefined;
  const key = node.args[1];
  if (key.op === 'value' && typeof key.args === 'string') return key.args;
  throw new CelRefused("Name the attribute with a text, as in facts['name'].", key.start);
}

function attributeValues(name: string): Term {
  const only = new Set([name]);
  return {
    kind: 'list',
    work: (extents) => NODE + (extents(name) === undefined ? FAILURE : 0),
    count: (extents) => extents(name)?.count ?? 0,
    length: (extents) => extents(name)?.longest ?? 0,
    failsWithout: only,
    untrueWithout: only,
  };
}

const presence = (name: string): Term => ({ ...scalar([]), untrueWithout: new Set([name]) });

type Scope = ReadonlyMap<string, Term>;

function scalarTerm(node: ASTNode, scope: Scope): Term {
  const term = boundsOf(node, scope);
  if (term.kind === 'scalar') return term;
  throw new CelRefused('A list cannot stand here; use `in`, exists(), all() or size().', node.start);
}

function listTerm(node: ASTNode, scope: Scope): Term {
  const term = boundsOf(node, scope);
  if (term.kind === 'list') return term;
  throw new CelRefused('A list must stand here, such as facts.groups.', node.start);
}

function listLiteral(node: ASTNode & { op: 'list' }): Term {
  const elements = node.args.map((element) => {
    if (element.op === 'value') return literal(element);
    throw new CelRefused('A list may hold literals only.', element.start);
  });
  const longest = elements.reduce(
    (length, element) =>
      Math.max(
        length,
        element.length(() => undefined),
      ),
    0,
  );
  return { ...scalar(elements), kind: 'list', count: () => elements.length, length: () => longest };
}

/** One element, by a literal index; one that does not exist is an error like an absent attribute. */
function elementAt(node: ASTNode & { op: '[]' }, scope: Scope): Term {
  const list = listTerm(node.args[0], scope);
  const index = node.args[1];
  if (index.op !== 'value' || typeof index.args !== 'bigint') {
    throw new CelRefused('Index a list with a number, as in facts.email[0].', index.start);
  }
  const place = index.args;
  // The length of an attribute's list is known; that of filter() only from above.
  const exact = attributeOf(node.args[0]) !== undefined;
  return scalar([list], (extents) => (exact && place < list.count(extents) ? 0 : FAILURE), list.length);
}

const TIMESTAMP = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,3})?(Z|[+-]\d{2}:\d{2})$/;

function call(node: ASTNode & { op: 'call' }, scope: Scope): Term {
  const [name, [argument]] = node.args;
  if (argument !== undefined && name === 'has') {
    const attribute = argument.op === '.' ? attributeOf(argument) : undefined;
    if (attribute !== undefined) return presence(attribute);
    throw new CelRefused('has() takes an attribute, as in has(facts.groups).', argument.start);
  }
  if (argument !== undefined && name === 'size') {
    const sized = boundsOf(argument, scope);
    return scalar([sized], (extents) => (sized.kind === 'list' ? 0 : CHARACTER * sized.length(extents)));
  }
  if (argument !== undefined && name === 'timestamp') {
    const text = argument.op === 'value' ? argument.args : undefined;
    if (typeof text === 'string' && TIMESTAMP.test(text) && !Number.isNaN(Date.parse(text))) {
      return scalar([], () => 1_000);
    }
    throw new CelRefused("timestamp() takes a literal such as '2027-03-31T00:00:00Z'.", argument.start);
  }
  throw new CelRefused(`${name}() is not allowed; has(), size() and timestamp() are.`, node.start);
}

function loop(node: ASTNode & { op: 'rcall' }, scope: Scope): Term {
  const [name, receiver, [variable, body]] = node.args;
  const list = listTerm(receiver, scope);
  if (variable?.op !== 'id' || body === undefined || variable.args === 'facts' || variable.args === 'now') {
    throw new CelRefused(`${name}() takes a variable of its own and a condition.`, node.start);
  }
  const element = scalar([], none, list.length);
  const condition = scalarTerm(body, new Map(scope).set(variable.args, element));
  // The body may run for no element at all, so only the list itself can make the loop fail for certain.
  const once = scalar([list], (extents) => list.count(extents) * (NODE + condition.work(extents)));
  return name === 'filter' ? { ...once, kind: 'list', count: list.count, length: list.length } : once;
}

function method(node: ASTNode & { op: 'rcall' }, scope: Scope): Term {
  const [name, receiver, [argument]] = node.args;
  switch (name) {
    case 'exists':
    case 'all':
    case 'exists_one':
    case 'filter':
      return loop(node, scope);
    case 'size': {
      const sized = boundsOf(receiver, scope);
      return scalar([sized], (extents) => (sized.kind === 'list' ? 0 : CHARACTER * sized.length(extents)));
    }
    case 'startsWith':
    case 'endsWith':
    case 'contains': {
      if (argument === undefined) throw new CelRefused(`${name}() takes a text.`, node.start);
      const [text, part] = [scalarTerm(receiver, scope), scalarTerm(argument, scope)];
      // The search for a part may start anew at every place of the text.
      return scalar([text, part], (extents) =>
        name === 'contains' ? text.length(extents) * (1 + part.length(extents)) : shorter(text, part, extents),
      );
    }
    case 'matches':
      throw new CelRefused(
        'matches() is not allowed: a pattern can run for ever; use startsWith(), endsWith() or contains().',
        node.start,
      );
    default:
      throw new CelRefused(`${name}() is not allowed; see the guide for the functions that are.`, node.start);
  }
}

/** `&&` absorbs an error when the other side is false, `||` when it is true; so both sides must fail for the whole to fail. */
function logical(node: ASTNode & { op: '&&' | '||' }, scope: Scope): Term {
  const [left, right] = [scalarTerm(node.args[0], scope), scalarTerm(node.args[1], scope)];
  return {
    ...scalar([left, right]),
    failsWithout: intersection(left.failsWithout, right.failsWithout),
    untrueWithout:
      node.op === '&&'
        ? union(left.untrueWithout, right.untrueWithout)
        : intersection(left.untrueWithout, right.untrueWithout),
  };
}

function membership(node: ASTNode & { op: 'in' }, scope: Scope): Term {
  const [wanted, holder] = node.args;
  if (holder.op === 'id' && holder.args === 'facts') {
    if (wanted.op === 'value' && typeof wanted.args === 'string') return presence(wanted.args);
    throw new CelRefused("Name the attribute with a text, as in 'groups' in facts.", wanted.start);
  }
  const [value, list] = [scalarTerm(wanted, scope), listTerm(holder, scope)];
  return scalar([value, list], (extents) => list.count(extents) * (ELEMENT + shorter(value, list, extents)));
}

function identifier(node: ASTNode & { op: 'id' }, scope: Scope): Term {
  const variable = scope.get(node.args);
  if (variable !== undefined) return variable;
  if (node.args === 'now') return scalar([]);
  throw new CelRefused('Write facts.name for the values of an attribute.', node.start);
}

/**
 * Walks a parsed expression and bounds it. Only what is listed here is allowed: nothing that builds text or lists
 * (`+`, map, join, split, bind: sizes that double), no pattern (`matches`), no conversion, nothing of the local time zone.
 *
 * @throws CelRefused at the first part that is not allowed
 */
export function boundsOf(node: ASTNode, scope: Scope = new Map()): Term {
  switch (node.op) {
    case 'value':
      return literal(node);
    case 'id':
      return identifier(node, scope);
    case 'list':
      return listLiteral(node);
    case '.':
    case '[]': {
      const attribute = attributeOf(node);
      if (attribute !== undefined) return attributeValues(attribute);
      if (node.op === '[]') return elementAt(node, scope);
      throw new CelRefused('Only facts has attributes.', node.start);
    }
    case 'call':
      return call(node, scope);
    case 'rcall':
      return method(node, scope);
    case '&&':
    case '||':
      return logical(node, scope);
    case '!_':
      return scalar([scalarTerm(node.args, scope)]);
    case 'in':
      return membership(node, scope);
    case '==':
    case '!=':
    case '<':
    case '<=':
    case '>':
    case '>=': {
      const [left, right] = [scalarTerm(node.args[0], scope), scalarTerm(node.args[1], scope)];
      return scalar([left, right], (extents) => shorter(left, right, extents));
    }
    case '?:': {
      const [condition, yes, no] = node.args.map((part) => scalarTerm(part, scope));
      if (condition === undefined || yes === undefined || no === undefined) break;
      const length: Amount = (extents) => Math.max(yes.length(extents), no.length(extents));
      // A choice fails for certain only where its condition does.
      const failsWithout = condition.failsWithout;
      return { ...scalar([condition, yes, no], none, length), failsWithout, untrueWithout: failsWithout };
    }
    default:
  }
  throw new CelRefused(`\`${node.op}\` is not allowed in a condition.`, node.start);
}

import { ScimError } from '../errors.ts';
import { invalidFilter, tokenize, type Token } from './tokens.ts';
import { OPERATORS, type Operator } from './filter.ts';

/** What a filter may cost; beyond it, 400 invalidFilter. Depth counts parentheses, brackets and `not`. */
const FILTER_LIMITS = { bytes: 8192, terms: 100, depth: 20 } as const;

/** An attribute as the client wrote it, not looked up yet: `urn:…:User:name.familyName`. */
export interface PathSyntax {
  readonly text: string;
  /** Its first character, for messages. */
  readonly at: number;
}

/** A compared value: `quoted` = a JSON string; otherwise a bare word, which may be JSON (`true`, `5`) or a client's missing quotes. */
export interface ValueSyntax {
  readonly quoted: boolean;
  readonly text: string;
  readonly at: number;
}

/** A filter as written (RFC 7644 figure 1), before anything is known about its attributes. */
export type FilterSyntax =
  | { readonly kind: 'and' | 'or'; readonly terms: readonly FilterSyntax[] }
  | { readonly kind: 'not'; readonly term: FilterSyntax }
  | { readonly kind: 'compare'; readonly path: PathSyntax; readonly operator: Operator; readonly value: ValueSyntax }
  | { readonly kind: 'present'; readonly path: PathSyntax }
  | { readonly kind: 'element'; readonly path: PathSyntax; readonly term: FilterSyntax };

/** A PATCH path (RFC 7644 figure 7): `name.givenName`, or `emails[type eq "work"].value`. */
export interface TargetSyntax {
  readonly path: PathSyntax;
  /** What stands in brackets, and the sub-attribute behind them. */
  readonly filter: FilterSyntax | undefined;
  readonly sub: PathSyntax | undefined;
}

/** @param text UNVERIFIED. @throws {ScimError} invalidFilter */
export function parseFilterSyntax(text: string): FilterSyntax {
  const parser = new Parser(text);
  const filter = parser.expression(0);
  parser.expect('end', 'something left over; join terms with and/or');
  return filter;
}

/** @param text UNVERIFIED. @throws {ScimError} invalidPath; invalidFilter for what stands in its brackets */
export function parseTargetSyntax(text: string): TargetSyntax {
  const parser = new Parser(text);
  const target = parser.target();
  asPath(() => parser.expect('end', 'something left over'));
  return target;
}

/** How strongly an operator binds: `and` before `or` (RFC 7644 §3.4.2.2). */
const POWER = { or: 1, and: 2 } as const;
type Logical = keyof typeof POWER;

/** Pratt parser: an operand, then operators as long as they bind more strongly than what stands to the left. */
class Parser {
  private readonly tokens: readonly Token[];
  private next = 0;
  private terms = 0;
  private depth = 0;
  private inBrackets = false;

  constructor(text: string) {
    if (text.length > FILTER_LIMITS.bytes || Buffer.byteLength(text) > FILTER_LIMITS.bytes)
      throw new ScimError(400, 'invalidFilter', `the filter is longer than ${FILTER_LIMITS.bytes} bytes`);
    this.tokens = tokenize(text);
  }

  expression(minimum: number): FilterSyntax {
    let left = this.operand();
    for (let operator = this.logical(); operator && POWER[operator] > minimum; operator = this.logical()) {
      this.take();
      left = join(operator, left, this.expression(POWER[operator]));
    }
    return left;
  }

  target(): TargetSyntax {
    const path = asPath(() => readPath(this.word('an attribute')));
    if (this.peek().kind !== '[') return { path, filter: undefined, sub: undefined };
    const filter = this.bracketed();
    return { path, filter, sub: asPath(() => this.subBehindBracket()) };
  }

  expect(kind: Token['kind'], problem: string): Token {
    const token = this.take();
    if (token.kind !== kind) throw invalidFilter(token.at, token.kind === 'end' ? 'an early end' : problem);
    return token;
  }

  private operand(): FilterSyntax {
    if (this.peek().kind === '(') return this.grouped();
    const token = this.word('an attribute, "(" or not');
    const word = token.text.toLowerCase();
    if (word === 'not') return { kind: 'not', term: this.grouped() };
    if (word === 'and' || word === 'or') throw invalidFilter(token.at, `${word} without a term before it`);
    const path = readPath(token);
    return this.peek().kind === '[' ? this.element(path) : this.comparison(path);
  }

  private grouped(): FilterSyntax {
    const open = this.expect('(', 'no "(" where a group belongs');
    return this.nested(open, () => {
      const term = this.expression(0);
      this.expect(')', 'no ")" where its group ends');
      return term;
    });
  }

  private element(path: PathSyntax): FilterSyntax {
    const term = this.bracketed();
    const sub = this.subBehindBracket();
    // not in the RFC's grammar, but Entra matches with emails[type eq "work"].value eq "x"
    return { kind: 'element', path, term: sub ? join('and', term, this.comparison(sub)) : term };
  }

  private bracketed(): FilterSyntax {
    const open = this.expect('[', 'no "["');
    if (this.inBrackets) throw invalidFilter(open.at, 'brackets inside brackets');
    this.inBrackets = true;
    return this.nested(open, () => {
      const term = this.expression(0);
      this.expect(']', 'no "]" where its filter ends');
      this.inBrackets = false;
      return term;
    });
  }

  /** `.value` right behind a closing bracket. */
  private subBehindBracket(): PathSyntax | undefined {
    const token = this.peek();
    if (token.kind !== 'word' || !token.text.startsWith('.') || token.at !== this.tokens[this.next - 1]?.end)
      return undefined;
    this.take();
    if (!NAME.test(token.text.slice(1))) throw invalidFilter(token.at, 'what is no sub-attribute');
    return { text: token.text.slice(1), at: token.at + 1 };
  }

  private comparison(path: PathSyntax): FilterSyntax {
    this.terms += 1;
    if (this.terms > FILTER_LIMITS.terms) throw invalidFilter(path.at, `more than ${FILTER_LIMITS.terms} terms`);
    const token = this.word('an operator');
    const operator = token.text.toLowerCase();
    if (operator === 'pr') return { kind: 'present', path };
    if (!isOperator(operator))
      throw invalidFilter(token.at, `an unknown operator; there are ${[...OPERATORS, 'pr'].join(' ')}`);
    const value = this.take();
    if (value.kind !== 'string' && value.kind !== 'word') throw invalidFilter(value.at, 'no value where one belongs');
    return {
      kind: 'compare',
      path,
      operator,
      value: { quoted: value.kind === 'string', text: value.text, at: value.at },
    };
  }

  private nested<T>(open: Token, inner: () => T): T {
    this.depth += 1;
    if (this.depth > FILTER_LIMITS.depth) throw invalidFilter(open.at, `nesting deeper than ${FILTER_LIMITS.depth}`);
    const result = inner();
    this.depth -= 1;
    return result;
  }

  private logical(): Logical | undefined {
    const { kind, text } = this.peek();
    const word = text.toLowerCase();
    return kind === 'word' && (word === 'and' || word === 'or') ? word : undefined;
  }

  private word(what: string): Token {
    return this.expect('word', `no ${what} where one belongs`);
  }

  private peek(): Token {
    // the last token is `end`, and it is never passed
    return this.tokens[this.next] as Token;
  }

  private take(): Token {
    const token = this.peek();
    if (token.kind !== 'end') this.next += 1;
    return token;
  }
}

function join(kind: Logical, left: FilterSyntax, right: FilterSyntax): FilterSyntax {
  return {
    kind,
    terms: [...(left.kind === kind ? left.terms : [left]), ...(right.kind === kind ? right.terms : [right])],
  };
}

function isOperator(word: string): word is Operator {
  return (OPERATORS as readonly string[]).includes(word);
}

/** ATTRNAME of RFC 7643 §2.1, and `$ref`. */
const NAME = /^[a-z$][a-z0-9$_-]*$/i;

function readPath({ text, at }: Pick<Token, 'text' | 'at'>): PathSyntax {
  // URNs have dots and colons, attribute names have neither: the last colon ends the URN
  const names = text.slice(text.lastIndexOf(':') + 1).split('.');
  if (names.length > 2 || !names.every((name) => NAME.test(name)))
    throw invalidFilter(at, 'what is no attribute; write attribute, attribute.sub or urn:attribute');
  return { text, at };
}

/** A path that cannot be read is an invalidPath, though the same attribute in a filter is an invalidFilter. */
function asPath<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw error instanceof ScimError
      ? new ScimError(400, 'invalidPath', error.detail.replace('filter', 'path'))
      : error;
  }
}

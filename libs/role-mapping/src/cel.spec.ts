import fc from 'fast-check';
import { checkCel, CEL_LIMITS, type CelCheck } from './index.ts';
import { compileCel } from './cel.ts';

const now = new Date('2026-01-15T12:00:00Z');
const facts = new Map([
  ['groups', ['acme-all', 'vip']],
  ['department', ['Support']],
  ['empty', []],
  ['__proto__', ['admin']],
]);

function evaluate(expression: string): unknown {
  const compiled = compileCel(expression);
  if (!compiled.ok) throw new Error(compiled.message);
  return compiled.condition.evaluate(facts, now);
}

describe('CEL conditions', () => {
  it.each([
    ["'vip' in facts.groups && 'Support' in facts.department", true],
    ["facts['groups'].exists(g, g.startsWith('acme-'))", true],
    ['facts.groups.all(g, g.size() > 3)', false],
    ["facts.groups.exists_one(g, g.contains('i'))", true],
    ["facts.groups.filter(g, g != 'vip').size() == 1", true],
    ["size(facts.groups) == 2 ? facts.department[0] == 'Support' : false", true],
    ["facts.department[0] in ['Sales', 'Support']", true],
    ["facts.groups.exists(g, facts.department.exists(d, d == 'Support' && g == 'vip'))", true],
    ["'groups' in facts && !('title' in facts) && has(facts.empty)", true],
    ["'admin' in facts.__proto__", true],
    ["now >= timestamp('2026-01-15T12:00:00Z') && now < timestamp('2026-01-15T13:00:01+01:00')", true],
    ["'x' in facts.empty", false],
  ])('%s', (expression, answer) => {
    expect(evaluate(expression)).toBe(answer);
  });

  it.each([
    "'x' in facts.title",
    'facts.empty[0] == facts.groups[1]',
    "!('x' in facts.title)",
    "'x' in facts.constructor",
  ])('has no answer, and does not throw: %s', (expression) => {
    expect(evaluate(expression)).toEqual({ error: expect.stringMatching(/^No such key/) });
  });

  it.each([
    ["'a' in facts.a && 'b' in facts.b", ['a', 'b']],
    ["'a' in facts.a || 'b' in facts.b", []],
    ["'a' in facts.a || ('b' in facts.b && 'a' in facts.a)", ['a']],
    ["!('a' in facts.a && 'b' in facts.b)", []],
    ["!('a' in facts.a)", ['a']],
    ['has(facts.a)', ['a']],
    ['!has(facts.a)', []],
    ['facts.a.all(x, x in facts.b)', ['a']],
    ["'a' in facts.a ? true : 'b' in facts.b", ['a']],
    ['size(facts.a) > size(facts.b)', ['a', 'b']],
  ])('knows without evaluating what %s needs', (expression, needs) => {
    const compiled = compileCel(expression);
    expect(compiled.ok && compiled.condition.needs).toEqual(needs);
  });
});

describe('what a condition needs', () => {
  const part = fc.constantFrom("'x' in facts.a", "'x' in facts.b", 'has(facts.a)', 'facts.a[0] == facts.b[0]', 'true');
  const { expression } = fc.letrec<{ expression: string }>((tie) => ({
    expression: fc.oneof(
      { depthSize: 'small' },
      part,
      tie('expression').map((inner) => `!(${inner})`),
      fc
        .tuple(tie('expression'), fc.constantFrom('&&', '||'), tie('expression'))
        .map(([left, operator, right]) => `(${left} ${operator} ${right})`),
      fc
        .tuple(tie('expression'), tie('expression'), tie('expression'))
        .map(([condition, yes, no]) => `(${condition} ? ${yes} : ${no})`),
    ),
  }));
  const said = fc
    .subarray(['a', 'b'])
    .chain((present) =>
      fc
        .tuple(...present.map((name) => fc.tuple(fc.constant(name), fc.subarray(['x', 'y']))))
        .map((entries) => new Map<string, string[]>(entries)),
    );

  it('never hides a condition that is true', () => {
    fc.assert(
      fc.property(expression, said, (source, given) => {
        const compiled = compileCel(source);
        const lacking = compiled.ok && compiled.condition.needs.some((name) => !given.has(name));
        expect(lacking && compiled.condition.evaluate(given, now)).not.toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});

describe('checkCel', () => {
  it('accepts a condition', () => {
    expect(checkCel("'vip' in facts.groups")).toEqual({ ok: true });
  });

  it.each<[string, Partial<Extract<CelCheck, { ok: false }>>]>([
    ["'vip' in", { code: 'cel_syntax', at: 8 }],
    ['', { code: 'cel_syntax' }],
    ["'vip' in facts.groups &", { code: 'cel_syntax', at: 22 }],
    ["facts.groups == 'vip'", { code: 'cel_not_allowed', at: 0 }],
    ['facts.department[0] == 7', { code: 'cel_type', at: 0 }],
    ['size(facts.groups)', { code: 'cel_type', message: 'The expression gives int; it must give true or false.' }],
    ['facts.groups', { code: 'cel_type' }],
    ["'x' in groups", { code: 'cel_not_allowed', at: 7 }],
  ])('refuses %j', (expression, expected) => {
    expect(checkCel(expression)).toEqual(expect.objectContaining({ ok: false, ...expected }));
  });

  // Each of these would be unbounded work, a larger value, a pattern, or an answer that depends on the machine.
  it.each([
    "facts.groups[0].matches('(a+)+$')",
    "facts.groups.exists(g, g.matches('a'))",
    'facts.groups.map(g, facts.groups).size() > 0',
    'facts.groups + facts.groups == facts.groups',
    "facts.groups[0] + facts.groups[0] == 'xx'",
    "cel.bind(x, facts.groups[0], x + x == 'aa')",
    "facts.groups.join(',') == 'a'",
    "facts.groups[0].split('') == ['a']",
    "facts.groups[0].lowerAscii() == 'a'",
    "facts.groups[0].substring(1) == 'a'",
    'bytes(facts.groups[0]).json() == {}',
    "{'a': 1}.size() == 1",
    "dyn(facts.groups) == 'a'",
    'facts == facts',
    'facts.groups == facts.department',
    'facts.exists(name, name.size() > 0)',
    'facts[facts.groups[0]].size() == 1',
    "facts.groups[size(facts.groups) - 1] == 'a'",
    "facts.groups[-1] == 'a'",
    "now.getHours('Europe/Berlin') == 3",
    'now.getDayOfYear() == 3',
    "now < timestamp('2026-01-15 12:00:00.000')",
    'now < timestamp(facts.groups[0])',
    "duration('1h') < duration(facts.groups[0])",
    'facts.groups.exists(facts, facts.size() > 0)',
    '1.5 < 2.5',
    "b'a' == b'a'",
    'null == null',
    "'a' in [facts.groups[0]]",
    "[facts.groups, facts.groups].exists(l, 'a' in l)",
    'string(1) == "1"',
  ])('refuses what is not on the list: %s', (expression) => {
    expect(checkCel(expression)).toEqual(expect.objectContaining({ ok: false, code: 'cel_not_allowed' }));
  });

  it('says what to write instead of a pattern', () => {
    const check = checkCel("facts.groups[0].matches('a')");
    expect(!check.ok && check.message).toMatch(/use startsWith\(\), endsWith\(\) or contains\(\)/);
  });

  it.each([
    ['length', `'${'x'.repeat(CEL_LIMITS.expressionLength)}' in facts.groups`, 'cel_too_long'],
    ['depth', `${'('.repeat(CEL_LIMITS.depth)}true${')'.repeat(CEL_LIMITS.depth)}`, 'cel_syntax'],
    ['nodes', Array.from({ length: CEL_LIMITS.nodes }, () => 'true').join('||'), 'cel_syntax'],
    ['list elements', `1 in [${Array.from({ length: CEL_LIMITS.listElements + 1 }, () => 1).join(',')}]`, 'cel_syntax'],
  ])('bounds the %s of an expression', (_, expression, code) => {
    expect(checkCel(expression)).toEqual(expect.objectContaining({ ok: false, code }));
  });

  it('survives deep nesting without recursion limits of the machine', () => {
    for (const nested of ['!', '-', '(', '[', 'facts.a[']) {
      expect(checkCel(nested.repeat(CEL_LIMITS.expressionLength / nested.length - 1)).ok).toBe(false);
    }
  });
});

import fc from 'fast-check';
import {
  asksFor,
  CEL_LIMITS,
  compilePolicy,
  decide,
  FACT_LIMITS,
  PolicyError,
  type Condition,
  type Decision,
  type Facts,
  type Giving,
  type MappingPolicy,
  type Rule,
} from './index.ts';

const now = new Date('2026-01-15T12:00:00Z');
const roles = ['member', 'sso_admin', 'agent'];
const unsaid: MappingPolicy = {
  managedBy: 'idp',
  unmatched: 'refuse',
  mappingRoles: {},
  rules: [],
  accountAttributes: {},
  defaults: {},
  roles,
};

// Small alphabets, so that facts and policies meet often.
const text = fc.constantFrom('a', 'ab', 'abc', 'b', '__proto__', 'member', 'ä');
const attribute = fc.constantFrom('role_mapping', 'groups', 'title', '__proto__', 'acc');
const roleMap = fc.constantFrom(
  '{}',
  '{"roles":["member"]}',
  '{"customRoles":["agent","member"]}',
  '{"roles":["x"]}',
  '?',
);
const facts: fc.Arbitrary<Facts> = fc
  .array(fc.tuple(attribute, fc.array(fc.oneof(text, roleMap), { maxLength: 4 })), { maxLength: 5 })
  .map((entries) => new Map(entries));
const giving: fc.Arbitrary<Giving> = fc.record(
  {
    grants: fc.dictionary(
      fc.constantFrom('account/main', 'project/eu'),
      fc.array(fc.constantFrom(...roles), { maxLength: 3 }),
    ),
    groups: fc.array(fc.constantFrom('g1', 'g2'), { maxLength: 2 }),
  },
  { requiredKeys: [] },
);
const condition: fc.Arbitrary<Condition> = fc.oneof(
  fc.record({ attribute, equals: text }),
  fc.record({ attribute, in: fc.array(text, { maxLength: 3 }) }),
  fc.record({ attribute, startsWith: text }),
  fc.record({ attribute, present: fc.boolean() }),
  fc
    .constantFrom("'a' in facts.groups", "!('a' in facts.title)", 'facts.groups.exists(g, g == facts.title[0])')
    .map((cel) => ({ cel })),
);
const rules: fc.Arbitrary<Rule[]> = fc
  .array(fc.tuple(condition, giving), { maxLength: 6 })
  .map((list) => list.map(([when, gives], place): Rule => ({ name: `rule-${place}`, when, ...gives })));
const policy: fc.Arbitrary<MappingPolicy> = fc.record({
  managedBy: fc.constantFrom('idp' as const, 'app' as const),
  unmatched: fc.constantFrom('refuse' as const, 'defaults' as const),
  mappingRoles: fc.dictionary(text, giving, { maxKeys: 4 }),
  rules,
  accountAttributes: fc.dictionary(fc.constantFrom('acc', 'title'), fc.constantFrom('account/main', 'project/eu')),
  defaults: giving,
  roles: fc.constant(roles),
});

const pairsOf = (decision: Decision): string[] =>
  decision.outcome === 'granted' ? decision.grants.map(({ scope, role }) => `${scope} ${role}`) : [];
const reversed = <T>(record: Readonly<Record<string, T>>): Record<string, T> =>
  Object.fromEntries(Object.entries(record).reverse());

describe('every decision', () => {
  it('is the same for the same facts, whatever the order of attributes and of the maps of the policy', () => {
    fc.assert(
      fc.property(facts, policy, (said, configured) => {
        const decision = decide(said, compilePolicy(configured), now);
        expect(decide(said, compilePolicy(configured), now)).toEqual(decision);
        const turned: MappingPolicy = {
          ...configured,
          mappingRoles: reversed(configured.mappingRoles),
          accountAttributes: reversed(configured.accountAttributes),
        };
        expect(decide(new Map([...said].reverse()), compilePolicy(turned), now)).toEqual(decision);
      }),
    );
  });

  it('leaves nothing behind in a compiled policy', () => {
    fc.assert(
      fc.property(facts, facts, policy, (before, said, configured) => {
        const used = compilePolicy(configured);
        decide(before, used, now);
        expect(decide(said, used, now)).toEqual(decide(said, compilePolicy(configured), now));
      }),
    );
  });

  it('grants each pair once, sorted, with a source that the trace says matched', () => {
    fc.assert(
      fc.property(facts, policy, (said, configured) => {
        const decision = decide(said, compilePolicy(configured), now);
        if (decision.outcome !== 'granted') return;
        const keys = decision.grants.map(({ scope, role }) => [scope, role] as const);
        expect(keys).toEqual(keys.toSorted(([a, b], [c, d]) => (a + b < c + d ? -1 : 1)));
        expect(new Set(pairsOf(decision)).size).toBe(keys.length);
        const groups = decision.groups.map(({ group }) => group);
        expect(groups).toEqual([...new Set(groups)].sort());
        const matched = decision.trace.filter((entry) => entry.matched).map(({ kind, name }) => `${kind} ${name}`);
        for (const { sources } of [...decision.grants, ...decision.groups]) {
          expect(sources.length).toBeGreaterThan(0);
          for (const { kind, name } of sources) expect(matched).toContain(`${kind} ${name}`);
        }
      }),
    );
  });

  it('gives the same whatever an attribute says that nothing of the policy asks for', () => {
    const gives = (decision: Decision) => decision.outcome === 'granted' && [decision.grants, decision.groups];
    fc.assert(
      fc.property(facts, attribute, fc.array(text), policy, (said, other, values, configured) => {
        const compiled = compilePolicy(configured);
        if (asksFor(compiled, other)) return;
        const changed = decide(new Map([...said, [other, values]]), compiled, now);
        expect(gives(changed)).toEqual(gives(decide(said, compiled, now)));
      }),
    );
  });

  it('may hang on anything where a condition is CEL', () => {
    const cel = { name: 'r', when: { cel: "'a' in facts.groups" }, groups: ['g1'] };
    expect(asksFor(compilePolicy({ ...unsaid, rules: [cel] }), 'title')).toBe(true);
    expect(asksFor(compilePolicy({ ...unsaid, accountAttributes: { title: 'account/main' } }), 'title')).toBe(true);
    expect(asksFor(compilePolicy(unsaid), 'title')).toBe(false);
  });

  it('names every entry of the policy exactly once, in policy order, and says why', () => {
    fc.assert(
      fc.property(facts, policy, (said, configured) => {
        const { trace } = decide(said, compilePolicy(configured), now);
        expect(trace.map(({ kind, name }) => [kind, name])).toEqual([
          ...Object.keys(configured.mappingRoles)
            .sort()
            .map((name) => ['mappingRole', name]),
          ...configured.rules.map(({ name }) => ['rule', name]),
          ...Object.keys(configured.accountAttributes)
            .sort()
            .map((name) => ['accountAttribute', name]),
          ['default', 'jit.defaults'],
        ]);
        for (const { why } of trace) expect(why).not.toBe('');
      }),
    );
  });

  // Only where unmatched users are refused: a policy that matches less gives its defaults to more people.
  it('grants nothing more when a rule is removed', () => {
    fc.assert(
      fc.property(facts, policy, fc.nat(5), (said, configured, place) => {
        const whole: MappingPolicy = { ...configured, managedBy: 'idp', unmatched: 'refuse' };
        const less = { ...whole, rules: whole.rules.filter((_, at) => at !== place) };
        const granted = pairsOf(decide(said, compilePolicy(whole), now));
        for (const pair of pairsOf(decide(said, compilePolicy(less), now))) expect(granted).toContain(pair);
      }),
    );
  });

  it('depends on the time only through CEL', () => {
    fc.assert(
      fc.property(facts, policy, fc.date({ noInvalidDate: true }), (said, configured, later) => {
        const compiled = compilePolicy(configured);
        expect(decide(said, compiled, later)).toEqual(decide(said, compiled, now));
      }),
    );
  });
});

describe('compilePolicy', () => {
  it.each([
    ['cel_syntax', "'vip' in"],
    ['cel_type', 'size(facts.groups)'],
    ['cel_not_allowed', "facts.groups[0].matches('a')"],
    ['cel_too_long', ' '.repeat(CEL_LIMITS.expressionLength + 1)],
  ])('refuses %s and names the rule', (code, cel) => {
    const compile = () => compilePolicy({ ...unsaid, rules: [{ name: 'vip-agents', when: { cel } }] });
    expect(compile).toThrow(PolicyError);
    expect(compile).toThrow(
      expect.objectContaining({ code, rule: 'vip-agents', message: expect.stringContaining('"vip-agents"') }),
    );
  });
});

describe('the work of one decision', () => {
  const { values, totalLength, valueLength } = FACT_LIMITS;
  const many: Facts = new Map([
    ['a', Array.from({ length: values / 2 }, (_, place) => `${'group-'.repeat(30)}${place}`)],
    ['b', Array.from({ length: values / 2 }, (_, place) => `${'group-'.repeat(30)}${-place}`)],
  ]);
  const rule = (cel: string, place = 0): Rule => ({
    name: `rule-${place}`,
    when: { cel },
    grants: { 'account/main': ['member'] },
  });
  const whyOf = (said: Facts, ...conditions: string[]): string[] =>
    decide(said, compilePolicy({ ...unsaid, rules: conditions.map(rule) }), now).trace.map(({ why }) => why);

  it.each([
    'facts.a.exists(x, facts.b.exists(y, x == y))',
    'facts.a.exists(x, x in facts.b)',
    'facts.a.all(x, facts.b.all(y, facts.a.all(z, x != y && y != z)))',
    "facts.a.exists(x, 'k' in facts.absent)",
  ])('refuses to evaluate %s over thousands of values, and does not match', (expression) => {
    expect(whyOf(many, expression)[0]).toMatch(/too much work/);
  });

  it('bounds a search for long texts in long texts', () => {
    const long: Facts = new Map([
      ['a', Array.from({ length: totalLength / valueLength }, () => 'a'.repeat(valueLength))],
    ]);
    expect(whyOf(long, `facts.a.exists(x, x.contains('${'a'.repeat(1_000)}b'))`)[0]).toMatch(/too much work/);
  });

  it('is one budget for all conditions together', () => {
    const expression = "facts.a.exists(x, x.startsWith('y') || x.endsWith('y'))";
    const whys = whyOf(many, ...Array.from({ length: 40 }, () => expression));
    expect(whys[0]).toMatch(/it is false/);
    expect(whys.at(-2)).toMatch(/too much work/);
  });

  it('lets through what people write for what people have', () => {
    const some: Facts = new Map([
      ['a', Array.from({ length: 300 }, (_, place) => `CN=group-${place},OU=Groups,DC=acme,DC=example`)],
      ['b', Array.from({ length: 20 }, (_, place) => `CN=group-${place},OU=Groups,DC=acme,DC=example`)],
    ]);
    const whys = whyOf(some, 'facts.a.exists(x, x in facts.b)', "facts.a.exists(x, x.contains('group-299,'))");
    expect(whys.slice(0, 2)).toEqual(['its CEL condition is true', 'its CEL condition is true']);
  });
});

import type { Facts, MappingPolicy } from '@rolecall/role-mapping';
import { mappingAttributes } from '../organizations/mapping-attributes.ts';
import type { TestReport } from './test-report.ts';
import { testResultOf } from './test-result.ts';

const POLICY: MappingPolicy = {
  managedBy: 'idp',
  unmatched: 'refuse',
  mappingRoles: { staff: {} },
  rules: [
    { name: 'a', when: { attribute: 'groups', equals: 'vip' } },
    { name: 'b', when: { cel: `facts.department == 'x' && facts["cost center"] == 'y' && 'z' in facts['site']` } },
    { name: 'c', when: { attribute: 'email', startsWith: 'eve' } },
    { name: 'd', when: { attribute: 'mail', present: true } },
  ],
  accountAttributes: { MainRole: 'account/main' },
  defaults: {},
  roles: [],
};

const reportWith = (facts: Facts, more: Partial<TestReport> = {}): TestReport => ({
  organization: 'Acme',
  identityProvider: 'Okta',
  traceId: 'a',
  protocol: 'saml',
  vendor: 'okta',
  code: undefined,
  steps: [],
  detailed: true,
  facts,
  ...more,
});

it('knows which attributes the mapping reads', () => {
  expect([...mappingAttributes(POLICY)].sort()).toEqual(
    ['MainRole', 'cost center', 'department', 'email', 'groups', 'mail', 'role_mapping', 'site'].sort(),
  );
  expect([...mappingAttributes({ ...POLICY, mappingRoles: {}, rules: [], accountAttributes: {} })]).toEqual([]);
});

it('shows values of these, and never of the profile, whatever a rule reads', () => {
  const facts: Facts = new Map([
    ['groups', ['vip']],
    ['email', ['eve@acme.com']],
    ['mail', ['eve@acme.com']],
    ['phone', ['555-1234']],
  ]);
  expect(testResultOf(reportWith(facts), POLICY, { email: 'mail' }).facts).toEqual([
    { name: 'groups', count: 1, values: ['vip'] },
    { name: 'email', count: 1 },
    { name: 'mail', count: 1 },
    { name: 'phone', count: 1 },
  ]);
});

it('hides them where checks and rules repeat them', () => {
  const facts: Facts = new Map([
    ['email', ['eve@acme.com']],
    ['name', ['Eve']],
  ]);
  const steps = [{ check: 'x', passed: false, want: 'none of Eve', got: 'eve@acme.com and Eve' }];
  const trace = [{ kind: 'rule' as const, name: 'c', matched: true, why: 'email is eve@acme.com' }];
  const decision = {
    outcome: 'granted' as const,
    applies: 'replace' as const,
    profile: {},
    grants: [],
    groups: [],
    trace,
  };
  const result = testResultOf(reportWith(facts, { steps, decision }), POLICY, {});
  expect(JSON.stringify(result)).not.toMatch(/eve@|Eve/);
  expect(result.rules).toEqual([{ ...trace[0], why: 'email is (hidden)' }]);
});

it('is bounded, however much there is', () => {
  const facts: Facts = new Map([['groups', Array.from({ length: 5000 }, (_, n) => `${n}`.padEnd(1000, 'x'))]]);
  const [groups] = testResultOf(reportWith(facts), POLICY, {}).facts ?? [];
  expect([groups?.count, groups?.values?.length, groups?.values?.[0]?.length]).toEqual([5000, 50, 401]);
});

import {
  compilePolicy,
  decide,
  factsFromJson,
  nameFacts,
  type AttributeNames,
  type Decision,
  type GrantSet,
} from '@rolecall/role-mapping';
import { canonicalJson } from './canonical/canonical-json.ts';
import type { Diagnostic } from './diagnostic.ts';
import type { DocumentTest, Json, OrganizationDocument } from './document.ts';
import { attributeNamesOf } from './effective-identity-provider.ts';
import { policyOf } from './effective.ts';
import { emptyMap } from './json.ts';
import type { LoadedDocument } from './load/load-documents.ts';

/** What one entry of `spec.tests` wanted, and what the policy gives. */
export interface TestOutcome {
  readonly name: string;
  /** JSON pointer of the entry. */
  readonly pointer: string;
  readonly passed: boolean;
  /** In words, e.g. `grants account/main: member`. */
  readonly wanted: string;
  readonly got: string;
  /** The whole decision, with its trace, for an explanation. */
  readonly decision: Decision;
}

/**
 * Runs a document's `tests` through the same decision as a sign-in. A test that names grants wants exactly these; groups
 * count where it names them.
 * @param document a valid document
 * @param now the time that conditions see
 */
export function runTests(document: OrganizationDocument, now: Date): readonly TestOutcome[] {
  return [...testOutcomes(document, now)];
}

/**
 * The same, one by one: a test of a hostile document may take 150 ms, and a thousand of them are too much at once for a
 * server, as are a thousand traces.
 */
export function* testOutcomes(document: OrganizationDocument, now: Date): Generator<TestOutcome, void, undefined> {
  const tests = document.spec.tests ?? [];
  if (tests.length === 0) return;
  const policy = compilePolicy(policyOf(document));
  for (const [index, test] of tests.entries()) {
    const facts = nameFacts(factsFromJson(test.facts), attributeNames(document, test));
    const decision = decide(facts, policy, now);
    const wanted = wantedOf(test);
    const got = gotOf(decision, test);
    const passed = canonicalJson(wanted) === canonicalJson(got);
    yield {
      name: test.name,
      pointer: `/spec/tests/${index}`,
      passed,
      wanted: words(wanted),
      got: words(got),
      decision,
    };
  }
}

/** The failed tests of a document, each at the line of its entry. */
export function testDiagnostics(loaded: LoadedDocument, now: Date): readonly Diagnostic[] {
  return runTests(loaded.document, now)
    .filter(({ passed }) => !passed)
    .map(({ name, pointer, wanted, got }) => ({
      severity: 'error',
      code: 'test_failed',
      message: `the test \`${name}\` wants ${wanted}, and gets ${got}`,
      suggestion: 'correct the rules, or what the test expects',
      position: loaded.positionOf(pointer),
      pointer,
    }));
}

/** The attribute names of the test's IdP; without one, all IdPs have the same (the loader sees to it). */
function attributeNames({ spec }: OrganizationDocument, test: DocumentTest): AttributeNames {
  const providers = spec.identityProviders ?? {};
  const name = test.identityProvider ?? Object.keys(providers)[0];
  const provider = name !== undefined && Object.hasOwn(providers, name) ? providers[name] : undefined;
  return provider ? attributeNamesOf(provider) : {};
}

function wantedOf({ expect }: DocumentTest): Json {
  if ('refused' in expect) return { refused: expect.refused };
  return {
    ...(expect.grants && { grants: sortedGrants(expect.grants) }),
    ...(expect.groups && { groups: expect.groups.toSorted() }),
  };
}

/** As much of the decision as the test speaks of. */
function gotOf(decision: Decision, { expect }: DocumentTest): Json {
  if (decision.outcome === 'refused') return { refused: decision.refusal.code };
  const all = 'refused' in expect;
  const grants = emptyMap<string[]>();
  for (const { scope, role } of decision.grants) (grants[scope] ??= []).push(role);
  return {
    ...((all || expect.grants) && { grants }),
    ...((all || expect.groups) && { groups: decision.groups.map(({ group }) => group) }),
  };
}

/** A scope without roles is no grant. */
function sortedGrants(grants: GrantSet): Json {
  const sorted = emptyMap<Json>();
  for (const [scope, roles] of Object.entries(grants)) if (roles.length > 0) sorted[scope] = roles.toSorted();
  return sorted;
}

function words(outcome: Json): string {
  const { refused, grants, groups } = outcome as {
    refused?: string;
    grants?: Readonly<Record<string, readonly string[]>>;
    groups?: readonly string[];
  };
  if (refused !== undefined) return `the refusal \`${refused}\``;
  const given = Object.entries(grants ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  const parts = [
    ...(grants ? [given.map(([scope, roles]) => `${scope}: ${roles.join(' + ')}`).join(', ') || 'no grants'] : []),
    ...(groups ? [groups.length > 0 ? `groups ${groups.join(', ')}` : 'no groups'] : []),
  ];
  return parts.join('; ');
}

import type { CompiledPolicy } from './compile-policy.ts';
import type { Decision, Profile, TraceEntry } from './decision.ts';
import { PROFILE_FIELDS, type Facts } from './facts.ts';
import { Ledger } from './ledger.ts';
import { Matching } from './matching.ts';
import { refusalOf } from './refusals.ts';

const DEFAULTS = 'jit.defaults';

/**
 * Decides what a user gets. Pure: the same facts, policy and time give the same decision, whatever the order of
 * the facts' attributes or of the policy's maps.
 *
 * @param facts - named facts (`nameFacts`) from a verified source, within FACT_LIMITS; values are compared, never executed
 * @param now - the time that CEL conditions see; nothing else depends on it
 */
export function decide(facts: Facts, policy: CompiledPolicy, now: Date): Decision {
  const profile = profileOf(facts);
  if (policy.managedBy === 'app') return decideAtCreation(policy, profile);

  const matching = new Matching(facts, now);
  matching.matchEntries(policy);
  for (const account of policy.accounts) matching.readAccount(account, policy.roles);
  const { ledger, trace } = matching;

  const fallBack = matching.refusal === undefined && !matching.matched && policy.unmatched === 'defaults';
  if (fallBack) ledger.add(policy.defaults, { kind: 'default', name: DEFAULTS });
  trace.push({ kind: 'default', name: DEFAULTS, matched: fallBack, why: whyDefaults(policy, matching) });

  const grants = ledger.grants();
  const refusal =
    matching.refusal ?? (fallBack ? undefined : refusalOf(facts, policy, matching.matched, grants.length > 0));
  if (refusal !== undefined) return { outcome: 'refused', refusal, profile, trace };
  return { outcome: 'granted', applies: 'replace', profile, grants, groups: ledger.groups(), trace };
}

function whyDefaults({ unmatched }: CompiledPolicy, { refusal, matched }: Matching): string {
  if (matched) return 'not given: something matched';
  if (unmatched === 'refuse') return 'not given: unmatched is refuse';
  return refusal === undefined ? 'nothing matched, and unmatched is defaults' : 'not given: the facts are refused';
}

function profileOf(facts: Facts): Profile {
  const profile: { -readonly [field in keyof Profile]: string } = {};
  for (const field of PROFILE_FIELDS) {
    const value = facts.get(field)?.[0]?.trim();
    if (value) profile[field] = value;
  }
  return profile;
}

function decideAtCreation(policy: CompiledPolicy, profile: Profile): Decision {
  const ledger = new Ledger();
  ledger.add(policy.defaults, { kind: 'default', name: DEFAULTS });
  const why = 'not looked at: roles are managed in the application (managedBy: app)';
  const trace: TraceEntry[] = [
    ...policy.entries.map(({ kind, name }) => ({ kind, name, matched: false, why })),
    ...policy.accounts.map((account) => ({
      kind: 'accountAttribute' as const,
      name: account.attribute,
      matched: false,
      why,
    })),
    { kind: 'default', name: DEFAULTS, matched: true, why: 'given once, at creation (managedBy: app)' },
  ];
  return {
    outcome: 'granted',
    applies: 'at-creation',
    profile,
    grants: ledger.grants(),
    groups: ledger.groups(),
    trace,
  };
}

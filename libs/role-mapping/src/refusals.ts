import { ROLE_MAPPING, type CompiledPolicy } from './compile-policy.ts';
import type { Refusal } from './decision.ts';
import type { Facts } from './facts.ts';
import { kept, keptNames, keptValues, listing, quote } from './wording.ts';

/** Why nobody gets in with these facts; undefined when something matched and gives a grant. */
export function refusalOf(facts: Facts, policy: CompiledPolicy, matched: boolean, gives: boolean): Refusal | undefined {
  if (matched && gives) return undefined;
  if (matched) {
    const reason = 'The mapping matched, and what matched gives no role on any scope; see the trace.';
    return { code: 'no_access', reason };
  }
  const { mappingRoleNames } = policy;
  if (mappingRoleNames.length === 0) {
    const known = keptNames([...policy.ruleNames, ...policy.accounts.map(({ attribute }) => attribute)]);
    const reason =
      known.length === 0
        ? 'No mapping role, rule or account attribute is configured, so nobody can match.'
        : 'No rule that gives grants matched, and no account attribute is present; see the trace.';
    return { code: 'no_rule_matched', reason, known };
  }
  const known = keptNames(mappingRoleNames);
  const got = facts.get(ROLE_MAPPING);
  const names = `the mapping roles are ${listing(mappingRoleNames)}`;
  if (got === undefined) {
    const reason = `The attribute "${ROLE_MAPPING}" is absent, and nothing else matched; ${names}.`;
    return { code: 'missing_role_mapping', reason, attribute: ROLE_MAPPING, known };
  }
  const has = got.length === 0 ? 'has no value' : `has ${listing(got)}, and no mapping role is named so`;
  const reason = `The attribute "${ROLE_MAPPING}" ${has}; nothing else matched; ${names}.`;
  return { code: 'unmatched_role', reason, attribute: ROLE_MAPPING, got: keptValues(got), known };
}

/** An account attribute whose value is not a role map. */
export function invalidRoleMap(attribute: string, value: string): Refusal {
  const wants = 'send JSON such as {"roles": ["member"], "customRoles": []}, or {} for no access';
  const reason = `The attribute ${quote(attribute)} has ${quote(value)}, which is not a role map; ${wants}.`;
  return { code: 'invalid_role_map', reason, attribute, got: [kept(value)] };
}

/** A role map that names a role which the organization does not have. */
export function unknownRole(attribute: string, role: string, roles: ReadonlySet<string>): Refusal {
  const names = [...roles].sort();
  const reason = `The attribute ${quote(attribute)} names the role ${quote(role)}, which does not exist; the roles are ${listing(names)}.`;
  return { code: 'unknown_role', reason, attribute, got: [kept(role)], known: keptNames(names) };
}

import { PROFILE_FIELDS } from '@rolecall/role-mapping';
import type { Json } from '../document.ts';
import { CLAIMS } from '../effective-identity-provider.ts';
import { isMap, listOf, mapOf, own, pointerTo, type JsonMap } from '../json.ts';
import { quoted, type Findings } from './finding.ts';

/** Names in a list (rules, tests) must differ, since traces and reports call the entry by its name. */
export function checkUniqueNames(document: Json, findings: Findings): void {
  const spec = specOf(document);
  const rules = listOf(own(mapOf(own(spec, 'authorization')), 'rules'));
  uniqueNames(rules, '/spec/authorization/rules', 'rule', findings);
  uniqueNames(listOf(own(spec, 'tests')), '/spec/tests', 'test', findings);
}

function uniqueNames(entries: readonly Json[], pointer: string, what: string, findings: Findings): void {
  const seen = new Set<Json>();
  for (const [index, entry] of entries.entries()) {
    const name = own(mapOf(entry), 'name');
    if (typeof name !== 'string') continue;
    if (seen.has(name)) {
      findings.add({
        code: `duplicate_${what}_name`,
        message: `another ${what} above is called ${quoted(name)} too`,
        suggestion: 'give each its own name',
        pointer: pointerTo(pointer, index, 'name'),
        at: 'value',
      });
    }
    seen.add(name);
  }
}

/** Without domains of its own, an organization hears of any address: anybody's alias would open its accounts. */
export function checkAliases(document: Json, findings: Findings): void {
  const spec = specOf(document);
  if (Object.keys(mapOf(own(spec, 'emailDomains'))).length > 0) return;
  for (const [name, provider] of Object.entries(mapOf(own(spec, 'identityProviders')))) {
    if (own(mapOf(provider), 'aliases') !== 'plus') continue;
    findings.add({
      code: 'aliases_without_email_domains',
      message: '`aliases: plus` opens accounts by their addresses, and the organization declares no e-mail domains',
      suggestion: 'declare the domains under `emailDomains`, or remove `aliases`',
      pointer: pointerTo('/spec/identityProviders', name, 'aliases'),
    });
  }
}

/** A mapping role or a rule that gives nothing is unfinished: whoever matches it alone would be refused. */
export function checkGiving(document: Json, findings: Findings): void {
  const authorization = mapOf(own(specOf(document), 'authorization'));
  const mappingRoles = mapOf(own(authorization, 'mappingRoles'));
  for (const [name, entry] of Object.entries(mappingRoles)) {
    givesSomething(entry, 'mapping role', pointerTo('/spec/authorization/mappingRoles', name), findings);
  }
  for (const [index, rule] of listOf(own(authorization, 'rules')).entries()) {
    givesSomething(rule, 'rule', pointerTo('/spec/authorization/rules', index), findings);
  }
}

function givesSomething(entry: Json, what: string, pointer: string, findings: Findings): void {
  if (!isMap(entry)) return;
  const given = [own(entry, 'grants'), own(entry, 'groups')].filter((value) => value !== undefined);
  if (given.some((value) => typeof value !== 'object' || value === null || Object.keys(value).length > 0)) return;
  const suggestion = 'add `grants` or `groups`, or remove it';
  findings.add({ code: 'gives_nothing', message: `this ${what} gives nothing`, suggestion, pointer });
}

/** A test must say through which IdP its user comes when that makes a difference for its facts. */
export function checkTestProviders(document: Json, findings: Findings): void {
  const spec = specOf(document);
  const providers = Object.values(mapOf(own(spec, 'identityProviders')));
  for (const [index, test] of listOf(own(spec, 'tests')).entries()) {
    if (!isMap(test) || own(test, 'identityProvider') !== undefined) continue;
    const profiles = providers.map((provider) => profileOf(mapOf(own(test, 'facts')), mapOf(provider)));
    if (new Set(profiles).size <= 1) continue;
    findings.add({
      code: 'missing_key',
      message: 'the identity providers name attributes differently, and this test does not say which one it means',
      suggestion: 'add `identityProvider: <name>`',
      pointer: pointerTo('/spec/tests', index),
    });
  }
}

/** What the facts say of the profile when they come from this IdP, as a text to compare. */
function profileOf(facts: JsonMap, provider: JsonMap): string {
  const declared = mapOf(own(provider, 'attributes'));
  const names = own(provider, 'type') === 'oidc' ? { ...CLAIMS, ...declared } : declared;
  const values = PROFILE_FIELDS.map((field) => {
    const attribute = own(names, field);
    return (typeof attribute === 'string' ? own(facts, attribute) : undefined) ?? own(facts, field) ?? null;
  });
  return JSON.stringify(values);
}

function specOf(document: Json): JsonMap {
  return mapOf(own(mapOf(document), 'spec'));
}

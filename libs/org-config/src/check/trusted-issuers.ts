import { DEPLOYMENT_RIGHTS } from '../api-rights.ts';
import type { Json } from '../document.ts';
import { TRUST_LIFETIME_LIMITS } from '../duration.ts';
import { isMap, listOf, mapOf, own, pointerTo, type JsonMap } from '../json.ts';
import { EVERY_ORGANIZATION } from '../organization-globs.ts';
import { checkDuration } from './bounds.ts';
import { quoted, type Findings } from './finding.ts';

/** Claims that the verification itself decides by, or that are another in every token. */
const DECIDED: ReadonlySet<string> = new Set(['iss', 'aud', 'exp', 'nbf', 'iat', 'jti', 'nonce', 'azp']);

/** Claims that say who: a prefix of them that ends inside a name lets in whoever takes a longer name. */
const NAMES_SOMEBODY =
  /^(?:sub|repository|workflow_ref|job_workflow_ref|ci_config_ref_uri|project_path|namespace_path|email)$/;

/**
 * Issuers whose tokens anybody can have: their entry must say whose jobs are meant. By claim, what a value must be to say that;
 * a prefix is held to the same. Not among them: `job_workflow_ref` of GitHub, which any repository's token carries that calls the
 * reusable workflow, and whoever can read a workflow can call it.
 */
const OF_EVERYBODY: Readonly<Record<string, Readonly<Record<string, RegExp>>>> = {
  'https://token.actions.githubusercontent.com': {
    repository: /^[^/]+\//,
    repository_id: /./,
    repository_owner: /./,
    repository_owner_id: /./,
    enterprise_id: /./,
    sub: /^repo:[^/:]+\//,
    workflow_ref: /^[^/]+\//,
  },
  'https://gitlab.com': {
    project_path: /^[^/]+\//,
    project_id: /./,
    namespace_path: /./,
    namespace_id: /./,
    sub: /^project_path:[^/:]+\//,
    ci_config_ref_uri: /^gitlab\.com\/[^/]+\//,
  },
  'https://agent.buildkite.com': { organization_slug: /./, organization_id: /./, sub: /^organization:[^:]+:/ },
  'https://accounts.google.com': { sub: /./, email: /@./ },
};

/** What a trusted issuer must say beside its shape: whose tokens they are, and no more than one may give. */
export function checkTrustedIssuers(document: Json, findings: Findings): void {
  const spec = mapOf(own(mapOf(document), 'spec'));
  for (const [name, entry] of Object.entries(mapOf(own(spec, 'trustedIssuers')))) {
    if (!isMap(entry)) continue;
    const pointer = pointerTo('/spec/trustedIssuers', name);
    checkConditions(entry, pointer, findings);
    checkWhose(entry, pointer, findings);
    checkRights(entry, pointer, findings);
    checkDuration(own(entry, 'maxLifetime'), TRUST_LIFETIME_LIMITS, `${pointer}/maxLifetime`, findings);
  }
}

function checkConditions(entry: JsonMap, pointer: string, findings: Findings): void {
  for (const [claim, condition] of Object.entries(mapOf(own(entry, 'conditions')))) {
    const at = pointerTo(`${pointer}/conditions`, claim);
    if (DECIDED.has(claim)) {
      findings.add({
        code: 'invalid_value',
        message: `the claim ${quoted(claim)} cannot be a condition: it is checked by itself, or another in every token`,
        suggestion: 'remove it; `issuer` and `audience` are keys of the entry',
        pointer: at,
      });
    }
    const prefix = prefixOf(condition);
    if (prefix === undefined || !NAMES_SOMEBODY.test(claim) || /[/:@]$/.test(prefix)) continue;
    findings.add({
      code: 'open_prefix',
      message: `${quoted(claim)} says who it is, and whoever has a longer name begins with ${quoted(prefix)} too`,
      suggestion: 'end the prefix with `/`, `:` or `@`, or write the whole value',
      pointer: `${at}/startsWith`,
      at: 'value',
    });
  }
}

function checkWhose(entry: JsonMap, pointer: string, findings: Findings): void {
  const issuer = own(entry, 'issuer');
  const conditions = own(entry, 'conditions');
  if (typeof issuer !== 'string' || !isMap(conditions) || Object.keys(conditions).length === 0) return;
  const plain = issuer.replace(/\/$/, '').toLowerCase();
  const binding = Object.hasOwn(OF_EVERYBODY, plain) ? OF_EVERYBODY[plain] : undefined;
  if (binding === undefined) return;
  const says = Object.entries(binding).some(([claim, pattern]) => {
    const values = valuesOf(own(conditions, claim), pattern);
    return values.length > 0 && values.every((value) => pattern.test(value));
  });
  if (says) return;
  findings.add({
    code: 'issuer_of_everybody',
    message: `anybody can have tokens of ${quoted(issuer)}, and no condition says whose are meant`,
    suggestion: `add a condition on ${Object.keys(binding).slice(0, 3).map(quoted).join(', ')} or another claim that names them`,
    pointer: `${pointer}/conditions`,
  });
}

function checkRights(entry: JsonMap, pointer: string, findings: Findings): void {
  if (listOf(own(entry, 'organizations')).includes(EVERY_ORGANIZATION)) return;
  const rights = listOf(own(entry, 'rights'));
  const index = rights.findIndex((right) => DEPLOYMENT_RIGHTS.some((known) => known === right));
  const right = rights[index];
  if (right === undefined || own(entry, 'organizations') === undefined) return;
  findings.add({
    code: 'right_of_deployment',
    message: `${quoted(right)} is about the whole deployment, and this entry is held to some organizations`,
    suggestion: "remove it, or write `organizations: ['*']`",
    pointer: pointerTo(`${pointer}/rights`, index),
    at: 'value',
  });
}

function prefixOf(condition: Json): string | undefined {
  const prefix = isMap(condition) ? own(condition, 'startsWith') : undefined;
  return typeof prefix === 'string' ? prefix : undefined;
}

/** The texts of a condition; of a prefix none where it would let in more than the pattern asks for. */
function valuesOf(condition: Json | undefined, pattern: RegExp): readonly string[] {
  if (typeof condition === 'string') return [condition];
  if (Array.isArray(condition)) return condition.filter((value) => typeof value === 'string');
  const prefix = condition === undefined ? undefined : prefixOf(condition);
  // an id, or the name of an owner, is whole or it is nobody's
  return prefix === undefined || pattern.source === '.' ? [] : [prefix];
}

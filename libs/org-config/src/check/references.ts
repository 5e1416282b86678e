import { BUILT_IN_ROLES, type Json } from '../document.ts';
import { isMap, listOf, mapOf, own, pointerTo, type JsonMap } from '../json.ts';
import { insteadOf, quoted, type Findings } from './finding.ts';

/** The names that a document declares; what its references must be among. */
type DeclaredNames = Readonly<Record<keyof typeof KINDS, ReadonlySet<string>>>;

const KINDS = {
  scope: { words: 'scope', code: 'unknown_scope', key: 'scopes', plural: 'scopes' },
  role: { words: 'role', code: 'unknown_role', key: 'roles', plural: 'roles' },
  group: { words: 'group', code: 'unknown_group', key: 'groups', plural: 'groups' },
  identityProvider: {
    words: 'identity provider',
    code: 'unknown_identity_provider',
    key: 'identityProviders',
    plural: 'identity providers',
  },
  emailDomain: {
    words: 'e-mail domain',
    code: 'unknown_email_domain',
    key: 'emailDomains',
    plural: 'e-mail domains',
  },
} as const;

/**
 * Every name that a part of the document uses must be declared in another. Works on documents that are wrong elsewhere:
 * what has not the expected shape is passed over, since the schema has said so.
 */
export function checkReferences(document: Json, findings: Findings): void {
  const spec = mapOf(own(mapOf(document), 'spec'));
  const check = new ReferenceCheck(declaredNames(spec), findings);
  for (const [name, scope] of Object.entries(mapOf(own(spec, 'scopes')))) {
    check.name('scope', own(mapOf(scope), 'parent'), pointerTo('/spec/scopes', name, 'parent'), 'value');
  }
  check.giving(own(mapOf(own(spec, 'jit')), 'defaults'), '/spec/jit/defaults');
  checkAuthorization(mapOf(own(spec, 'authorization')), check);
  check.name('identityProvider', own(mapOf(own(spec, 'login')), 'default'), '/spec/login/default', 'value');
  for (const [name, provider] of Object.entries(mapOf(own(spec, 'identityProviders')))) {
    for (const [index, domain] of listOf(own(mapOf(provider), 'emailDomains')).entries()) {
      const at = pointerTo('/spec/identityProviders', name, 'emailDomains', index);
      check.name('emailDomain', domain, at, 'value');
    }
  }
  for (const [index, test] of listOf(own(spec, 'tests')).entries()) {
    const pointer = pointerTo('/spec/tests', index);
    check.giving(own(mapOf(test), 'expect'), `${pointer}/expect`);
    check.name('identityProvider', own(mapOf(test), 'identityProvider'), `${pointer}/identityProvider`, 'value');
  }
}

function checkAuthorization(authorization: JsonMap, check: ReferenceCheck): void {
  const at = '/spec/authorization';
  for (const [index, scope] of listOf(own(authorization, 'appScopes')).entries()) {
    check.name('scope', scope, pointerTo(at, 'appScopes', index), 'value');
  }
  for (const [name, mappingRole] of Object.entries(mapOf(own(authorization, 'mappingRoles')))) {
    check.giving(mappingRole, pointerTo(at, 'mappingRoles', name));
  }
  for (const [index, rule] of listOf(own(authorization, 'rules')).entries()) {
    check.giving(rule, pointerTo(at, 'rules', index));
  }
  for (const [attribute, scope] of Object.entries(mapOf(own(authorization, 'accountAttributes')))) {
    check.name('scope', scope, pointerTo(at, 'accountAttributes', attribute), 'value');
  }
}

class ReferenceCheck {
  constructor(
    private readonly declared: DeclaredNames,
    private readonly findings: Findings,
  ) {}

  /** Whatever has `grants` and `groups`. */
  giving(value: Json | undefined, pointer: string): void {
    for (const [scope, roles] of Object.entries(mapOf(own(mapOf(value), 'grants')))) {
      const at = pointerTo(pointer, 'grants', scope);
      this.name('scope', scope, at, 'key');
      for (const [index, role] of listOf(roles).entries()) this.name('role', role, pointerTo(at, index), 'value');
    }
    for (const [index, group] of listOf(own(mapOf(value), 'groups')).entries()) {
      this.name('group', group, pointerTo(pointer, 'groups', index), 'value');
    }
  }

  name(kind: keyof typeof KINDS, name: Json | undefined, pointer: string, at: 'key' | 'value'): void {
    if (typeof name !== 'string' || this.findings.full || this.declared[kind].has(name)) return;
    const { words, code, key, plural } = KINDS[kind];
    const suggestion = insteadOf(name, [...this.declared[kind]], plural) ?? `declare it under \`${key}\``;
    this.findings.add({ code, message: `there is no ${words} ${quoted(name)}`, suggestion, pointer, at });
  }
}

function declaredNames(spec: JsonMap): DeclaredNames {
  const names = (key: string): ReadonlySet<string> => new Set(Object.keys(mapOf(own(spec, key))));
  return {
    scope: names('scopes'),
    role: new Set([...names('roles'), ...BUILT_IN_ROLES]),
    group: names('groups'),
    identityProvider: names('identityProviders'),
    emailDomain: names('emailDomains'),
  };
}

/** A scope must not be below itself. Each circle is reported once, at the first of its scopes. */
export function checkScopeParents(document: Json, findings: Findings): void {
  const scopes = mapOf(own(mapOf(own(mapOf(document), 'spec')), 'scopes'));
  const parentOf = (name: string): Json | undefined => own(mapOf(own(scopes, name)), 'parent');
  const done = new Set<string>();
  for (const start of Object.keys(scopes)) {
    const path: string[] = [];
    const onPath = new Set<string>();
    let name: Json | undefined = start;
    while (typeof name === 'string' && !done.has(name) && !onPath.has(name)) {
      path.push(name);
      onPath.add(name);
      name = parentOf(name);
    }
    if (typeof name === 'string' && onPath.has(name)) {
      const circle = [...path.slice(path.indexOf(name)), name];
      findings.add({
        code: 'scope_cycle',
        message: `the scope ${quoted(name)} is below itself: ${circle.slice(0, 6).join(' -> ')}`,
        suggestion: 'remove one of these parents',
        pointer: pointerTo('/spec/scopes', name, 'parent'),
      });
    }
    for (const visited of path) done.add(visited);
  }
}

const RENAMEABLE = ['scopes', 'roles', 'groups', 'identityProviders', 'applications'] as const;

/** An earlier name must say unambiguously what it has become. */
export function checkPreviousNames(document: Json, findings: Findings): void {
  const spec = mapOf(own(mapOf(document), 'spec'));
  for (const key of RENAMEABLE) checkPreviousKeys(own(spec, key), `/spec/${key}`, findings);
  checkPreviousKeys(own(mapOf(own(spec, 'scim')), 'tokens'), '/spec/scim/tokens', findings);
  checkPreviousKeys(
    own(mapOf(own(spec, 'authorization')), 'mappingRoles'),
    '/spec/authorization/mappingRoles',
    findings,
  );
}

function checkPreviousKeys(map: Json | undefined, pointer: string, findings: Findings): void {
  const claimedBy = new Map<string, string>();
  for (const [name, entry] of Object.entries(mapOf(map))) {
    for (const [index, previous] of listOf(isMap(entry) ? own(entry, 'previously') : undefined).entries()) {
      if (typeof previous !== 'string') continue;
      const at = pointerTo(pointer, name, 'previously', index);
      const other = claimedBy.get(previous);
      if (Object.hasOwn(mapOf(map), previous)) {
        findings.add({
          code: 'ambiguous_previously',
          message: `${quoted(previous)} is an earlier name of ${quoted(name)} and stands here itself`,
          suggestion: `remove the entry ${quoted(previous)}, or take the name out of \`previously\``,
          pointer: at,
        });
      } else if (other !== undefined) {
        findings.add({
          code: 'ambiguous_previously',
          message: `${quoted(previous)} is an earlier name of both ${quoted(other)} and ${quoted(name)}`,
          suggestion: 'keep it in one of them',
          pointer: at,
        });
      }
      claimedBy.set(previous, name);
    }
  }
}

import type { Json } from '../document.ts';
import { listOf, mapOf, own, pointerTo, type JsonMap } from '../json.ts';
import { quoted, type Findings } from './finding.ts';

/** Two cannot decide one scope: where roles are edited in the application, nothing that the identity provider says grants. */
export function checkAppScopes(document: Json, findings: Findings): void {
  const spec = mapOf(own(mapOf(document), 'spec'));
  const authorization = mapOf(own(spec, 'authorization'));
  const scopes = new Set(listOf(own(authorization, 'appScopes')));
  if (scopes.size === 0 || own(authorization, 'managedBy') === 'app') return;
  for (const { scope, pointer, at } of grantedOn(spec, authorization)) {
    if (!scopes.has(scope) || findings.full) continue;
    findings.add({
      code: 'app_scope_granted',
      message: `${quoted(scope)} is one of \`appScopes\`, whose roles are edited in the application, and this grants on it`,
      suggestion: 'remove one of the two',
      pointer,
      at,
    });
  }
}

interface GrantedOn {
  readonly scope: Json;
  readonly pointer: string;
  readonly at: 'key' | 'value';
}

/** Every place of the document that grants by what an identity provider says, or to whom nothing matches. */
function grantedOn(spec: JsonMap, authorization: JsonMap): readonly GrantedOn[] {
  const at = '/spec/authorization';
  const rules = listOf(own(authorization, 'rules'));
  const mappingRoles = Object.entries(mapOf(own(authorization, 'mappingRoles')));
  const attributes = Object.entries(mapOf(own(authorization, 'accountAttributes')));
  return [
    ...mappingRoles.flatMap(([name, entry]) => grantsOf(entry, pointerTo(at, 'mappingRoles', name))),
    ...rules.flatMap((rule, index) => grantsOf(rule, pointerTo(at, 'rules', index))),
    ...attributes.map(([attribute, scope]) => ({
      scope,
      pointer: pointerTo(at, 'accountAttributes', attribute),
      at: 'value' as const,
    })),
    ...grantsOf(own(mapOf(own(spec, 'jit')), 'defaults'), '/spec/jit/defaults'),
  ];
}

function grantsOf(giving: Json | undefined, pointer: string): readonly GrantedOn[] {
  const scopes = Object.keys(mapOf(own(mapOf(giving), 'grants')));
  return scopes.map((scope) => ({ scope, pointer: pointerTo(pointer, 'grants', scope), at: 'key' }));
}

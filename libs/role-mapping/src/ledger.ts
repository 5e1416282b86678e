import type { Gives } from './compile-policy.ts';
import type { DecidedGrant, DecidedMembership, Evidence } from './decision.ts';

/** Collects what the matched entries give; each (scope, role) and each group once, with every source in policy order. */
export class Ledger {
  readonly #grants = new Map<string, Map<string, Evidence[]>>();
  readonly #groups = new Map<string, Evidence[]>();

  add(gives: Gives, source: Evidence): void {
    for (const { scope, roles } of gives.grants) {
      for (const role of roles) this.grant(scope, role, source);
    }
    for (const group of gives.groups) {
      const sources = this.#groups.get(group);
      if (sources === undefined) this.#groups.set(group, [source]);
      else sources.push(source);
    }
  }

  grant(scope: string, role: string, source: Evidence): void {
    let roles = this.#grants.get(scope);
    if (roles === undefined) this.#grants.set(scope, (roles = new Map()));
    const sources = roles.get(role);
    if (sources === undefined) roles.set(role, [source]);
    else sources.push(source);
  }

  /** Sorted by scope, then role. */
  grants(): readonly DecidedGrant[] {
    const grants: DecidedGrant[] = [];
    for (const scope of sortedKeys(this.#grants)) {
      const roles = this.#grants.get(scope);
      for (const role of sortedKeys(roles)) grants.push({ scope, role, sources: roles?.get(role) ?? [] });
    }
    return grants;
  }

  /** Sorted by group. */
  groups(): readonly DecidedMembership[] {
    return sortedKeys(this.#groups).map((group) => ({ group, sources: this.#groups.get(group) ?? [] }));
  }
}

/** By UTF-16 unit, which is what `sort` does with strings: the same order on every machine. */
function sortedKeys(map: ReadonlyMap<string, unknown> | undefined): string[] {
  return [...(map?.keys() ?? [])].sort();
}

import { SSO_ADMIN } from '@rolecall/org-config';
import type { DecidedGrant, DecidedMembership } from '@rolecall/role-mapping';
import type { Names } from './names.ts';
import type { Impact } from '../plan/plan.ts';
import type { UserFacts } from '../user-state.ts';

/** What a user shall hold. */
export interface Target {
  readonly grants: readonly Pick<DecidedGrant, 'scope' | 'role'>[];
  readonly groups: readonly Pick<DecidedMembership, 'group'>[];
  /** The new rules refuse this user. */
  readonly refused: boolean;
}

export const NO_IMPACT: Impact = {
  affectedUsers: 0,
  grants: [],
  groups: [],
  refusedUsers: 0,
  removedIdentityProviders: [],
};

interface Count {
  gain: number;
  lose: number;
}

/** Adds up the blast radius user by user; its size depends on the rules, not on the number of users. */
export class ImpactCounter {
  readonly #grants = new Map<string, Map<string, Count>>();
  readonly #groups = new Map<string, Count>();
  #affected = 0;
  #refused = 0;
  #administrators = 0;

  /** @param names of those who gain or lose something, where they are asked for */
  constructor(private readonly names?: Names) {}

  /** Compares what one user holds with what the user shall hold. */
  add(user: UserFacts, target: Target): void {
    const grants = compare(user.grants, target.grants, isSameGrant, ({ scope, role }) => `${scope}\n${role}`);
    const held = user.groups.map((group) => ({ group }));
    const groups = compare(held, target.groups, isSameGroup, ({ group }) => group);
    for (const { scope, role } of grants.gained) this.#grant(scope, role).gain += 1;
    for (const { scope, role } of grants.lost) this.#grant(scope, role).lose += 1;
    for (const { group } of groups.gained) this.#group(group).gain += 1;
    for (const { group } of groups.lost) this.#group(group).lose += 1;
    if (grants.changed || groups.changed) {
      this.#affected += 1;
      const inWords = (side: 'gained' | 'lost') => [
        ...grants[side].map(({ scope, role }) => `${role} on ${scope}`),
        ...groups[side].map(({ group }) => `group ${group}`),
      ];
      this.names?.add(user.userId, () => ({ gains: inWords('gained'), loses: inWords('lost') }));
    }
    if (target.refused) this.#refused += 1;
    if (user.active) this.#administrators += Number(administers(target)) - Number(administers(user));
  }

  /** How many more active users hold `sso_admin` than before; negative = fewer. */
  get administrators(): number {
    return this.#administrators;
  }

  result(removed: Pick<Impact, 'removedIdentityProviders' | 'removedDirectory'>): Impact {
    const grants = [...this.#grants]
      .sort(byKey)
      .flatMap(([scope, roles]) =>
        [...roles].sort(byKey).map(([role, count]) => ({ scope, role, gain: count.gain, lose: count.lose })),
      );
    const groups = [...this.#groups]
      .sort(byKey)
      .map(([group, count]) => ({ group, gain: count.gain, lose: count.lose }));
    return { affectedUsers: this.#affected, grants, groups, refusedUsers: this.#refused, ...removed };
  }

  #grant(scope: string, role: string): Count {
    const roles = entry(this.#grants, scope, () => new Map<string, Count>());
    return entry(roles, role, () => ({ gain: 0, lose: 0 }));
  }

  #group(group: string): Count {
    return entry(this.#groups, group, () => ({ gain: 0, lose: 0 }));
  }
}

function administers({ grants }: Pick<Target, 'grants'>): boolean {
  return grants.some(({ role }) => role === SSO_ADMIN);
}

type Grant = Target['grants'][number];
type Membership = Target['groups'][number];

const isSameGrant = (a: Grant, b: Grant) => a.scope === b.scope && a.role === b.role;
const isSameGroup = (a: Membership, b: Membership) => a.group === b.group;
const NOTHING = { gained: [], lost: [], changed: false } as const;

/** Mostly nothing changes, and the two are in one order: then a user of a million needs no set. */
function compare<T>(
  held: readonly T[],
  wanted: readonly T[],
  isSame: (a: T, b: T) => boolean,
  keyOf: (item: T) => string,
): { readonly gained: readonly T[]; readonly lost: readonly T[]; readonly changed: boolean } {
  if (held.length === wanted.length && wanted.every((item, index) => isSame(held[index] as T, item))) return NOTHING;
  const before = new Set(held.map(keyOf));
  const after = new Set(wanted.map(keyOf));
  const gained = wanted.filter((item) => !before.has(keyOf(item)));
  const lost = held.filter((item) => !after.has(keyOf(item)));
  return { gained, lost, changed: gained.length + lost.length > 0 };
}

function entry<V>(map: Map<string, V>, key: string, make: () => V): V {
  const found = map.get(key);
  if (found !== undefined) return found;
  const made = make();
  map.set(key, made);
  return made;
}

function byKey(a: readonly [string, unknown], b: readonly [string, unknown]): number {
  return a[0] < b[0] ? -1 : 1;
}

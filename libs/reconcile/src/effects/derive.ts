import { setImmediate as turn } from 'node:timers/promises';
import { attributeNamesOf, BUILT_IN_ROLES, canonicalJson, policyOf } from '@rolecall/org-config';
import type { Json, OrganizationDocument } from '@rolecall/org-config';
import { compilePolicy, decide, factsFromJson, nameFacts } from '@rolecall/role-mapping';
import type { AttributeNames, DecidedGrant, DecidedMembership } from '@rolecall/role-mapping';
import { ImpactCounter, NO_IMPACT } from './impact.ts';
import type { Target } from './impact.ts';
import type { Names } from './names.ts';
import type { Impact } from '../plan/plan.ts';
import type { EntryRename } from '../fields/renames.ts';
import type { StateTransaction } from '../state-store.ts';
import { DIRECTORY } from '../user-state.ts';
import type { EditedScopes, HeldRename, UserFacts } from '../user-state.ts';

/** A change of one organization's document, as far as it concerns what users hold. */
export interface PolicyChange {
  readonly organizationId: string;
  readonly before: OrganizationDocument;
  readonly after: OrganizationDocument;
  /** The revision that the new grants come from. */
  readonly revision: number;
  readonly renames: readonly EntryRename[];
  readonly removed: Removed;
  /** Where whoever is affected is to be named. */
  readonly names?: Names | undefined;
}

/** What a change takes away beside what users hold. */
export type Removed = Pick<Impact, 'removedIdentityProviders' | 'removedDirectory'>;

/** What following a changed document came to. */
export interface Rederived {
  readonly impact: Impact;
  /** How many more active users hold `sso_admin` than before; negative = fewer. */
  readonly administrators: number;
}

interface Decided extends Target {
  readonly grants: readonly DecidedGrant[];
  readonly groups: readonly DecidedMembership[];
}

const DECISIONS_PER_TURN = 4;

/** A directory's facts have their profile fields under the names that rules use. */
const AS_SAID: ReadonlyMap<string, AttributeNames> = new Map([[DIRECTORY, {}]]);

const NOTHING: Decided = { grants: [], groups: [], refused: true };

/**
 * Makes what users hold follow a changed document, and tells what that changes (the blast radius). Renamed roles, scopes
 * and groups are followed first, so that a rename alone moves nobody. Then, with `managedBy: idp`, every user's stored
 * facts are decided anew; a user whose IdP is gone or whom the new rules refuse loses all that rules gave. What a directory
 * said last decides until something else does, also when the document has no directory any more. What people edited stays on
 * `appScopes` alone. With `managedBy: app` users keep what they hold, save what is no longer declared. Works in batches:
 * memory stays flat.
 */
export async function rederive(state: StateTransaction, change: PolicyChange, now: Date): Promise<Rederived> {
  await state.users.renameHeld(change.organizationId, heldRenames(change.renames));
  if (!decidesDifferently(change.before, change.after)) {
    return { impact: { ...NO_IMPACT, ...change.removed }, administrators: 0 };
  }
  const managedByIdp = policyOf(change.after).managedBy === 'idp';
  const counter = managedByIdp ? await decideAnew(state, change, now) : await dropUndeclared(state, change);
  const impact = counter.result(change.removed);
  if (impact.affectedUsers > 0) {
    const { removedIdentityProviders: _, removedDirectory: __, ...counts } = impact;
    await state.audit(change.organizationId, {
      type: 'grants.changed',
      data: { revision: change.revision, ...counts },
    });
  }
  const named = await withNames(state, change.organizationId, impact, change.names);
  return { impact: named, administrators: counter.administrators };
}

/** The same impact with the users' names, where they are asked for. */
export async function withNames(
  state: StateTransaction,
  organizationId: string,
  impact: Impact,
  names: Names | undefined,
): Promise<Impact> {
  if (names === undefined || impact.affectedUsers === 0) return impact;
  return { ...impact, named: await names.take(state, organizationId, impact.affectedUsers) };
}

/** The blast radius of an organization that is deleted: everybody loses everything. */
export async function lossOfAll(
  state: StateTransaction,
  organizationId: string,
  names?: Names,
): Promise<ImpactCounter> {
  const counter = new ImpactCounter(names);
  for await (const users of state.users.facts(organizationId)) {
    for (const user of users) counter.add(user, { ...NOTHING, refused: false });
  }
  return counter;
}

async function decideAnew(state: StateTransaction, change: PolicyChange, now: Date): Promise<ImpactCounter> {
  const policy = compilePolicy(policyOf(change.after));
  const providers = new Map(Object.entries(change.after.spec.identityProviders ?? {}));
  const namesOf = (source: string): AttributeNames | undefined => {
    const provider = providers.get(source);
    return provider === undefined ? AS_SAID.get(source) : attributeNamesOf(provider);
  };
  const decideFor = (user: UserFacts): Decided => {
    if (user.identityProvider === undefined) return { ...NOTHING, refused: false };
    const names = namesOf(user.identityProvider);
    if (names === undefined) return NOTHING;
    const decision = decide(nameFacts(factsFromJson(user.facts), names), policy, now);
    return decision.outcome === 'refused' ? NOTHING : { ...decision, refused: false };
  };
  const kept = editedScopes(change.after);
  const counter = new ImpactCounter(change.names);
  for await (const users of state.users.facts(change.organizationId)) {
    const decided: { user: UserFacts; target: Decided }[] = [];
    for (const user of users) {
      // a decision may take 150 ms: others have their turn in between
      if (decided.length % DECISIONS_PER_TURN === 0) await turn();
      decided.push({ user, target: decideFor(user) });
    }
    for (const { user, target } of decided) {
      const stay = user.grants.filter(({ edited, scope, role }) => {
        return edited === true && kept.scopes.includes(scope) && kept.roles.includes(role);
      });
      counter.add(user, { ...target, grants: [...target.grants, ...stay] });
    }
    const grants = decided.map(({ user, target }) => ({
      userId: user.userId,
      grants: target.grants,
      groups: target.groups,
    }));
    await state.users.replaceGrants(change.organizationId, change.revision, grants);
  }
  await state.users.retractEdited(change.organizationId, kept);
  return counter;
}

/** Where people edit roles although the identity provider manages the others; an apply that takes a scope out takes back what they gave. */
function editedScopes({ spec }: OrganizationDocument): EditedScopes {
  const roles = [...BUILT_IN_ROLES, ...Object.keys(spec.roles ?? {})];
  return { scopes: spec.authorization?.appScopes ?? [], roles };
}

async function dropUndeclared(state: StateTransaction, change: PolicyChange): Promise<ImpactCounter> {
  const counter = new ImpactCounter(change.names);
  const gone = undeclared(change);
  if (gone.length > 0) {
    const isGone = (kind: HeldRename['kind'], name: string) => gone.some((it) => it.kind === kind && it.from === name);
    for await (const users of state.users.facts(change.organizationId)) {
      for (const user of users) {
        const grants = user.grants.filter(({ role, scope }) => !isGone('role', role) && !isGone('scope', scope));
        const groups = user.groups.filter((group) => !isGone('group', group)).map((group) => ({ group }));
        counter.add(user, { grants, groups, refused: false });
      }
    }
    await state.users.renameHeld(change.organizationId, gone);
  }
  return counter;
}

const HELD = [
  { kind: 'role', key: 'roles' },
  { kind: 'scope', key: 'scopes' },
  { kind: 'group', key: 'groups' },
] as const;

function heldRenames(renames: readonly EntryRename[]): HeldRename[] {
  return HELD.flatMap(({ kind, key }) =>
    renames.filter((rename) => rename.map === `/spec/${key}`).map(({ from, to }) => ({ kind, from, to })),
  );
}

/** Roles, scopes and groups that the new document no longer has, renamed ones and built-in roles left out. */
function undeclared({ before, after, renames }: PolicyChange): HeldRename[] {
  const moved = heldRenames(renames);
  return HELD.flatMap(({ kind, key }) => {
    const stays = new Set<string>([...Object.keys(after.spec[key] ?? {}), ...(kind === 'role' ? BUILT_IN_ROLES : [])]);
    return Object.keys(before.spec[key] ?? {})
      .filter((name) => !stays.has(name) && !moved.some((rename) => rename.kind === kind && rename.from === name))
      .map((from) => ({ kind, from }));
  });
}

/** True when the same facts may give other grants: the policy, the declared names or the IdPs' attribute names differ. */
function decidesDifferently(before: OrganizationDocument, after: OrganizationDocument): boolean {
  return deciding(before) !== deciding(after);
}

function deciding(document: OrganizationDocument): string {
  const { identityProviders = {}, scopes = {}, groups = {} } = document.spec;
  const attributes = Object.entries(identityProviders).map(([name, provider]) => [name, attributeNamesOf(provider)]);
  const edited = document.spec.authorization?.appScopes ?? [];
  const names = [Object.keys(scopes).sort(), Object.keys(groups).sort(), [...edited].sort()];
  const value = { policy: policyOf(document), attributes: Object.fromEntries(attributes), names };
  return canonicalJson(value as unknown as Json);
}

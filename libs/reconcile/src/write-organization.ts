import type { Json, OrganizationDocument } from '@rolecall/org-config';
import { overlap } from './fields/address.ts';
import { diffDocuments } from './fields/diff.ts';
import type { FieldDifference } from './fields/diff.ts';
import { stillEnded } from './declared/ended-overrides.ts';
import type { EndedOverrides } from './declared/ended-overrides.ts';
import { ReconcileError, StalePlanError } from './errors.ts';
import type { ReconcileProblem } from './errors.ts';
import { affectedGuard, usersOf } from './guards/limits.ts';
import type { Limits } from './guards/limits.ts';
import { valueIn } from './declared/origin.ts';
import { declaredIn, keepOverrides, overridesAfter, touchedBy } from './declared/overriding.ts';
import { refusedOverrides } from './declared/refused-overrides.ts';
import { ownedByGit } from './declared/owned-by-git.ts';
import type { Impact } from './plan/plan.ts';
import { changeTo } from './prepare.ts';
import type { Change } from './prepare.ts';
import { asJson } from './fields/renames.ts';
import { replaceGuard } from './guards/replace-guard.ts';
import type { DesiredOrganization } from './request.ts';
import { ssoGuards } from './guards/sso-guard.ts';
import { RevisionMovedError } from './state-store.ts';
import type { OrganizationHead, Override, StateTransaction } from './state-store.ts';
import { writeChange } from './write-change.ts';

/** One document that somebody wants live without an apply: from the console, or by a call of the API. */
export interface OrganizationWrite {
  /** The whole document, checked and normalized; its name is the organization's. */
  readonly wanted: DesiredOrganization;
  /** What it was made by, a merge patch: it says which fields count though they are live so already. */
  readonly patch?: Json;
  /** The revision that the document was made from. */
  readonly baseRevision: number;
  /** Name of the API token. */
  readonly by: string;
  /** Consent to take an identity provider away, or to replace it, that users are linked to. Default false. */
  readonly allowReplace?: boolean;
  /** Of the deployment: how many users one write may concern. */
  readonly ceilings?: Limits;
  /** Break-glass: sets also fields that a collection declared, until then. */
  readonly override?: { readonly reason: string; readonly expires: Date };
  /**
   * Overrides that are over: the document is the one without them. That they ended is audited, and what was there before them needs no
   * consent and no sign-in of today.
   */
  readonly ends?: Pick<EndedOverrides, 'ended' | 'document'>;
}

export interface Written {
  readonly organization: string;
  /** The one that is live now; the base when nothing differed. */
  readonly revision: number;
  readonly fields: readonly FieldDifference[];
  readonly impact?: Impact;
  /** Those that count by now; sorted by path. */
  readonly overrides: readonly Override[];
}

/**
 * Makes a document live past git, by the same checks, steps and guards as an apply. Fields that a collection declared are
 * refused (`owned_by_git`, with the place to edit) unless they are overridden for a while; then every plan names them, and
 * the first apply after their end takes them back.
 *
 * @throws ReconcileError, RevisionMovedError, StalePlanError; nothing is written then
 */
export async function writeOrganization(
  state: StateTransaction,
  write: OrganizationWrite,
  now: Date,
): Promise<Written> {
  const { wanted, baseRevision, override } = write;
  const { name } = wanted.document.metadata;
  const head = (await state.heads('', [name])).get(name);
  if (head?.revision !== baseRevision) throw new RevisionMovedError(name, baseRevision, head?.revision ?? 0);
  if (write.ends && !(await stillEnded(state, name, write.ends, now)))
    throw new StalePlanError(`overrides of ${name} changed while their end was prepared`);
  const live = await state.document(head.id);
  const declaration = await state.declaration(head.id);
  const before = await state.overrides(head.id);
  const declared = declaredIn(declaration, live);
  const overriding = { ...write, declared, live, wanted: wanted.document };
  const touched = touchedBy(overriding, before);
  const owned = [...(override === undefined ? touched : []), ...declaredSecrets(write, declared)];
  refuse(owned.map((path) => ownedByGit(name, head.collection ?? '', path, declaration?.origin)));
  const judged = { ...overriding, secrets: wanted.secrets, collection: head.collection, origin: declaration?.origin };
  if (write.ends === undefined) refuse(refusedOverrides(judged, before, now));
  const overrides = overridesAfter(overriding, touched, before, now);
  const step = await changeOf(state, head, live, write, diffDocuments(live, wanted.document));
  const returns = write.ends !== undefined;
  const allowReplace = returns || write.allowReplace === true;
  const guards = [
    await ssoGuards(state, [step], now, { returns }),
    await replaceGuard(state, [step], { allowReplace }),
  ];
  refuse([...step.problems, ...guards.flat()]);
  const active = overrides.filter(({ expires }) => expires > now);
  const impact = step.fields.length === 0 ? undefined : await written(state, step, write, now);
  if (override && touched.length > 0) {
    const data = { paths: touched, reason: override.reason, until: override.expires.toISOString() };
    await state.audit(head.id, { type: 'organization.overridden', data });
  }
  const ended = pathsGone(before, overrides);
  if (ended.length > 0) await state.audit(head.id, { type: 'organization.override_ended', data: { paths: ended } });
  await keepOverrides(state, { head, declaration, live: wanted.document }, { before, after: overrides }, now);
  if (impact === undefined) return { organization: name, revision: head.revision, fields: [], overrides: active };
  const shown = step.fields.map(({ origin: _origin, ...field }) => field);
  return { organization: name, revision: head.revision + 1, fields: shown, impact, overrides: active };
}

/** Of those whose end is not in the audit log already. */
function pathsGone(before: readonly Override[], after: readonly Override[]): readonly string[] {
  const gone = before.filter(({ path, stays }) => stays === undefined && !after.some((one) => overlap(one.path, path)));
  return gone.map(({ path }) => path);
}

async function written(state: StateTransaction, step: Change, write: OrganizationWrite, now: Date): Promise<Impact> {
  const { ceilings, by } = write;
  const users = await usersOf(state, { ceilings }, [step]);
  const { impact } = await writeChange(state, step, { actor: by }, now);
  refuse(affectedGuard({ ceilings }, [{ organization: step.name, impact }], users));
  return impact;
}

/** Ends overrides now, all of them or the one at `path`: what they set is drift until it is taken back. Tells which ended. */
export async function endOverrides(
  state: StateTransaction,
  { name, path }: { readonly name: string; readonly path?: string },
  now: Date,
): Promise<readonly Override[]> {
  const head = (await state.heads('', [name])).get(name);
  if (head === undefined) return [];
  const declaration = await state.declaration(head.id);
  const all = await state.overrides(head.id);
  const ends = (override: Override) => override.expires > now && override.path === (path ?? override.path);
  const ended = all.filter(ends);
  if (ended.length === 0) return [];
  const after = all.map((override) => (ends(override) ? { ...override, expires: now, stays: 'pending' } : override));
  const live = await state.document(head.id);
  await keepOverrides(state, { head, declaration, live }, { before: all, after }, now);
  await state.audit(head.id, { type: 'organization.override_ended', data: { paths: ended.map((one) => one.path) } });
  return ended;
}

/** A secret has no value that an apply could take back: where a collection declares it, only an apply sets it. */
function declaredSecrets({ wanted }: OrganizationWrite, declared: OrganizationDocument): readonly string[] {
  return Object.keys(wanted.secrets ?? {}).filter((path) => valueIn(asJson(declared), path) !== undefined);
}

function changeOf(
  state: StateTransaction,
  head: OrganizationHead,
  live: OrganizationDocument,
  { wanted }: OrganizationWrite,
  differences: readonly FieldDifference[],
): Promise<Change> {
  const fields = differences.map((field) => ({ ...field, origin: 'drift' as const }));
  const outcome = {
    live,
    after: wanted.document,
    digest: wanted.digest,
    declares: undefined,
    declaredBefore: undefined,
    fields,
    unmanaged: [],
    overrides: [],
  };
  // as an apply, whose secrets come with their values
  const request = { collection: head.collection ?? '', expectedFingerprint: '' };
  return changeTo(state, { head, desired: wanted, outcome }, request);
}

function refuse([first, ...others]: readonly ReconcileProblem[]): void {
  if (first !== undefined) throw new ReconcileError([first, ...others]);
}

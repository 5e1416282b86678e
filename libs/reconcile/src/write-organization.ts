import { canonicalJson } from '@rolecall/org-config';
import type { Json, OrganizationDocument } from '@rolecall/org-config';
import { diffDocuments } from './diff.ts';
import type { FieldDifference } from './diff.ts';
import { ReconcileError } from './errors.ts';
import type { ReconcileProblem } from './errors.ts';
import { namedByPatch } from './named-by-patch.ts';
import { valueIn } from './origin.ts';
import { affectedGuard, usersOf } from './limits.ts';
import type { Limits } from './limits.ts';
import { overrideAt, ownedByGit } from './owned-by-git.ts';
import { changeTo } from './prepare.ts';
import type { Change } from './prepare.ts';
import { withoutEnd } from './without-end.ts';
import { writeChange } from './write-change.ts';
import type { Impact } from './plan.ts';
import { asJson } from './renames.ts';
import type { DesiredOrganization } from './request.ts';
import { replaceGuard } from './replace-guard.ts';
import { ssoGuards } from './sso-guard.ts';
import { RevisionMovedError } from './state-store.ts';
import type { Declaration, OrganizationHead, Override, StateTransaction } from './state-store.ts';
import { deviationOf, driftOf } from './three-way.ts';

/** One document that somebody wants live without an apply: from the console, or by a call of the API. */
export interface OrganizationWrite {
  /** The whole document, checked and normalized; its name is the organization's. */
  readonly wanted: DesiredOrganization;
  /** What it was made by, a merge patch: of an override, it says which fields count though they are live so already. */
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
  /** Refuses what no collection declares (`not_declared`): no apply would take that back when the override ends. Default false. */
  readonly onlyDeclared?: boolean;
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
 * @throws ReconcileError, RevisionMovedError; nothing is written then
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
  const live = await state.document(head.id);
  const declaration = await state.declaration(head.id);
  const before = await state.overrides(head.id);
  const touched = declaration ? declaredFieldsTouched(declaration.document, live, write) : [];
  if (declaration && touched.length > 0 && override === undefined) {
    refuse(touched.map((path) => ownedByGit(name, head.collection ?? '', path, declaration.origin)));
  }
  const overrides = overridesAfter(before, touched, declaration, write, now);
  refuse(
    declaredSecrets(write, declaration).map((path) =>
      ownedByGit(name, head.collection ?? '', path, declaration?.origin),
    ),
  );
  const fields = diffDocuments(live, wanted.document);
  if (write.onlyDeclared === true) refuse(withoutEnd(name, declaration, fields));
  const step = await changeOf(state, head, live, write, fields);
  refuse([...step.problems, ...(await ssoGuards(state, [step], now)), ...(await replaceGuard(state, [step], write))]);
  const active = overrides.filter(({ expires }) => expires > now);
  const unchanged = { organization: name, revision: head.revision, fields: [], overrides: active };
  if (step.fields.length === 0 && touched.length === 0) return unchanged;
  const impact = step.fields.length === 0 ? undefined : await written(state, step, write, now);
  if (override) {
    const ending = new Set(touched);
    const beside = step.fields.flatMap(({ path }) => (ending.has(path) ? [] : [path]));
    const until = override.expires.toISOString();
    const data = { paths: touched, ...(beside.length > 0 && { beside }), reason: override.reason, until };
    await state.audit(head.id, { type: 'organization.overridden', data });
  }
  if (declaration) {
    await state.replaceOverrides(head.id, overrides);
    await state.deviate(head.id, deviationOf(declaration.document, wanted.document, overrides, now));
  }
  if (impact === undefined) return unchanged;
  const shown = step.fields.map(({ origin: _origin, ...field }) => field);
  return { organization: name, revision: head.revision + 1, fields: shown, impact, overrides: active };
}

async function written(state: StateTransaction, step: Change, write: OrganizationWrite, now: Date): Promise<Impact> {
  const { ceilings, by } = write;
  const users = await usersOf(state, { ceilings }, [step]);
  const { impact } = await writeChange(state, step, { actor: by }, now);
  refuse(affectedGuard({ ceilings }, [{ organization: step.name, impact }], users));
  return impact;
}

/** Ends overrides now, all of them or the one at `path`: the next apply takes their fields back. Tells which ended. */
export async function endOverrides(
  state: StateTransaction,
  { name, path }: { readonly name: string; readonly path?: string },
  now: Date,
): Promise<readonly Override[]> {
  const head = (await state.heads('', [name])).get(name);
  const declaration = head && (await state.declaration(head.id));
  if (head === undefined || declaration === undefined) return [];
  const all = await state.overrides(head.id);
  const ends = (override: Override) => override.expires > now && override.path === (path ?? override.path);
  const ended = all.filter(ends);
  if (ended.length === 0) return [];
  const after = all.map((override) => (ends(override) ? { ...override, expires: now } : override));
  await state.replaceOverrides(head.id, after);
  const live = await state.document(head.id);
  await state.deviate(head.id, deviationOf(declaration.document, live, after, now));
  await state.audit(head.id, { type: 'organization.override_ended', data: { paths: ended.map((one) => one.path) } });
  return ended;
}

/**
 * Declared fields that the write sets otherwise than they are declared, and than they are live. An override also counts what its
 * patch names and is live so already: one that runs gets another end, and what drifted gets one.
 */
function declaredFieldsTouched(
  declared: OrganizationDocument,
  live: OrganizationDocument,
  { wanted, override, patch }: OrganizationWrite,
) {
  const [from, to] = [asJson(live), asJson(wanted.document)];
  const isNamed = override === undefined || patch === undefined ? () => false : namedByPatch(patch);
  const textAt = (document: typeof from, path: string) => canonicalJson(valueIn(document, path) ?? null);
  const paths = driftOf(declared, wanted.document).map(({ path }) => path);
  return paths.filter((path) => isNamed(path) || textAt(from, path) !== textAt(to, path));
}

/** A secret has no value that an apply could take back: where a collection declares it, only an apply sets it. */
function declaredSecrets({ wanted }: OrganizationWrite, declaration: Declaration | undefined): readonly string[] {
  if (declaration === undefined) return [];
  const declared = asJson(declaration.document);
  return Object.keys(wanted.secrets ?? {}).filter((path) => valueIn(declared, path) !== undefined);
}

function overridesAfter(
  before: readonly Override[],
  touched: readonly string[],
  declaration: Declaration | undefined,
  { wanted, by, override }: OrganizationWrite,
  now: Date,
): readonly Override[] {
  if (declaration === undefined) return [];
  const differing = new Set(driftOf(declaration.document, wanted.document).map(({ path }) => path));
  const kept = before.filter(({ path }) => differing.has(path) && !touched.includes(path));
  const added = override ? touched.map((path) => overrideAt(path, by, override, now)) : [];
  return [...kept, ...added].sort((a, b) => (a.path < b.path ? -1 : 1));
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

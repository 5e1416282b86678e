import { appliesIn } from './plan/order.ts';
import { ReconcileError, StalePlanError } from './errors.ts';
import { fingerprintOf } from './plan/fingerprint.ts';
import { overridesOf, unmanagedOf } from './plan/besides.ts';
import { followDeclaration, perform, settleStep } from './perform.ts';
import { changesSomething, prepare, type Prepared } from './prepare.ts';
import { PLAN_FORMAT_VERSION } from './plan/plan.ts';
import type { OrganizationChange, Plan, PlanSummary } from './plan/plan.ts';
import { followPlatform, performPlatform, type PreparedPlatform, preparePlatform } from './platform/platform.ts';
import type { ReconcileRequest } from './request.ts';
import { withOrganizationHints } from './plan/rename-hints.ts';
import { guards } from './guards/guards.ts';
import { Names } from './effects/names.ts';
import { affectedGuard, usersOf } from './guards/limits.ts';
import { withFilesToSend } from './collection/partial.ts';
import { replaceGuard } from './guards/replace-guard.ts';
import { namesOf, type Resolved, resolve } from './resolve.ts';
import { ssoGuards } from './guards/sso-guard.ts';
import type { FileDigest, StateTransaction } from './state-store.ts';
import { withFilesBeside } from './collection/within.ts';

/**
 * Makes the collection's organizations what the request says and returns what that changed. The only path there is: a
 * plan is this in a transaction that is rolled back, an apply the same in one that is committed, where
 * `expectedFingerprint` lets nothing through but the plan that was reviewed.
 *
 * @throws ReconcileError with every problem found, before anything is written
 * @throws StalePlanError, RevisionMovedError when somebody else applied in between
 */
export async function reconcile(state: StateTransaction, request: ReconcileRequest, now: Date): Promise<Plan> {
  await state.collection(request.collection);
  const stored = await state.fileDigests(request.collection);
  const files = request.partial === undefined ? withKnownOrganizations(request, stored) : stored;
  const heads = await state.heads(request.collection, namesOf(request));
  const resolved = resolve(request, files, heads, stored);
  const prepared = await prepare(state, resolved.steps, request, now);
  const steps = prepared.filter(changesSomething);
  const platform = await preparePlatform(state, request);
  const owned = [...heads.values()].filter((head) => head.collection === request.collection).length;
  await refuse(state, request, { resolved, steps, platform, owned }, now);

  const absent = resolved.absent.flatMap((name) => heads.get(name) ?? []);
  const users = await usersOf(state, request, steps);
  const names = request.names === true ? new Names() : undefined;
  const changes: OrganizationChange[] = [];
  for (const step of appliesIn(steps)) changes.push(await perform(state, step, request, now, names));
  changes.sort((a, b) => (a.organization < b.organization ? -1 : 1));
  const [excess] = affectedGuard(request, changes, users);
  if (excess !== undefined) throw new ReconcileError([excess]);
  const ofPlatform = platform && (await performPlatform(state, platform, request));
  const fingerprint = fingerprintOf(changes, ofPlatform);
  if (request.expectedFingerprint !== undefined && request.expectedFingerprint !== fingerprint) {
    throw new StalePlanError(`the plan is now ${fingerprint}, the reviewed one is ${request.expectedFingerprint}`);
  }
  await recordDeclared(state, request, { resolved, prepared, files, stored, changes }, now);
  return {
    formatVersion: PLAN_FORMAT_VERSION,
    collection: request.collection,
    fingerprint,
    changes: await withOrganizationHints(state, changes, steps, absent),
    ...(ofPlatform && { platform: ofPlatform }),
    absent: resolved.absent,
    overrides: await overridesOf(state, request.collection, { heads, prepared }, now),
    unmanaged: unmanagedOf(prepared),
    summary: summaryOf(changes, resolved.unchanged + prepared.length - steps.length),
  };
}

/** What was looked into, and nothing written yet. */
interface Found {
  readonly resolved: Resolved;
  readonly steps: readonly Prepared[];
  readonly platform: PreparedPlatform | undefined;
  /** How many organizations the collection owns. */
  readonly owned: number;
}

/** Every problem at once, before anything is written. */
async function refuse(state: StateTransaction, request: ReconcileRequest, found: Found, now: Date): Promise<void> {
  const { resolved, steps, platform, owned } = found;
  const [problem, ...others] = [
    ...resolved.problems,
    ...(platform?.problems ?? []),
    ...steps.flatMap((step) => step.problems),
    ...guards(request, steps, owned),
    ...(await ssoGuards(state, steps, now)),
    ...(await replaceGuard(state, steps, request)),
  ];
  if (problem !== undefined) throw new ReconcileError([problem, ...others]);
}

/** What was done, and the files that asked for it: now, and at the last apply. */
interface Done {
  readonly resolved: Resolved;
  readonly prepared: readonly Prepared[];
  readonly files: readonly FileDigest[];
  readonly stored: readonly FileDigest[];
  readonly changes: readonly OrganizationChange[];
}

/** What is on record afterwards of all that was declared, also where nothing of it had to change. */
async function recordDeclared(
  state: StateTransaction,
  request: ReconcileRequest,
  { resolved, prepared, files, stored, changes }: Done,
  now: Date,
): Promise<void> {
  for (const step of prepared) {
    if (step.action === 'update' && !changesSomething(step)) await settleStep(state, step, request, now);
  }
  for (const one of resolved.asDeclared) await followDeclaration(state, one, request);
  await followPlatform(state, request);
  const known =
    request.partial === undefined
      ? withFilesBeside(request, files, stored)
      : withFilesToSend(stored, changes, prepared);
  await state.saveFileDigests(request.collection, known);
}

/** Nobody parsed the unchanged files: which organizations they have is known from the apply that read them. */
function withKnownOrganizations(request: ReconcileRequest, stored: readonly FileDigest[]): FileDigest[] {
  const known = new Map(stored.map((file) => [file.path, file]));
  const unchanged = new Set(request.unchangedFiles);
  return request.files.map((file) => {
    if (!unchanged.has(file.path)) return file;
    const last = known.get(file.path);
    if (last?.digest !== file.digest) throw new StalePlanError(`${file.path} is not what was applied last`);
    return last;
  });
}

function summaryOf(changes: readonly OrganizationChange[], unchanged: number): PlanSummary {
  const count = (action: OrganizationChange['action']) => changes.filter((change) => change.action === action).length;
  return {
    create: count('create'),
    update: count('update'),
    rename: count('rename'),
    delete: count('delete'),
    release: count('release'),
    adopt: count('adopt'),
    unchanged,
  };
}

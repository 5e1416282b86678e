import type { PlatformDocument } from '@rolecall/org-config';
import { diffPlatform } from '../fields/diff.ts';
import type { ReconcileProblem } from '../errors.ts';
import { ownAccess } from './own-access.ts';
import type { PlatformChange } from '../plan/plan.ts';
import type { ReconcileRequest } from '../request.ts';
import type { RevisionOrigin, StateTransaction } from '../state-store.ts';
import { withdrawn } from './withdrawn-trust.ts';
import type { WorkloadToken } from './withdrawn-trust.ts';

/** The document of the deployment as the collection wants it. The caller validated and normalized it. */
export interface DesiredPlatform {
  readonly document: PlatformDocument;
  /** sha256 (hex) of the normalized document. */
  readonly digest: string;
  /** The file that has it, as in `files`. */
  readonly file?: string;
}

/** The document of the deployment as it is. */
export interface LivePlatform {
  /** Counts from 1. */
  readonly revision: number;
  /** That applied it, and alone may apply the next one. */
  readonly collection: string;
  readonly document: PlatformDocument;
  readonly digest: string;
  readonly origin: RevisionOrigin;
}

/** The part of a transaction that is about the deployment. */
export interface PlatformState {
  /** undefined = there is none yet. */
  live(): Promise<LivePlatform | undefined>;
  /** Adds the revision after `base` (0 = none). Throws RevisionMovedError when there is one already. */
  save(base: number, next: Omit<LivePlatform, 'revision'>): Promise<void>;
  /** API tokens of jobs that are alive. In a commit the live document gives no further one from here on. */
  workloadTokens(): Promise<readonly WorkloadToken[]>;
  /** Ends these, and says so to the audit log. */
  endWorkloadTokens(tokens: readonly WorkloadToken[]): Promise<void>;
  /** The live revision stands in another file by now: no change of what is live, and no revision. */
  moveTo(file: string): Promise<void>;
}

/** A change of the deployment's document that is looked into and not yet done. */
export interface PreparedPlatform {
  readonly desired: DesiredPlatform;
  readonly change: PlatformChange;
  readonly problems: readonly ReconcileProblem[];
}

/** undefined = the request says nothing of it, or what is there already. A document that left the files changes nothing. */
export async function preparePlatform(
  { platform }: Pick<StateTransaction, 'platform'>,
  request: ReconcileRequest,
): Promise<PreparedPlatform | undefined> {
  const desired = request.platform;
  if (desired === undefined) return undefined;
  const live = await platform.live();
  const problems = [
    ...ownedByOther(request, live),
    ...declaredTwice(request, desired, live),
    ...(live?.digest === desired.digest ? [] : ownAccess(desired.document, request.by)),
  ];
  const sameOwner = live?.collection === request.collection;
  if (live && live.digest === desired.digest && sameOwner && problems.length === 0) return undefined;
  const fields = diffPlatform(live?.document, desired.document);
  const change = { action: live ? 'update' : 'create', baseRevision: live?.revision ?? 0, fields } as const;
  return { desired, change, problems };
}

/** Writes it, ends what it gives no more, and says so to the audit log. */
export async function performPlatform(
  state: StateTransaction,
  { desired, change }: PreparedPlatform,
  { collection, origin, ownAudience }: ReconcileRequest,
): Promise<PlatformChange> {
  const { document, digest, file } = desired;
  const from = file === undefined ? origin : { ...origin, file };
  const ended = withdrawn(document, await state.platform.workloadTokens(), ownAudience);
  await state.platform.save(change.baseRevision, { collection, document, digest, origin: from });
  if (ended.length === 0) return change;
  await state.platform.endWorkloadTokens(ended);
  return { ...change, endedTokens: ended.length };
}

/** Remembers the file that has what is live already: it may have come from another one, which has it no more. */
export async function followPlatform(
  { platform }: Pick<StateTransaction, 'platform'>,
  { platform: desired, collection }: ReconcileRequest,
): Promise<void> {
  if (desired?.file === undefined) return;
  const live = await platform.live();
  if (live?.collection !== collection || live.digest !== desired.digest || live.origin.file === desired.file) return;
  await platform.moveTo(desired.file);
}

function ownedByOther({ collection, adopt = false }: ReconcileRequest, live?: LivePlatform): ReconcileProblem[] {
  if (!live || live.collection === collection || adopt) return [];
  const message = `the platform document belongs to the collection "${live.collection}"; change it there, or take it with --adopt`;
  return [{ code: 'owned_by_other_collection', pointer: '/metadata/name', message }];
}

/** Nobody parsed the unchanged files: the one that has it is known from the apply that read it. */
function declaredTwice(request: ReconcileRequest, desired: DesiredPlatform, live?: LivePlatform): ReconcileProblem[] {
  const before = live?.collection === request.collection ? live.origin.file : undefined;
  if (before === undefined || before === desired.file || !request.unchangedFiles.includes(before)) return [];
  const message = `the platform document is in ${before} too; keep one of the two`;
  return [{ code: 'duplicate_platform', pointer: '/kind', message }];
}

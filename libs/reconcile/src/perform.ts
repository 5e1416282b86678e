import { releasedOverrides } from './declared/ended-overrides.ts';
import { lossOfAll, withNames } from './effects/derive.ts';
import { tokensOf, withEndedTokens } from './effects/ended-tokens.ts';
import { NO_IMPACT } from './effects/impact.ts';
import type { Names } from './effects/names.ts';
import type { OrganizationChange } from './plan/plan.ts';
import type { Change, Creation, Prepared, Removal } from './prepare.ts';
import { eventOf, originOf, revisionOf } from './declared/recorded.ts';
import { keepOverrides } from './declared/overriding.ts';
import { withLinkedUsers } from './effects/removed.ts';
import { sharedOrigins } from './effects/shared-origins.ts';
import type { ReconcileRequest } from './request.ts';
import type { AsDeclared } from './resolve.ts';
import { settle, standsElsewhere } from './declared/settle.ts';
import type { StateTransaction } from './state-store.ts';
import { writeChange } from './write-change.ts';

/** Writes one step and says what it changed, and of whom, where `names` are asked for. */
export async function perform(
  state: StateTransaction,
  step: Prepared,
  request: ReconcileRequest,
  now: Date,
  names?: Names,
): Promise<OrganizationChange> {
  switch (step.action) {
    case 'create':
      return create(state, step, request);
    case 'update':
    case 'rename':
      return change(state, step, request, now, names);
    case 'adopt':
      return adopt(state, step, request, now, names);
    case 'release':
    case 'delete':
      return remove(state, step, now, names);
  }
}

async function create(state: StateTransaction, step: Creation, request: ReconcileRequest): Promise<OrganizationChange> {
  const revision = revisionOf(step.desired, originOf(step.desired, request));
  const head = await state.create({ collection: request.collection, name: step.name, revision });
  await state.audit(head.id, { type: 'organization.created', data: { ...eventOf(head, revision), name: step.name } });
  return {
    organization: step.name,
    action: 'create',
    baseRevision: 0,
    fields: step.fields,
    impact: { ...NO_IMPACT, ...(await sharedOrigins(state, head.id, { after: revision.document })) },
  };
}

/** Takes an organization that nobody owns; one that is as declared already gets no revision. */
async function adopt(
  state: StateTransaction,
  step: Change,
  request: ReconcileRequest,
  now: Date,
  names?: Names,
): Promise<OrganizationChange> {
  const { head, name } = step;
  await state.adopt(head.id, request.collection);
  if (step.fields.length > 0) return change(state, step, request, now, names);
  await settleStep(state, step, request, now);
  await state.audit(head.id, { type: 'organization.updated', data: { adopted: true, revision: head.revision } });
  return { organization: name, action: 'adopt', baseRevision: head.revision, fields: [], impact: NO_IMPACT };
}

async function change(
  state: StateTransaction,
  step: Change,
  request: ReconcileRequest,
  now: Date,
  names?: Names,
): Promise<OrganizationChange> {
  const written = await writeChange(state, step, originOf(step.desired, request), now, names);
  await settleStep(state, step, request, now);
  return written;
}

/** Records what is declared from now on, and what of the live document is otherwise. */
export async function settleStep(
  state: StateTransaction,
  { head, desired, declares, after, overrides }: Change,
  request: ReconcileRequest,
  now: Date,
): Promise<void> {
  if (declares === undefined) return;
  const declared = { ...declares, origin: originOf(desired, request) };
  await settle(state, { head, declared, after, overrides }, now);
}

/** Of an organization that is as declared: remembers where it stands by now, in an apply. */
export async function followDeclaration(
  state: StateTransaction,
  { head, desired }: AsDeclared,
  request: ReconcileRequest,
): Promise<void> {
  const origin = originOf(desired, request);
  if (request.expectedFingerprint === undefined || !(await standsElsewhere(state, head.id, origin))) return;
  const { document, digest } = desired;
  await state.declare(head.id, { document, digest, origin }, head.deviation);
}

/** Releasing keeps the organization and everything in it, its overrides until their end; only nobody's git owns it any more. */
async function remove(state: StateTransaction, step: Removal, now: Date, names?: Names): Promise<OrganizationChange> {
  const { head, action, name } = step;
  const change = { organization: name, action, baseRevision: head.revision, fields: [] };
  if (action === 'release') {
    const overrides = head.deviation?.driftsAt === undefined ? [] : await releasedOverrides(state, head);
    await state.release(head.id);
    const released = { head, declaration: undefined, live: step.before };
    await keepOverrides(state, released, { before: [], after: overrides }, now);
    await state.audit(head.id, { type: 'organization.updated', data: { released: true, revision: head.revision } });
    return { ...change, impact: NO_IMPACT };
  }
  const providers = Object.keys(step.before.spec.identityProviders ?? {});
  const loss = await lossOfAll(state, head.id, names);
  const ended = await state.signIns.endDirectoryTokens(head.id, tokensOf(step.before));
  const removedIdentityProviders = await withLinkedUsers(state, head.id, providers);
  const lost = await withNames(state, head.id, loss.result({ removedIdentityProviders }), names);
  const impact = withEndedTokens(lost, ended);
  await state.audit(head.id, { type: 'organization.deleted', data: { name, revision: head.revision } });
  await state.delete(head.id);
  return { ...change, impact };
}

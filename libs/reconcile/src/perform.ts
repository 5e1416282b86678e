import type { OrganizationDocument } from '@rolecall/org-config';
import { lossOfAll, rederive } from './derive.ts';
import type { Removed } from './derive.ts';
import { diffDocuments } from './diff.ts';
import type { ReconcileProblem } from './errors.ts';
import { NO_IMPACT } from './impact.ts';
import type { FieldChange, Impact, OrganizationChange } from './plan.ts';
import { entryRenames } from './renames.ts';
import type { EntryRename } from './renames.ts';
import type { DesiredOrganization, ReconcileRequest } from './request.ts';
import type { Step } from './resolve.ts';
import { secretChanges } from './secret-changes.ts';
import type { SecretsWanted } from './secret-changes.ts';
import type { EndedTokens, NewRevision, OrganizationHead, StateTransaction } from './state-store.ts';

interface Common {
  readonly name: string;
  readonly problems: readonly ReconcileProblem[];
}
interface Creation extends Common {
  readonly action: 'create';
  readonly desired: DesiredOrganization;
  readonly secretFields: readonly FieldChange[];
}
interface Change extends Common {
  readonly action: 'update' | 'rename' | 'adopt';
  readonly desired: DesiredOrganization;
  readonly head: OrganizationHead;
  readonly before: OrganizationDocument;
  readonly renames: readonly EntryRename[];
  readonly secretFields: readonly FieldChange[];
}
interface Removal extends Common {
  readonly action: 'release' | 'delete';
  readonly head: OrganizationHead;
  readonly before: OrganizationDocument;
}

/** A step with all that it needs to know; nothing is written yet. */
export type Prepared = Creation | Change | Removal;

/** Reads the live documents that the steps need, and finds what only they can tell. */
export async function prepare(
  state: StateTransaction,
  steps: readonly Step[],
  request: SecretsWanted,
): Promise<readonly Prepared[]> {
  const prepared: Prepared[] = [];
  for (const step of steps) prepared.push(await prepareOne(state, step, request));
  return prepared;
}

/** False for an organization that was looked into for its secrets alone, and they are what is stored. */
export function changesSomething(step: Prepared): boolean {
  if (step.action !== 'update' || step.desired.digest !== step.head.digest) return true;
  return step.secretFields.length > 0 || step.problems.length > 0;
}

async function prepareOne(state: StateTransaction, step: Step, request: SecretsWanted): Promise<Prepared> {
  if (step.kind === 'create') {
    const { desired } = step;
    const { fields, problems } = await secretChanges(state, request, desired);
    return { action: 'create', name: desired.document.metadata.name, desired, secretFields: fields, problems };
  }
  const { head } = step;
  const before = await state.document(head.id);
  if (step.kind === 'absent') {
    const action = head.deletionPolicy === 'delete' ? 'delete' : 'release';
    return { action, name: head.name, head, before, problems: [] };
  }
  const { desired } = step;
  const { name } = desired.document.metadata;
  const action = actionOn(head, name);
  const { renames, problems } = entryRenames(before, desired.document);
  const secrets = await secretChanges(state, request, desired, { head, before, renames });
  const all = [...problems, ...secrets.problems];
  return { action, name, desired, head, before, renames, secretFields: secrets.fields, problems: all };
}

function actionOn(head: OrganizationHead, name: string): Change['action'] {
  if (head.name !== name) return 'rename';
  return head.collection === undefined ? 'adopt' : 'update';
}

/** Writes one step and says what it changed. */
export async function perform(
  state: StateTransaction,
  step: Prepared,
  request: ReconcileRequest,
  now: Date,
): Promise<OrganizationChange> {
  switch (step.action) {
    case 'create':
      return create(state, step, request);
    case 'update':
    case 'rename':
      return change(state, step, request, now);
    case 'adopt':
      return adopt(state, step, request, now);
    case 'release':
    case 'delete':
      return remove(state, step);
  }
}

async function create(state: StateTransaction, step: Creation, request: ReconcileRequest): Promise<OrganizationChange> {
  const revision = revisionOf(step.desired, request);
  const head = await state.create({ collection: request.collection, name: step.name, revision });
  await state.audit(head.id, { type: 'organization.created', data: { ...eventOf(head, revision), name: step.name } });
  return {
    organization: step.name,
    action: 'create',
    baseRevision: 0,
    fields: fieldsOf(undefined, step.desired.document, step.secretFields),
    impact: NO_IMPACT,
  };
}

/** Takes an organization that nobody owns; one that is as declared already gets no revision. */
async function adopt(
  state: StateTransaction,
  step: Change,
  request: ReconcileRequest,
  now: Date,
): Promise<OrganizationChange> {
  const { head, name, desired } = step;
  await state.adopt(head.id, request.collection);
  if (head.digest !== desired.digest || step.secretFields.length > 0) return change(state, step, request, now);
  await state.audit(head.id, { type: 'organization.updated', data: { adopted: true, revision: head.revision } });
  return { organization: name, action: 'adopt', baseRevision: head.revision, fields: [], impact: NO_IMPACT };
}

async function change(
  state: StateTransaction,
  step: Change,
  request: ReconcileRequest,
  now: Date,
): Promise<OrganizationChange> {
  const { head, before, desired, renames } = step;
  const previousName = step.action === 'rename' ? head.name : undefined;
  const removed = await removedBy(state, step);
  if (previousName !== undefined) {
    await state.rename(head.id, step.name);
    const data = { revision: head.revision, from: previousName, to: step.name };
    await state.audit(head.id, { type: 'organization.renamed', data });
  }
  for (const { map, from, to } of renames) {
    if (map === '/spec/identityProviders') await state.renameIdentityProvider(head.id, from, to);
    if (map === '/spec/scim/tokens') await state.renameDirectoryToken(head.id, from, to);
  }
  const ended = await state.endDirectoryTokens(head.id, undeclaredTokens(step));
  for (const name of providersWithNewSecret(step.secretFields)) await state.forgetEvidence(head.id, name);
  const revision = revisionOf(desired, request);
  const next = await state.addRevision(head.id, head.revision, revision);
  const fields = fieldsOf(before, desired.document, step.secretFields);
  const paths = fields.map((field) => field.path);
  const adopted = step.action === 'adopt' ? true : undefined;
  await state.audit(head.id, { type: 'organization.updated', data: { ...eventOf(next, revision), paths, adopted } });
  const after = desired.document;
  const policyChange = {
    organizationId: head.id,
    before,
    after,
    revision: next.revision,
    renames,
    removed,
  };
  const impact = withEndedTokens(await rederive(state, policyChange, now), ended);
  return {
    organization: step.name,
    action: step.action,
    ...(previousName === undefined ? {} : { previousName }),
    baseRevision: head.revision,
    fields,
    impact,
  };
}

/** Releasing keeps the organization and everything in it; only nobody's git owns it any more. */
async function remove(state: StateTransaction, step: Removal): Promise<OrganizationChange> {
  const { head, action, name } = step;
  const change = { organization: name, action, baseRevision: head.revision, fields: [] };
  if (action === 'release') {
    await state.release(head.id);
    await state.audit(head.id, { type: 'organization.updated', data: { released: true, revision: head.revision } });
    return { ...change, impact: NO_IMPACT };
  }
  const providers = Object.keys(step.before.spec.identityProviders ?? {});
  const loss = await lossOfAll(state, head.id);
  const ended = await state.endDirectoryTokens(head.id, tokensOf(step.before));
  const removedIdentityProviders = await withLinkedUsers(state, head.id, providers);
  const impact = withEndedTokens(loss.result({ removedIdentityProviders }), ended);
  await state.audit(head.id, { type: 'organization.deleted', data: { name, revision: head.revision } });
  await state.delete(head.id);
  return { ...change, impact };
}

async function removedBy(state: StateTransaction, step: Change): Promise<Removed> {
  const removedIdentityProviders = await removedProviders(state, step);
  const { head, before, desired } = step;
  return { removedIdentityProviders, ...(await removedDirectory(state, head.id, before, desired.document)) };
}

async function removedDirectory(
  state: StateTransaction,
  organizationId: string,
  before: OrganizationDocument,
  after: OrganizationDocument,
): Promise<Pick<Removed, 'removedDirectory'>> {
  if (before.spec.scim === undefined || after.spec.scim !== undefined) return {};
  const users = await state.directoryUsers(organizationId);
  return users === 0 ? {} : { removedDirectory: { users } };
}

async function removedProviders(state: StateTransaction, step: Change): Promise<Impact['removedIdentityProviders']> {
  const stays = new Set(Object.keys(step.desired.document.spec.identityProviders ?? {}));
  const moved = new Set(step.renames.filter((it) => it.map === '/spec/identityProviders').map((it) => it.from));
  const names = Object.keys(step.before.spec.identityProviders ?? {});
  return withLinkedUsers(
    state,
    step.head.id,
    names.filter((name) => !stays.has(name) && !moved.has(name)),
  );
}

/** Names under which tokens may be alive that go on under none. */
function undeclaredTokens({ before, desired, renames }: Change): readonly string[] {
  const stays = new Set(tokensOf(desired.document));
  const moved = new Set(renames.filter((it) => it.map === '/spec/scim/tokens').map((it) => it.from));
  return tokensOf(before).filter((name) => !stays.has(name) && !moved.has(name));
}

function tokensOf({ spec }: OrganizationDocument): readonly string[] {
  return Object.keys(spec.scim?.tokens ?? {});
}

function withEndedTokens(impact: Impact, ended: readonly EndedTokens[]): Impact {
  return ended.length === 0 ? impact : { ...impact, endedDirectoryTokens: ended };
}

async function withLinkedUsers(state: StateTransaction, organizationId: string, providers: readonly string[]) {
  const counted: { identityProvider: string; linkedUsers: number }[] = [];
  for (const identityProvider of [...providers].sort()) {
    counted.push({ identityProvider, linkedUsers: await state.linkedUsers(organizationId, identityProvider) });
  }
  return counted;
}

/** What was proved with the old client secret says nothing of the new one. */
function providersWithNewSecret(fields: readonly FieldChange[]): readonly string[] {
  return fields.flatMap(({ path }) => /^\/spec\/identityProviders\/([^/]+)\/clientSecret$/.exec(path)?.[1] ?? []);
}

function revisionOf(desired: DesiredOrganization, request: ReconcileRequest): NewRevision {
  const { document, digest, file, identityProviders } = desired;
  const origin = file === undefined ? request.origin : { ...request.origin, file };
  return { document, digest, origin, identityProviders };
}

function eventOf(head: OrganizationHead, { digest, origin }: NewRevision): Record<string, unknown> {
  const { file, commit, repository } = origin;
  return { revision: head.revision, digest, file, commit, repository };
}

/** What the change itself says already is no field: the name, and the envelope that is the same in every document. */
const SAID_ALREADY = new Set(['/apiVersion', '/kind', '/metadata/name']);

function fieldsOf(
  before: OrganizationDocument | undefined,
  after: OrganizationDocument,
  secretFields: readonly FieldChange[],
): FieldChange[] {
  const fields = diffDocuments(before, after).filter((field) => !SAID_ALREADY.has(field.path));
  return [...fields, ...secretFields].sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
}

import type { OrganizationDocument } from '@rolecall/org-config';
import { lossOfAll, rederive } from './derive.ts';
import type { Removed } from './derive.ts';
import { diffDocuments } from './diff.ts';
import { StalePlanError } from './errors.ts';
import type { ReconcileProblem } from './errors.ts';
import { NO_IMPACT } from './impact.ts';
import { outcomeOf, refusalsOf } from './outcome.ts';
import type { Outcome } from './outcome.ts';
import type { FieldChange, Impact, OrganizationChange } from './plan.ts';
import { withRenameHints } from './rename-hints.ts';
import { entryRenames } from './renames.ts';
import type { EntryRename } from './renames.ts';
import type { DesiredOrganization, ReconcileRequest } from './request.ts';
import type { AsDeclared, Step } from './resolve.ts';
import { secretChanges } from './secret-changes.ts';
import type { SecretsWanted } from './secret-changes.ts';
import { settle, standsElsewhere } from './settle.ts';
import type {
  EndedTokens,
  NewRevision,
  OrganizationHead,
  Override,
  RevisionOrigin,
  StateTransaction,
} from './state-store.ts';

interface Common {
  readonly name: string;
  readonly problems: readonly ReconcileProblem[];
}
/** What leaves an organization, with the document that is live afterwards: what is declared, and what nobody declares. */
interface Kept extends Common {
  readonly desired: DesiredOrganization;
  readonly after: OrganizationDocument;
  /** All that differs, secrets included; sorted by path. */
  readonly fields: readonly FieldChange[];
  readonly secretFields: readonly FieldChange[];
}
interface Creation extends Kept {
  readonly action: 'create';
}
/** Of an organization that exists. */
export interface Change extends Kept {
  readonly action: 'update' | 'rename' | 'adopt';
  readonly head: OrganizationHead;
  readonly before: OrganizationDocument;
  /** `documentDigest(after)`. */
  readonly digest: string;
  /** What is on record as declared from now on. `desired` unless that was not read from a file; undefined = nothing is. */
  readonly declares: Pick<DesiredOrganization, 'document' | 'digest'> | undefined;
  readonly renames: readonly EntryRename[];
  readonly unmanaged: readonly string[];
  /** Those on record, ended ones too. */
  readonly overrides: readonly Override[];
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
  request: ReconcileRequest,
  now: Date,
): Promise<readonly Prepared[]> {
  const prepared: Prepared[] = [];
  for (const step of steps) prepared.push(await prepareOne(state, step, request, now));
  return prepared;
}

/** False for an organization that was looked into and is as it shall be: for its secrets, its overrides, or what it has beside. */
export function changesSomething(step: Prepared): boolean {
  return step.action !== 'update' || step.fields.length > 0 || step.problems.length > 0;
}

async function prepareOne(
  state: StateTransaction,
  step: Step,
  request: ReconcileRequest,
  now: Date,
): Promise<Prepared> {
  if (step.kind === 'absent') {
    const { head } = step;
    const action = step.release !== true && head.deletionPolicy === 'delete' ? 'delete' : 'release';
    return { action, name: head.name, head, before: await state.document(head.id), problems: [] };
  }
  const { desired } = step;
  const { document } = desired;
  const { name } = document.metadata;
  if (step.kind === 'create') {
    const { fields: secretFields, problems } = await secretChanges(state, request, desired);
    const differences = diffDocuments(undefined, document).map((field) => ({ ...field, origin: 'git' as const }));
    const fields = fieldsOf(differences, secretFields);
    return { action: 'create', name, desired, after: document, fields, secretFields, problems };
  }
  const { head } = step;
  const outcome = await outcomeOf(state, head, desired, request, now);
  const { preparedFor = outcome.digest } = desired;
  if (preparedFor !== outcome.digest) throw new StalePlanError(`${name} changed while the request was prepared`);
  const change = await changeTo(state, { head, desired, outcome }, request);
  const problems = [...change.problems, ...refusalsOf(outcome, desired, request, now)];
  return { ...change, action: actionOn(head, name), problems };
}

/** One organization that exists, with what it becomes. */
export interface Intent {
  readonly head: OrganizationHead;
  readonly desired: DesiredOrganization;
  readonly outcome: Outcome;
}

/** Looks for what the change of a document brings along: renamed entries and new secrets. An update, for the time being. */
export async function changeTo(
  state: StateTransaction,
  { head, desired, outcome }: Intent,
  request: SecretsWanted,
): Promise<Change> {
  const { live: before, after, digest, unmanaged, overrides } = outcome;
  const { renames, problems } = entryRenames(before, after);
  const secrets = await secretChanges(state, request, { ...desired, document: after }, { head, before, renames });
  return {
    action: 'update',
    name: after.metadata.name,
    desired,
    head,
    before,
    after,
    digest,
    declares: outcome.declares,
    renames,
    unmanaged,
    overrides,
    fields: fieldsOf(outcome.fields, secrets.fields),
    secretFields: secrets.fields,
    problems: [...problems, ...secrets.problems],
  };
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
  const revision = revisionOf(step.desired, originOf(step.desired, request));
  const head = await state.create({ collection: request.collection, name: step.name, revision });
  await state.audit(head.id, { type: 'organization.created', data: { ...eventOf(head, revision), name: step.name } });
  return {
    organization: step.name,
    action: 'create',
    baseRevision: 0,
    fields: step.fields,
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
  const { head, name } = step;
  await state.adopt(head.id, request.collection);
  if (step.fields.length > 0) return change(state, step, request, now);
  await settleStep(state, step, request, now);
  await state.audit(head.id, { type: 'organization.updated', data: { adopted: true, revision: head.revision } });
  return { organization: name, action: 'adopt', baseRevision: head.revision, fields: [], impact: NO_IMPACT };
}

async function change(
  state: StateTransaction,
  step: Change,
  request: ReconcileRequest,
  now: Date,
): Promise<OrganizationChange> {
  const written = await writeChange(state, step, originOf(step.desired, request), now);
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

/** Makes the step's document live, with all that follows from it. The one way in which a document changes. */
export async function writeChange(
  state: StateTransaction,
  step: Change,
  origin: RevisionOrigin,
  now: Date,
): Promise<OrganizationChange> {
  const { head, before, after, digest, desired, renames, fields } = step;
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
  const { lines: _, ...shortOrigin } = origin;
  const revision = revisionOf({ ...desired, document: after, digest }, shortOrigin);
  const next = await state.addRevision(head.id, head.revision, revision);
  const paths = fields.map((field) => field.path);
  const adopted = step.action === 'adopt' ? true : undefined;
  await state.audit(head.id, { type: 'organization.updated', data: { ...eventOf(next, revision), paths, adopted } });
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
  const { head, before, after } = step;
  return { removedIdentityProviders, ...(await removedDirectory(state, head.id, before, after)) };
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
  const stays = new Set(Object.keys(step.after.spec.identityProviders ?? {}));
  const moved = new Set(step.renames.filter((it) => it.map === '/spec/identityProviders').map((it) => it.from));
  const names = Object.keys(step.before.spec.identityProviders ?? {});
  return withLinkedUsers(
    state,
    step.head.id,
    names.filter((name) => !stays.has(name) && !moved.has(name)),
  );
}

/** Names under which tokens may be alive that go on under none. */
function undeclaredTokens({ before, after, renames }: Change): readonly string[] {
  const stays = new Set(tokensOf(after));
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

function originOf({ file, lines }: DesiredOrganization, { origin }: ReconcileRequest): RevisionOrigin {
  return { ...origin, ...(file === undefined ? {} : { file }), ...(lines === undefined ? {} : { lines }) };
}

function revisionOf(desired: DesiredOrganization, origin: RevisionOrigin): NewRevision {
  const { document, digest, identityProviders } = desired;
  return { document, digest, origin, identityProviders };
}

function eventOf(head: OrganizationHead, { digest, origin }: NewRevision): Record<string, unknown> {
  const { file, commit, repository } = origin;
  return { revision: head.revision, digest, file, commit, repository };
}

/** What the change itself says already is no field: the name, and the envelope that is the same in every document. */
const SAID_ALREADY = new Set(['/apiVersion', '/kind', '/metadata/name']);

function fieldsOf(fields: readonly FieldChange[], secretFields: readonly FieldChange[]): readonly FieldChange[] {
  const shown = fields.filter((field) => !SAID_ALREADY.has(field.path));
  const all = [...shown, ...secretFields].sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
  return withRenameHints(all);
}

import type { OrganizationDocument } from '@rolecall/org-config';
import { diffDocuments } from './fields/diff.ts';
import { StalePlanError } from './errors.ts';
import type { ReconcileProblem } from './errors.ts';
import { outcomeOf, refusalsOf } from './declared/outcome.ts';
import type { Outcome } from './declared/outcome.ts';
import type { FieldChange } from './plan/plan.ts';
import { withRenameHints } from './plan/rename-hints.ts';
import { entryRenames } from './fields/renames.ts';
import type { EntryRename } from './fields/renames.ts';
import type { DesiredOrganization, ReconcileRequest } from './request.ts';
import type { Step } from './resolve.ts';
import { secretChanges } from './secrets/secret-changes.ts';
import type { SecretsWanted } from './secrets/secret-changes.ts';
import type { OrganizationHead, Override, StateTransaction } from './state-store.ts';

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
export interface Creation extends Kept {
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
export interface Removal extends Common {
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

/** What the change itself says already is no field: the name, and the envelope that is the same in every document. */
const SAID_ALREADY = new Set(['/apiVersion', '/kind', '/metadata/name']);

function fieldsOf(fields: readonly FieldChange[], secretFields: readonly FieldChange[]): readonly FieldChange[] {
  const shown = fields.filter((field) => !SAID_ALREADY.has(field.path));
  const all = [...shown, ...secretFields].sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
  return withRenameHints(all);
}

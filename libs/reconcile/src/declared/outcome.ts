import { checkDocument, documentDigest, testOutcomes } from '@rolecall/org-config';
import type { OrganizationDocument } from '@rolecall/org-config';
import { pointerTo } from '../fields/address.ts';
import { formerNames, valueIn } from './origin.ts';
import { asJson, entryRenames } from '../fields/renames.ts';
import { pathOf } from '../plan/render-plan.ts';
import type { ReconcileProblem } from '../errors.ts';
import { declaredIn, recordsOf } from './overriding.ts';
import type { FieldChange } from '../plan/plan.ts';
import type { DesiredOrganization, ReconcileRequest } from '../request.ts';
import type { Declaration, OrganizationHead, Override, StateTransaction } from '../state-store.ts';
import { activePaths, compareThreeWay, entriesBeside, formersOf, takenBack } from './three-way.ts';
import type { ThreeDocuments } from './three-way.ts';
import { withoutUndeclared } from './undeclared.ts';

/** What an apply would make of one organization that exists, nothing of it written. */
export interface Outcome {
  readonly live: OrganizationDocument;
  readonly after: OrganizationDocument;
  /** `documentDigest(after)`. */
  readonly digest: string;
  /** What is on record as declared from then on; undefined = nothing is, until files are read. */
  readonly declares: Declared | undefined;
  /** What was until now. */
  readonly declaredBefore: OrganizationDocument | undefined;
  readonly fields: readonly FieldChange[];
  readonly unmanaged: readonly string[];
  /** Every override on record, ended ones too; of a renamed entry, at the place that it gets. */
  readonly overrides: readonly Override[];
}

type Rules = Pick<ReconcileRequest, 'unmanaged' | 'conflicts' | 'partial'>;
type Declared = Pick<DesiredOrganization, 'document' | 'digest'>;

/**
 * Compares what is declared with what was declared last and with what is live. An organization that no collection owned
 * has no earlier declaration: everything that differs comes from git then, and what is not declared stays.
 */
export async function outcomeOf(
  state: StateTransaction,
  head: OrganizationHead,
  declared: Declared,
  rules: Rules,
  now: Date,
): Promise<Outcome> {
  const live = await state.document(head.id);
  // as declared last to the byte: what is live is what was declared, and nobody has to say so
  const asDeclared = head.collection !== undefined && head.appliedDigest === head.digest;
  const declaration: Pick<Declaration, 'document'> | undefined = asDeclared
    ? { document: live }
    : await state.declaration(head.id);
  const stored = head.deviation?.driftsAt === undefined ? [] : await state.overrides(head.id);
  const stands = carriedAlong(stored, live, declared.document);
  const documents = { declaredBefore: declaration?.document, declared: declared.document, live };
  const overridden = activePaths(stands, now);
  const merging = { dropUnmanaged: rules.unmanaged === 'delete', formers: formersOf(stands) };
  const three = compareThreeWay(documents, { ...merging, overridden });
  const declares = rules.partial?.fromServer ? declaredFromServer(documents) : declared;
  const unmanaged =
    declares === declared || declares === undefined
      ? three.unmanaged
      : entriesBeside(three.after, declares.document, overridden);
  const { declaredBefore } = documents;
  const base = stored.length === 0 ? live : withoutOverrides(documents, stored, merging.dropUnmanaged);
  const said = declares ?? { document: declaredIn(undefined, live) };
  const overrides = recordsOf(stands, { declared: said.document, base, wanted: three.after });
  return { live, ...three, unmanaged, digest: documentDigest(three.after), declares, declaredBefore, overrides };
}

/** What the apply would have made if there had never been an override: files may declare other fields by now. */
function withoutOverrides(
  { declaredBefore, declared, live }: ThreeDocuments,
  overrides: readonly Override[],
  dropUnmanaged: boolean,
): OrganizationDocument {
  const before = declaredIn(declaredBefore && { document: declaredBefore }, live);
  const base = takenBack(before, live, overrides).after;
  return compareThreeWay({ declaredBefore, declared, live: base }, { overridden: new Set(), dropUnmanaged }).after;
}

/** An override is of its entry: where that gets another key, it goes on there until its end. */
function carriedAlong(
  overrides: readonly Override[],
  live: OrganizationDocument,
  declared: OrganizationDocument,
): readonly Override[] {
  if (overrides.length === 0) return overrides;
  const moves = entryRenames(live, declared).renames.map(({ map, from, to }) => [
    pointerTo(map, from),
    pointerTo(map, to),
  ]);
  const moved = (path: string) => {
    const [from = '', to = ''] = moves.find(([before]) => path === before || path.startsWith(`${before}/`)) ?? [];
    return `${to}${path.slice(from.length)}`;
  };
  return overrides
    .map((override) => {
      const former = override.former && { ...override.former, at: moved(override.former.at) };
      return { ...override, path: moved(override.path), ...(former && { former }) };
    })
    .toSorted((a, b) => (a.path < b.path ? -1 : 1));
}

/** Whoever made a part keeps it. Where no collection declared anything yet, only files say what is git's. */
function declaredFromServer(documents: ThreeDocuments): Declared | undefined {
  return documents.declaredBefore && withoutUndeclared(documents);
}

/** Declared as at the last apply, and nobody changed what was declared or added an entry: nothing has to be compared. */
export function isAsDeclared(head: OrganizationHead, { digest }: Pick<Declared, 'digest'>): boolean {
  const { collection, appliedDigest, deviation } = head;
  return collection !== undefined && deviation === undefined && appliedDigest === digest;
}

/**
 * The document that is live after an apply, with its digest: what identity providers are prepared for. One that is as
 * declared is not read, unless a secret of it may be another; only its digest is the live one's then.
 */
export async function documentAfter(
  state: StateTransaction,
  head: OrganizationHead,
  declared: Declared,
  rules: Rules & { readonly withSecrets: boolean },
  now: Date,
): Promise<Declared> {
  if (isAsDeclared(head, declared) && !rules.withSecrets) return { document: declared.document, digest: head.digest };
  const { after: document, digest } = await outcomeOf(state, head, declared, rules, now);
  return { document, digest };
}

/** Why an outcome must not be: conflicts, entries that nobody declared where none may be, unowned parts that do not fit. */
export function refusalsOf(
  outcome: Outcome,
  { document, digest }: Declared,
  { conflicts = 'refuse', unmanaged = 'report' }: Rules,
  now: Date,
): readonly ReconcileProblem[] {
  const organization = document.metadata.name;
  const conflicting = outcome.fields.filter(({ origin }) => origin === 'conflict' && conflicts === 'refuse');
  return [
    ...conflicting.map(({ path }) => conflictAt(organization, path, wasDeclared(outcome, document, path))),
    ...(unmanaged === 'fail' ? outcome.unmanaged.map((path) => unmanagedAt(organization, path)) : []),
    ...(outcome.digest === digest ? [] : misfits(outcome.after, organization, now)),
  ];
}

function wasDeclared({ declaredBefore }: Outcome, declared: OrganizationDocument, path: string): boolean {
  if (declaredBefore === undefined) return false;
  return valueIn(asJson(declaredBefore), path, formerNames(declaredBefore, declared)) !== undefined;
}

function conflictAt(organization: string, path: string, declaredBefore: boolean): ReconcileProblem {
  if (!declaredBefore) {
    const message = `${organization}: ${pathOf(path)} is declared for the first time, and was set otherwise on the server; make the file say what is live, or take what is declared with --conflicts git`;
    return { code: 'conflict', organization, pointer: path, message };
  }
  const message = `${organization}: ${pathOf(path)} is declared otherwise than at the last apply, and was changed on the server as well; take what is declared with --conflicts git, or take over what is live with "rolecall drift --write"`;
  return { code: 'conflict', organization, pointer: path, message };
}

function unmanagedAt(organization: string, path: string): ReconcileProblem {
  const message = `${organization} has ${pathOf(path)}, which no file declares; declare it ("rolecall drift --write"), or remove it with "unmanaged: delete"`;
  return { code: 'unmanaged_entries', organization, pointer: path, message };
}

/** The parts that nobody declared were checked with what was declared then: now they may refer to what is gone. */
function misfits(after: OrganizationDocument, organization: string, now: Date): readonly ReconcileProblem[] {
  const { document, diagnostics } = checkDocument(after, '');
  const errors = diagnostics.filter(({ severity }) => severity === 'error');
  const problem = (pointer: string | undefined, why: string): ReconcileProblem => ({
    code: 'unowned_parts_invalid',
    organization,
    ...(pointer === undefined ? {} : { pointer }),
    message: `with what ${organization} has beside the files, ${why}; change or remove the part that no file declares`,
  });
  if (document === undefined) return errors.map(({ pointer, message }) => problem(pointer, message));
  return [...testOutcomes(document, now)]
    .filter(({ passed }) => !passed)
    .map(({ name, pointer, wanted, got }) => problem(pointer, `the test "${name}" wants ${wanted}, and gets ${got}`));
}

import type { ReconcileProblem } from './errors.ts';
import { isAsDeclared } from './declared/outcome.ts';
import { removalsOf } from './collection/partial.ts';
import type { DesiredOrganization, ReconcileRequest } from './request.ts';
import type { FileDigest, OrganizationHead } from './state-store.ts';
import { isMissing } from './collection/within.ts';

/** What has to happen with one organization, before anybody looked into its document. */
export type Step =
  | { readonly kind: 'create'; readonly desired: DesiredOrganization }
  | { readonly kind: 'change'; readonly desired: DesiredOrganization; readonly head: OrganizationHead }
  | {
      readonly kind: 'absent';
      readonly head: OrganizationHead;
      /** Given up and never deleted. */
      readonly release?: true;
    };

export interface AsDeclared {
  readonly head: OrganizationHead;
  readonly desired: DesiredOrganization;
}

export interface Resolved {
  readonly steps: readonly Step[];
  readonly unchanged: number;
  /** Sent, and declared as at the last apply: nothing has to happen with them. */
  readonly asDeclared: readonly AsDeclared[];
  /** Owned, not in the input, and kept. Sorted. */
  readonly absent: readonly string[];
  readonly problems: readonly ReconcileProblem[];
}

type Heads = ReadonlyMap<string, OrganizationHead>;

/** Every organization name that the request speaks of, old names included. */
export function namesOf(request: ReconcileRequest): string[] {
  const { organizations, partial = {} } = request;
  const named = organizations.flatMap(({ document: { metadata } }) => [metadata.name, ...(metadata.previously ?? [])]);
  return [...named, ...(partial.release ?? []), ...(partial.prune ?? [])];
}

/**
 * Matches the input with what exists, by name and by `previously`. Never touches what the collection does not own.
 * `files` are the request's, with the organizations of the unchanged ones filled in; `stored` those of the last apply.
 */
export function resolve(
  request: ReconcileRequest,
  files: readonly FileDigest[],
  heads: Heads,
  stored: readonly FileDigest[],
): Resolved {
  const unsent = organizationsOf(files, request.unchangedFiles);
  const input = new Set([...unsent, ...request.organizations.map(({ document }) => document.metadata.name)]);
  const twice = duplicates(request, unsent);
  const problems = [...twice.values()];
  const steps: Step[] = [];
  const asDeclared: AsDeclared[] = [];
  const kept = new Set(unsent.map((name) => heads.get(name)?.id));
  for (const desired of request.organizations) {
    if (twice.has(desired)) continue;
    const match = matchOne(request, desired, heads, input);
    if ('code' in match) problems.push(match);
    else if (match.head === undefined) steps.push({ kind: 'create', desired });
    else if (kept.has(match.head.id)) problems.push(claimedTwice(desired, match.head.name));
    else {
      kept.add(match.head.id);
      if (!isAsDeclared(match.head, desired) || hasSecrets(desired))
        steps.push({ kind: 'change', desired, head: match.head });
      else asDeclared.push({ desired, head: match.head });
    }
  }
  if (request.partial !== undefined) {
    const unchanged = request.organizations.length - steps.length - problems.length;
    const removals = removalsOf(request, heads);
    return {
      steps: [...steps, ...removals.steps],
      unchanged,
      asDeclared,
      absent: [],
      problems: [...problems, ...removals.problems],
    };
  }
  const isAbsent = isMissing(request, stored);
  const absent = [...new Map([...heads.values()].map((head) => [head.id, head])).values()]
    .filter((head) => head.collection === request.collection && !kept.has(head.id) && isAbsent(head.name))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  const unchanged = unsent.length + request.organizations.length - steps.length - problems.length;
  if (!request.prune) return { steps, unchanged, asDeclared, absent: absent.map((head) => head.name), problems };
  const pruned = absent.map((head): Step => ({ kind: 'absent', head }));
  return { steps: [...steps, ...pruned], unchanged, asDeclared, absent: [], problems };
}

/** Only a look at what is stored tells whether a secret is another one now. */
function hasSecrets({ secrets = {} }: DesiredOrganization): boolean {
  return Object.keys(secrets).length > 0;
}

/** The organization that a document speaks of: by its name, else by a previous one. No head = it is new. */
function matchOne(
  request: ReconcileRequest,
  desired: DesiredOrganization,
  heads: Heads,
  input: ReadonlySet<string>,
): { head: OrganizationHead | undefined } | ReconcileProblem {
  const { collection } = request;
  const { name, previously = [] } = desired.document.metadata;
  const declared = previously.find((old) => old !== name && input.has(old));
  if (declared !== undefined) return conflict(name, declared, `"${declared}" is declared as well`);
  const current = heads.get(name);
  const earlier = previously.flatMap((old) => heads.get(old) ?? []);
  if (current !== undefined) {
    const rival = earlier.find((head) => head.id !== current.id && head.collection === collection);
    return rival === undefined ? ownedBy(request, name, current) : conflict(name, rival.name, 'both exist');
  }
  const [old, another] = [...new Map(earlier.map((head) => [head.id, head])).values()];
  if (old === undefined) return { head: undefined };
  if (another !== undefined) return conflict(name, old.name, `so does "${another.name}", which is named too`);
  return ownedBy(request, name, old);
}

/** Only what the collection owns is touched, and with `adopt` what nobody owns, under the name that it has. */
function ownedBy(
  { collection, adopt = false }: ReconcileRequest,
  organization: string,
  head: OrganizationHead,
): { head: OrganizationHead } | ReconcileProblem {
  if (head.collection === collection) return { head };
  if (head.collection === undefined) {
    if (adopt && head.name === organization) return { head };
    const how =
      head.name === organization
        ? `take it into "${collection}" with --adopt`
        : 'adopt it under its name first (--adopt), then rename it';
    const message = `"${head.name}" exists and no collection owns it; ${how}`;
    return { code: 'needs_adopt', organization, pointer: '/metadata/name', message };
  }
  const message = `"${head.name}" belongs to the collection "${head.collection}"; change it there, or release it there first`;
  return { code: 'owned_by_other_collection', organization, pointer: '/metadata/name', message };
}

function conflict(organization: string, old: string, why: string): ReconcileProblem {
  const message = `"${organization}" cannot take over from "${old}": ${why}; remove one of the two`;
  return { code: 'rename_conflict', organization, pointer: '/metadata/previously', message };
}

function claimedTwice(desired: DesiredOrganization, old: string): ReconcileProblem {
  return conflict(desired.document.metadata.name, old, 'another document names it as well');
}

function duplicates(request: ReconcileRequest, unsent: readonly string[]): Map<DesiredOrganization, ReconcileProblem> {
  const seen = new Set(unsent);
  const twice = new Map<DesiredOrganization, ReconcileProblem>();
  for (const desired of request.organizations) {
    const organization = desired.document.metadata.name;
    const message = `"${organization}" is declared twice; keep one document`;
    if (seen.has(organization)) {
      twice.set(desired, { code: 'duplicate_organization', organization, pointer: '/metadata/name', message });
    }
    seen.add(organization);
  }
  return twice;
}

function organizationsOf(files: readonly FileDigest[], paths: readonly string[]): string[] {
  const wanted = new Set(paths);
  return files.filter((file) => wanted.has(file.path)).flatMap((file) => file.organizations);
}

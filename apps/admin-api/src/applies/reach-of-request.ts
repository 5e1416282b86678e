import type { Database } from '@rolecall/persistence';
import { Problem } from '@rolecall/platform';
import type { ProblemDetail } from '@rolecall/platform';
import type { LivePlatform, OrganizationHead, Plan } from '@rolecall/reconcile';
import { called } from '../access/principal.ts';
import type { Principal } from '../access/principal.ts';
import { collectionOutOfReach, reaches, requireCollection } from '../access/reach.ts';
import type { PlanRequest } from '../api/requests.ts';
import type { CheckedOrganization } from './check-documents.ts';

const MAX_PROBLEMS = 1_000;

/**
 * For a token that is held to some organizations: every name that a plan or an apply speaks of must be one of them, earlier names
 * and those that it says stand in files included, and the collection must have no others.
 * @throws Problem 403 `organization_out_of_reach` with every name that the request has, 403 `collection_out_of_reach`
 */
export async function requireRequestInReach(
  caller: Principal,
  request: PlanRequest,
  checked: readonly CheckedOrganization[],
  collections: Pick<Database['collections'], 'reachesBeyond'>,
): Promise<void> {
  if (caller.organizations === undefined) return;
  const problems = [...documentNames(checked), ...fileNames(request), ...removedNames(request)].filter(
    ({ name }) => !reaches(caller, name),
  );
  if (problems.length > 0) {
    const names = new Map(problems.map((problem) => [`${problem.file} ${problem.name}`, problem]));
    const message = `${called(caller)} is for other organizations, nothing was changed`;
    const details = [...names.values()].slice(0, MAX_PROBLEMS).map(detailOf);
    throw new Problem(403, 'organization_out_of_reach', message, details);
  }
  await requireCollection(caller.organizations, request.collection, collections);
}

/**
 * The same for what came of it, in the transaction that does it: no change is about anybody else, and nobody put another
 * organization, or the platform document, into the collection meanwhile.
 * @param owned what the collection owns now, by name
 * @param platform the live document of the deployment with its collection, if there is one
 * @throws Problem 403 `collection_out_of_reach`
 */
export function requirePlanInReach(
  caller: Principal,
  { collection, changes, absent }: Plan,
  owned: ReadonlyMap<string, OrganizationHead>,
  platform: Pick<LivePlatform, 'collection'> | undefined,
): void {
  if (caller.organizations === undefined) return;
  if (platform?.collection === collection) throw collectionOutOfReach();
  const touched = changes.flatMap(({ organization, previousName = organization }) => [organization, previousName]);
  if (![...touched, ...absent, ...owned.keys()].every((name) => reaches(caller, name))) throw collectionOutOfReach();
}

interface Named {
  readonly name: string;
  readonly file: string;
  readonly pointer?: string;
}

function documentNames(checked: readonly CheckedOrganization[]): readonly Named[] {
  return checked.flatMap(({ document: { metadata }, file = '' }) => [
    { name: metadata.name, file, pointer: '/metadata/name' },
    ...(metadata.previously ?? []).map((name) => ({ name, file, pointer: '/metadata/previously' })),
  ]);
}

/** An apply stores which organizations a file has: whoever could say so of others would keep their next change from being seen. */
function fileNames({ files }: PlanRequest): readonly Named[] {
  return files.flatMap(({ path, organizations }) => organizations.map((name) => ({ name, file: path })));
}

function removedNames({ partial = {} }: PlanRequest): readonly Named[] {
  return [...(partial.release ?? []), ...(partial.prune ?? [])].map((name) => ({ name, file: '' }));
}

function detailOf({ name, file, pointer }: Named): ProblemDetail {
  return {
    severity: 'error',
    code: 'organization_out_of_reach',
    message: `"${name}" is none of the organizations that this token is for`,
    position: { file, line: 1, column: 1 },
    ...(pointer === undefined ? {} : { pointer }),
    organization: name,
  };
}

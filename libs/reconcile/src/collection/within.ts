import { NO_DIGEST } from './partial.ts';
import type { ReconcileRequest } from '../request.ts';
import type { FileDigest } from '../state-store.ts';

/** Whether the request is about what a file has: of its `within`, or of all. */
function isAskedAbout({ within }: Pick<ReconcileRequest, 'within'>): (path: string) => boolean {
  if (within === undefined) return () => true;
  const holders = new Set(within);
  return (path) => {
    const parts = path.split('/');
    return parts.some((_, index) => holders.has(parts.slice(0, index + 1).join('/')));
  };
}

/**
 * Whether an organization that the input lacks is missing from it, rather than somewhere else. Where only a part of the files was given, this is
 * known of those whose file was there at the last apply.
 */
export function isMissing(
  request: Pick<ReconcileRequest, 'within' | 'elsewhere'>,
  stored: readonly FileDigest[],
): (organization: string) => boolean {
  const elsewhere = new Set(request.elsewhere);
  if (request.within === undefined) return (organization) => !elsewhere.has(organization);
  const isAsked = isAskedAbout(request);
  const [asked, others] = [true, false].map((which) => {
    return new Set(stored.flatMap(({ path, organizations }) => (isAsked(path) === which ? organizations : [])));
  });
  return (organization) =>
    asked?.has(organization) === true && others?.has(organization) !== true && !elsewhere.has(organization);
}

/** What is on record of the collection's files afterwards: those of the request, and of the others what there was. */
export function withFilesBeside(
  request: Pick<ReconcileRequest, 'within'>,
  files: readonly FileDigest[],
  stored: readonly FileDigest[],
): readonly FileDigest[] {
  const isAsked = isAskedAbout(request);
  const declared = new Set(files.flatMap(({ organizations }) => organizations));
  const beside = stored.filter(({ path }) => !isAsked(path));
  // an organization that moved here: the file that had it is looked at again
  const known = beside.map((file) =>
    file.organizations.some((name) => declared.has(name)) ? { ...file, digest: NO_DIGEST } : file,
  );
  return [...files, ...known];
}

import { keysOf, pointerTo } from '../fields/address.ts';
import type { ReconcileProblem } from '../errors.ts';
import { pathOf } from '../plan/render-plan.ts';
import type { RevisionOrigin } from '../state-store.ts';

/** The refusal of a write to a field that a collection declared, with the place to edit as far as it is known. */
export function ownedByGit(
  organization: string,
  collection: string,
  pointer: string,
  origin: RevisionOrigin | undefined,
): ReconcileProblem {
  const where = placeOrFiles(pointer, collection, origin);
  const message = `${organization}: ${pathOf(pointer)} is declared in ${where}; change it there, or override it for a while with a reason and an end`;
  return { code: 'owned_by_git', organization, pointer, message };
}

/** Where a field is declared, for a sentence. */
export function placeOrFiles(
  pointer: string,
  collection: string | undefined,
  origin: RevisionOrigin | undefined,
): string {
  const place = origin === undefined ? '' : placeOf(pointer, origin);
  return place === '' ? `the files of the collection "${collection ?? ''}"` : place;
}

/** `repository@commit file:line`, of what is known. */
export function placeOf(pointer: string, { repository, commit, file, lines }: RevisionOrigin): string {
  const at = [repository ?? '', commit === undefined ? '' : `@${commit.slice(0, 12)}`].join('');
  const line = lines && lineOf(pointer, lines);
  const inFile = file === undefined ? '' : line === undefined ? file : `${file}:${line}`;
  return [at, inFile].filter((part) => part !== '').join(' ');
}

/** Of the pointer, or of the nearest holder that has one. */
function lineOf(pointer: string, lines: Readonly<Record<string, number>>): number | undefined {
  const keys = keysOf(pointer);
  for (let length = keys.length; length > 0; length -= 1) {
    const at = keys.slice(0, length).reduce(pointerTo, '');
    if (Object.hasOwn(lines, at)) return lines[at];
  }
  return undefined;
}

import { keysOf, pointerTo } from './address.ts';
import type { FieldDifference } from './diff.ts';
import type { ReconcileProblem } from './errors.ts';
import { isOneValue } from './merge.ts';
import { valueIn } from './origin.ts';
import { pathOf } from './render-plan.ts';
import { asJson } from './renames.ts';
import type { Declaration } from './state-store.ts';

/** Refusals of the fields that would stay as an override sets them: what no collection declares, no apply takes back. */
export function withoutEnd(
  organization: string,
  declaration: Declaration | undefined,
  fields: readonly FieldDifference[],
): readonly ReconcileProblem[] {
  const staying = fields.filter(({ path }) => declaration === undefined || !isDeclared(declaration, path));
  return staying.map(({ path }) => {
    const message = `${organization}: ${pathOf(path)} is declared by no collection, so nothing would take it back when its time is over; whoever may write the organization changes it, or declares it first`;
    return { code: 'not_declared', organization, pointer: path, message };
  });
}

/** Or part of a value that is declared as a whole. */
function isDeclared({ document }: Declaration, path: string): boolean {
  const declared = asJson(document);
  const keys = keysOf(path);
  return keys.some((_key, index) => {
    const at = keys.slice(0, index + 1).reduce(pointerTo, '');
    const isWhole = at === path || isOneValue(at, undefined, undefined);
    return isWhole && valueIn(declared, at) !== undefined;
  });
}

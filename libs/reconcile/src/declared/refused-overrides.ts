import type { Json } from '@rolecall/org-config';
import { isNamedList, NAMED_LISTS, overlap } from '../fields/address.ts';
import { diffDocuments } from '../fields/diff.ts';
import type { ReconcileProblem } from '../errors.ts';
import { pathOf } from '../plan/render-plan.ts';
import { asJson } from '../fields/renames.ts';
import { secretsLost } from '../secrets/secret-changes.ts';
import type { Override, RevisionOrigin } from '../state-store.ts';
import { byName } from '../fields/named-list.ts';
import { sameOrder, valueIn } from './origin.ts';
import { namedBy, overridesAfter, touchedBy, withoutOverrides } from './overriding.ts';
import type { Overriding } from './overriding.ts';
import { placeOrFiles } from './owned-by-git.ts';
import { takenBack } from './three-way.ts';

/** So many fields of one organization are overridden at once: each is compared with all others, at every write and plan. */
export const MAX_OVERRIDES = 200;

export interface Judged extends Overriding {
  /** Fingerprints of the secrets that come with the write, by pointer. */
  readonly secrets: Readonly<Record<string, unknown>> | undefined;
  readonly collection: string | undefined;
  readonly origin: RevisionOrigin | undefined;
}

/**
 * Why a write past git must not be, for the sake of overrides: one for good that would go on under an override that runs, and an override
 * whose end could not bring back what was there.
 * @param before all overrides on record
 */
export function refusedOverrides(write: Judged, before: readonly Override[], now: Date): readonly ReconcileProblem[] {
  const { name } = write.live.metadata;
  if (write.override === undefined) return runningUnder(write, before, now).map((one) => overridden(name, one));
  return [
    ...secretsWithoutEnd(write, before),
    ...ordersWithoutEnd(write, before, now).map((path) => orderWithoutEnd(name, path)),
    ...withoutRecord(write, before),
    ...tooMany(write, before, now),
  ];
}

/** A net under all the others: a write that changes what is there without overrides and of which none would be on record never ends. */
function withoutRecord(write: Overriding, before: readonly Override[]): readonly ReconcileProblem[] {
  if (touchedBy(write, before).length > 0) return [];
  const { live, wanted } = write;
  const changed = diffDocuments(live, wanted);
  const stays = diffDocuments(withoutOverrides(write, before), wanted).find(({ path }) => {
    return !isNamedList(path) && changed.some((field) => overlap(field.path, path));
  });
  return stays === undefined ? [] : [nothingToEnd(live.metadata.name, stays.path)];
}

/**
 * Overrides that run and that the write would go on under: at their end it would be lost, and by taking them over somebody without the right
 * to override would make an emergency last. What would be there without the override is no such thing: it ends there.
 */
function runningUnder(write: Overriding, before: readonly Override[], now: Date): readonly Override[] {
  const running = before.filter(({ expires }) => expires > now);
  if (running.length === 0) return [];
  const { live, wanted } = write;
  const named = namedBy(write);
  const changed = diffDocuments(live, wanted);
  const differing = diffDocuments(withoutOverrides(write, before), wanted);
  const within = (fields: readonly { readonly path: string }[], path: string) =>
    fields.some((field) => overlap(field.path, path));
  return running.filter(({ path }) => (named(path) || within(changed, path)) && within(differing, path));
}

/**
 * Secrets that the write replaces or removes: documents refer to them, so they could not come back at the end of an override. One that an
 * override itself added may go. That one which files declare is replaced is refused for any write.
 */
function secretsWithoutEnd(write: Judged, before: readonly Override[]): readonly ReconcileProblem[] {
  const { live, wanted, collection, origin, secrets } = write;
  const [declared, base] = [asJson(write.declared), asJson(withoutOverrides(write, before))];
  const { name } = live.metadata;
  return secretsLost(live, wanted, secrets).flatMap((path) => {
    if (valueIn(declared, path) === undefined)
      return valueIn(base, path) === undefined ? [] : [secretWithoutEnd(name, path)];
    if (valueIn(asJson(wanted), path) !== undefined) return [];
    return [declaredSecretWithoutEnd(name, path, placeOrFiles(path, collection, origin))];
  });
}

/** Lists whose entries would be in another order after the end than without the override, as far as no file says it. */
function ordersWithoutEnd(write: Overriding, before: readonly Override[], now: Date): readonly string[] {
  const { declared, wanted } = write;
  const overrides = overridesAfter(write, touchedBy(write, before), before, now);
  const [base, after] = [withoutOverrides(write, before), takenBack(declared, wanted, overrides).after].map(asJson);
  return NAMED_LISTS.filter((path) => {
    const left = byName(valueIn(asJson(wanted), path) ?? []);
    const list = valueIn(base, path);
    if (left === undefined || !Array.isArray(list)) return false;
    // what the override took out goes where it fits
    const stayed = list.filter((entry) => left.has((entry as { readonly name: string }).name));
    return !sameOrder(stayed as readonly Json[], valueIn(after, path));
  });
}

function tooMany(write: Overriding, before: readonly Override[], now: Date): readonly ReconcileProblem[] {
  const after = overridesAfter(write, touchedBy(write, before), before, now).length;
  if (after <= MAX_OVERRIDES || after <= before.length) return [];
  const organization = write.live.metadata.name;
  const message = `${organization} would have ${after} fields overridden, and at most ${MAX_OVERRIDES} are at once; write into the files what is to stay, or end others with "rolecall override end"`;
  return [{ code: 'too_many_overrides', organization, message }];
}

function overridden(organization: string, { path: pointer, by, expires }: Override): ReconcileProblem {
  const message = `${organization}: ${pathOf(pointer)} is overridden until ${expires.toISOString()} by "${by}", and what is written there for good would end with it; end it first ("rolecall override end ${organization} ${pointer}"), or write this as an override too, with a reason and an end`;
  return { code: 'overridden', organization, pointer, message };
}

function secretWithoutEnd(organization: string, pointer: string): ReconcileProblem {
  const message = `${organization}: ${pathOf(pointer)} is declared by no collection, and a secret that an override replaces or removes could not come back at its end; add another entry beside this one, switch it off ("enabled: false"), or change it for good`;
  return { code: 'not_declared', organization, pointer, message };
}

function declaredSecretWithoutEnd(organization: string, pointer: string, where: string): ReconcileProblem {
  const message = `${organization}: ${pathOf(pointer)} is declared in ${where}, and the server could not put a secret back that an override removes; switch its entry off for a while instead ("enabled: false"), or remove it in the file`;
  return { code: 'owned_by_git', organization, pointer, message };
}

function nothingToEnd(organization: string, pointer: string): ReconcileProblem {
  const message = `${organization}: the write changes ${pathOf(pointer)} and sets nothing there that could be taken back at the end of an override; leave it out, or write it for good`;
  return { code: 'not_declared', organization, pointer, message };
}

function orderWithoutEnd(organization: string, pointer: string): ReconcileProblem {
  const message = `${organization}: the order of ${pathOf(pointer)} is declared by no file, so it could not come back at the end of an override; leave the entries in their order (it decides nothing), or change the order for good`;
  return { code: 'not_declared', organization, pointer, message };
}

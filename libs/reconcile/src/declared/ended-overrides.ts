import { documentDigest } from '@rolecall/org-config';
import type { OrganizationDocument } from '@rolecall/org-config';
import { overlap } from '../fields/address.ts';
import { formerOf } from './former.ts';
import { declaredIn } from './overriding.ts';
import type { OrganizationHead, Override, StateTransaction } from '../state-store.ts';
import { driftOf, takenBack } from './three-way.ts';

/** An organization with overrides that are over, and what it is without them. */
export interface EndedOverrides {
  readonly head: OrganizationHead;
  /** Pointers of the overrides. */
  readonly ended: readonly string[];
  /** Pointers of the fields that come back. Empty = they are as they were, and only the record is left. */
  readonly paths: readonly string[];
  /** The live document with these fields as they are declared, or were. Not checked: by now it may not fit any more. */
  readonly document: OrganizationDocument;
}

/**
 * Looks for overrides whose time is over and that no apply took back. What else drifted, and what is overridden still, stays. Write
 * it with `writeOrganization`, which checks and guards it, and `ends`.
 * @param only pointers of the overrides to look for; default: all
 */
export async function endedOverrides(
  state: StateTransaction,
  name: string,
  now: Date,
  only?: readonly string[],
): Promise<EndedOverrides | undefined> {
  const head = (await state.heads('', [name])).get(name);
  if (head === undefined) return undefined;
  const overrides = await state.overrides(head.id);
  const ended = new Set(
    overrides.flatMap(({ path, expires }) => (expires <= now && (only?.includes(path) ?? true) ? [path] : [])),
  );
  if (ended.size === 0) return undefined;
  const live = await state.document(head.id);
  const declared = declaredIn(await state.declaration(head.id), live);
  const drifted = driftOf(declared, live, overrides).map(({ path }) => path);
  const staying = new Set(drifted.filter((path) => ![...ended].some((over) => overlap(over, path))));
  const { after, fields } = takenBack(declared, live, overrides, staying);
  return { head, ended: [...ended], paths: fields.map(({ path }) => path), document: after };
}

/** Whether this is their end still: overrides get another end, and are made, without a new revision. */
export async function stillEnded(
  state: StateTransaction,
  name: string,
  { ended, document }: Pick<EndedOverrides, 'ended' | 'document'>,
  now: Date,
): Promise<boolean> {
  const again = await endedOverrides(state, name, now, ended);
  return again?.ended.length === ended.length && documentDigest(again.document) === documentDigest(document);
}

/**
 * Records why what these overrides set is live still, though they are over. That they ended is audited, unless it is already.
 * @param paths of overrides that `endedOverrides` told of
 */
export async function noteStaying(
  state: StateTransaction,
  name: string,
  { paths, code }: { readonly paths: readonly string[]; readonly code: string },
  now: Date,
): Promise<void> {
  const head = (await state.heads('', [name])).get(name);
  if (head === undefined) return;
  const overrides = await state.overrides(head.id);
  const stays = ({ path, expires }: Override) => expires <= now && paths.includes(path);
  const ended = overrides.filter((one) => stays(one) && one.stays === undefined).map(({ path }) => path);
  if (overrides.every((one) => !stays(one) || one.stays === code)) return;
  await state.replaceOverrides(
    head.id,
    overrides.map((one) => (stays(one) ? { ...one, stays: code } : one)),
  );
  if (ended.length > 0) await state.audit(head.id, { type: 'organization.override_ended', data: { paths: ended } });
}

/** The overrides of an organization that its collection gives up: what was declared is what comes back at their end. */
export async function releasedOverrides(state: StateTransaction, head: OrganizationHead): Promise<readonly Override[]> {
  const overrides = await state.overrides(head.id);
  const declaration = await state.declaration(head.id);
  if (overrides.length === 0 || declaration === undefined) return overrides;
  const live = await state.document(head.id);
  const base = takenBack(declaration.document, live, overrides).after;
  const documents = { declared: declaredIn(undefined, live), base, wanted: live };
  return overrides.map((override) => ({ ...override, former: formerOf(override.path, documents) }));
}

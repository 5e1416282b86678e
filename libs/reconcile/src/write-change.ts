import { rederive } from './effects/derive.ts';
import { sharedOrigins } from './effects/shared-origins.ts';
import { closedApplications, withEndedSignIns } from './effects/ended-applications.ts';
import { tokensOf, withEndedTokens } from './effects/ended-tokens.ts';
import type { Names } from './effects/names.ts';
import type { FieldChange, OrganizationChange } from './plan/plan.ts';
import type { Change } from './prepare.ts';
import { eventOf, revisionOf } from './declared/recorded.ts';
import { removedBy } from './effects/removed.ts';
import { keepAnAdministrator } from './guards/sso-guard.ts';
import { enforces, switchSso } from './effects/sso-switch.ts';
import type { RevisionOrigin, StateTransaction } from './state-store.ts';

/** Makes the step's document live, with all that follows from it. The one way in which a document changes. */
export async function writeChange(
  state: StateTransaction,
  step: Change,
  origin: RevisionOrigin,
  now: Date,
  names?: Names,
): Promise<OrganizationChange> {
  const { head, before, after, digest, desired, renames, fields } = step;
  const previousName = step.action === 'rename' ? head.name : undefined;
  const removed = await removedBy(state, step);
  await followRenames(state, step);
  const ended = await state.signIns.endDirectoryTokens(head.id, undeclaredTokens(step));
  const closed = closedApplications(step);
  const endedSignIns = closed.length > 0 ? await state.signIns.endApplicationSignIns(head.id, closed) : [];
  for (const name of providersWithNewSecret(step.secretFields)) await state.signIns.forgetEvidence(head.id, name);
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
    names,
  };
  const had = enforces(after) ? await state.users.administrators(head.id) : 0;
  const followed = await rederive(state, policyChange, now);
  if (enforces(after)) {
    // a plan writes no grants that are decided anew, so they are counted; names that are gone it does take away
    const isApp = after.spec.authorization?.managedBy === 'app';
    keepAnAdministrator(step, had, isApp ? await state.users.administrators(head.id) : had + followed.administrators);
  }
  const counted = withEndedSignIns(withEndedTokens(followed.impact, ended), endedSignIns);
  const shared = await sharedOrigins(state, head.id, { before, after });
  const impact = { ...counted, ...shared, ...(await switchSso(state, step, now)) };
  return {
    organization: step.name,
    action: step.action,
    ...(previousName === undefined ? {} : { previousName }),
    baseRevision: head.revision,
    fields,
    impact,
  };
}

/** The organization under its new name, and whatever is known by the name of an entry that goes on under another. */
async function followRenames(state: StateTransaction, { action, head, name, renames }: Change): Promise<void> {
  if (action === 'rename') {
    await state.rename(head.id, name);
    const data = { revision: head.revision, from: head.name, to: name };
    await state.audit(head.id, { type: 'organization.renamed', data });
  }
  for (const { map, from, to } of renames) {
    if (map === '/spec/identityProviders') await state.signIns.renameIdentityProvider(head.id, from, to);
    if (map === '/spec/applications') await state.signIns.renameApplication(head.id, from, to);
    if (map === '/spec/scim/tokens') await state.signIns.renameDirectoryToken(head.id, from, to);
  }
}

/** Names under which tokens may be alive that go on under none. */
function undeclaredTokens({ before, after, renames }: Change): readonly string[] {
  const stays = new Set(tokensOf(after));
  const moved = new Set(renames.filter((it) => it.map === '/spec/scim/tokens').map((it) => it.from));
  return tokensOf(before).filter((name) => !stays.has(name) && !moved.has(name));
}

/** What was proved with the old client secret says nothing of the new one. */
function providersWithNewSecret(fields: readonly FieldChange[]): readonly string[] {
  return fields.flatMap(({ path }) => /^\/spec\/identityProviders\/([^/]+)\/clientSecret$/.exec(path)?.[1] ?? []);
}

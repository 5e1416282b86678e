import { effective, localSignIn } from '@rolecall/org-config';
import type { EffectiveOrganization, OrganizationDocument } from '@rolecall/org-config';
import type { Impact } from '../plan/plan.ts';
import type { Change } from '../prepare.ts';
import type { StateTransaction } from '../state-store.ts';

/**
 * What follows at once from turning `login.enforceSso` on or off, or from exempting fewer people while it is on:
 *
 * - on: whoever is not exempt can do nothing any more by password (sessions by it end unless `endOtherSessions: false`, sign-ins half
 *   done, links to set a password, second factors), and is told so;
 * - fewer exemptions: the same for those who are exempt no longer;
 * - off: every session ends, since people sign in by other means from now on, and whoever was signed in is told how. No setting goes.
 */
export async function switchSso(state: StateTransaction, step: Change, now: Date): Promise<Pick<Impact, 'sso'>> {
  const [before, after] = [effective(step.before), effective(step.after)];
  const id = step.head.id;
  if (!after.login.enforceSso) {
    if (!before.login.enforceSso) return {};
    await state.audit(id, { type: 'sso.released', data: { revision: step.head.revision + 1 } });
    return { sso: { enforced: false, endedSessions: await state.signIns.endAllSessions(id), secondFactorsOff: 0 } };
  }
  const exempt = exemptAt(after, now);
  const turnsOn = !before.login.enforceSso;
  if (!turnsOn && exemptAt(before, now).every((address) => exempt.includes(address))) return {};
  const endSessions = !turnsOn || after.login.endOtherSessions;
  const { sessions, secondFactors } = await state.signIns.closeLocalDoors(id, { exempt, endSessions });
  if (turnsOn) {
    const data = { revision: step.head.revision + 1, exempt: exempt.length };
    await state.audit(id, { type: 'sso.enforced', data });
  }
  return { sso: { enforced: true, endedSessions: sessions, secondFactorsOff: secondFactors } };
}

/** Whether a document lets nobody but exempt people in by password. */
export function enforces({ spec }: OrganizationDocument): boolean {
  return spec.login?.enforceSso === true;
}

function exemptAt(organization: EffectiveOrganization, now: Date): readonly string[] {
  return Object.keys(organization.login.exemptions).filter(
    (address) => localSignIn(organization, address, now).allowed,
  );
}

import type { OrganizationDocument } from '@rolecall/org-config';
import { ReconcileError } from '../errors.ts';
import type { ReconcileProblem } from '../errors.ts';
import type { Change, Prepared } from '../prepare.ts';
import { enforces } from '../effects/sso-switch.ts';
import type { SignInEvidence } from '../sign-in-state.ts';
import type { StateTransaction } from '../state-store.ts';

/** A sign-in that is older than this says too little of today. */
export const EVIDENCE_DAYS = 14;

const DAY_MS = 24 * 60 * 60 * 1000;
const MAP = '/spec/identityProviders';
const ENFORCE = '/spec/login/enforceSso';

/** A step that leaves an organization, with what there was before; without it, it is new. */
type Wanted = Extract<Prepared, { readonly desired: unknown }>;

/**
 * The lockout guard (docs/decisions/0047), as far as it is known before anything is written. `login.enforceSso` needs a recovery admin. Turning
 * it on needs an enabled identity provider through which somebody got in within EVIDENCE_DAYS, with the very connection that the plan
 * leaves. Where it is on, a plan may change a connection (certificates change), but not take away the last identity provider that
 * ever worked. `keepAnAdministrator` is the rest of it.
 * @param returns the steps go back to what was live before an override: a sign-in of any day, with any connection, is enough then, for
 * what let go of SSO for a while must not be what keeps it off
 */
export async function ssoGuards(
  state: StateTransaction,
  steps: readonly Prepared[],
  now: Date,
  { returns = false }: { readonly returns?: boolean } = {},
): Promise<readonly ReconcileProblem[]> {
  const problems: ReconcileProblem[] = [];
  for (const step of steps) {
    if (!('desired' in step) || !enforces(step.after)) continue;
    problems.push(...withoutRecovery(step.after));
    const evidence = 'head' in step ? await state.signIns.evidence(step.head.id) : new Map<string, SignInEvidence>();
    const turnsOn = !('before' in step) || !enforces(step.before);
    const everWorked = enabledIn(step.after).some((name) => evidence.has(previousName(step, name)));
    if (turnsOn && returns && everWorked) continue;
    const message = turnsOn ? whyNotTurnOn(step, evidence, now) : whyNotGoOn(step, evidence);
    const { name } = step.after.metadata;
    if (message) problems.push({ code: 'sso_not_tested', organization: name, pointer: ENFORCE, message });
  }
  return problems;
}

/**
 * The rest of the lockout guard, known once the grants of everybody followed the document: somebody who can repair the sign-in from
 * within – an active user with `sso_admin` – must be there when SSO is turned on, and no change may take the last one while it is.
 * @throws ReconcileError `no_sso_admin`, inside the transaction, so nothing stays
 */
export function keepAnAdministrator({ before, after, name }: Change, had: number, has: number): void {
  if (!enforces(after) || has > 0 || (enforces(before) && had === 0)) return;
  const message = enforces(before)
    ? `${name} enforces SSO, and this takes the role sso_admin from the last active user who has it: give it to somebody else first`
    : `no active user of ${name} has the role sso_admin, who could look after the sign-in: give it to somebody and let that person sign in once, then turn enforceSso on`;
  throw new ReconcileError([{ code: 'no_sso_admin', organization: name, pointer: ENFORCE, message }]);
}

/** `validate` says it too; here for what of the document no file declares. */
function withoutRecovery({ metadata, spec }: OrganizationDocument): readonly ReconcileProblem[] {
  if ((spec.login?.recoveryAdmins ?? []).length > 0) return [];
  const message = `${metadata.name} would enforce SSO without a recovery admin: name one in login.recoveryAdmins, who may ask for a link when sign-ins are broken`;
  return [{ code: 'no_recovery_admin', organization: metadata.name, pointer: ENFORCE, message }];
}

function whyNotTurnOn(step: Wanted, evidence: ReadonlyMap<string, SignInEvidence>, now: Date): string | undefined {
  const enabled = enabledIn(step.after);
  if (enabled.some((name) => isProved(step, name, evidence, now))) return undefined;
  const { name: organization } = step.after.metadata;
  const [first = 'IDP'] = enabled;
  const test = `run "rolecall test-sso ${organization} ${first}"`;
  if (!('before' in step)) {
    return `${organization} is new, so nobody has signed in yet: apply it with enforceSso: false, ${test}, then turn it on`;
  }
  const last = evidence.get(previousName(step, first));
  const why = last ? `since ${last.at.toISOString().slice(0, 10)}, or since its connection changed` : 'yet';
  return `nobody has signed in to ${organization} through ${first} ${why}: ${test}, then turn enforceSso on`;
}

function isProved(step: Wanted, name: string, evidence: ReadonlyMap<string, SignInEvidence>, now: Date): boolean {
  const proof = evidence.get(previousName(step, name));
  const secretChanges = step.secretFields.some(({ path }) => path.startsWith(`${MAP}/${name}/`));
  if (!proof || secretChanges) return false;
  const { connectionDigest } = step.desired.identityProviders[name] ?? {};
  return proof.connectionDigest === connectionDigest && now.getTime() - proof.at.getTime() <= EVIDENCE_DAYS * DAY_MS;
}

function whyNotGoOn(step: Wanted, evidence: ReadonlyMap<string, SignInEvidence>): string | undefined {
  if (!('before' in step)) return undefined;
  const worked = enabledIn(step.before).filter((name) => evidence.has(name));
  const stays = enabledIn(step.after).map((name) => previousName(step, name));
  if (worked.length === 0 || worked.some((name) => stays.includes(name))) return undefined;
  const { name: organization } = step.after.metadata;
  const [other = 'IDP'] = enabledIn(step.after);
  return `${organization} enforces SSO, and this takes away ${worked.join(', ')}, the only way in that is known to work: keep it until "rolecall test-sso ${organization} ${other}" succeeded`;
}

/** The name that an identity provider of the plan has until the plan is applied. */
function previousName(step: Wanted, name: string): string {
  const renames = 'renames' in step ? step.renames : [];
  return renames.find(({ map, to }) => map === MAP && to === name)?.from ?? name;
}

function enabledIn({ spec }: OrganizationDocument): readonly string[] {
  const declared = Object.entries(spec.identityProviders ?? {});
  return declared.filter(([, { enabled }]) => enabled !== false).map(([name]) => name);
}

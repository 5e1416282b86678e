import type { OrganizationDocument } from '@rolecall/org-config';
import type { ReconcileProblem } from './errors.ts';
import type { Prepared } from './prepare.ts';
import type { SignInEvidence, StateTransaction } from './state-store.ts';

/** A sign-in that is older than this says too little of today. */
export const EVIDENCE_DAYS = 14;

const DAY_MS = 24 * 60 * 60 * 1000;
const MAP = '/spec/identityProviders';

/** A step that leaves an organization, with what there was before; without it, it is new. */
type Wanted = Extract<Prepared, { readonly desired: unknown }>;

/**
 * The lockout guard (design §4), as far as sign-ins prove something. Turning `login.enforceSso` on needs an enabled identity
 * provider through which somebody got in within EVIDENCE_DAYS, with the very connection that the plan leaves. Where it is on,
 * a plan may change a connection (certificates change), but not take away the last identity provider that ever worked.
 */
export async function ssoGuards(
  state: StateTransaction,
  steps: readonly Prepared[],
  now: Date,
): Promise<readonly ReconcileProblem[]> {
  const problems: ReconcileProblem[] = [];
  for (const step of steps) {
    if (!('desired' in step) || !enforces(step.after)) continue;
    const evidence = 'head' in step ? await state.evidence(step.head.id) : new Map<string, SignInEvidence>();
    const turnsOn = !('before' in step) || !enforces(step.before);
    const message = turnsOn ? whyNotTurnOn(step, evidence, now) : whyNotGoOn(step, evidence);
    const { name } = step.after.metadata;
    if (message)
      problems.push({ code: 'sso_not_tested', organization: name, pointer: '/spec/login/enforceSso', message });
  }
  return problems;
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

const enforces = ({ spec }: OrganizationDocument) => spec.login?.enforceSso === true;

function enabledIn({ spec }: OrganizationDocument): readonly string[] {
  const declared = Object.entries(spec.identityProviders ?? {});
  return declared.filter(([, { enabled }]) => enabled !== false).map(([name]) => name);
}

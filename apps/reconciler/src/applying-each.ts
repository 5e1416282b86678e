import { changesInOrder, fingerprintOf } from '@rolecall/reconcile';
import type { Limits, OrganizationChange, Plan } from '@rolecall/reconcile';
import { isLost, sendApply } from './applying.ts';
import { CommandError } from './exit.ts';
import type { Io } from './io.ts';
import { Progress } from './output/progress.ts';
import { answered } from './planning.ts';
import type { ApplyRequest, Client } from './server/client.ts';
import { ServerRefusal } from './server/http.ts';

/** What came of one organization of a plan. */
export type OrganizationOutcome = { readonly organization: string } & (
  | { readonly outcome: 'applied'; readonly revision?: number }
  | { readonly outcome: 'failed'; readonly code: string; readonly message: string }
  | { readonly outcome: 'not_attempted' }
);

/**
 * Applies every changed organization of a plan in a transaction of its own, each by the fingerprint of its own part of what
 * was shown. One that fails is left as it is, and the next is done, unless the failure is the whole apply's.
 * @param whole the request that the plan answers; its plan must not change the platform document
 * @returns in the order of the plan
 */
export async function applyEach(
  plan: Plan,
  whole: ApplyRequest,
  client: Client,
  io: Io,
): Promise<readonly OrganizationOutcome[]> {
  const outcomes = new Map<string, OrganizationOutcome>();
  const progress = new Progress(io);
  const forget = io.onInterrupt?.(async () => {
    const applied = [...outcomes.values()].filter(({ outcome }) => outcome === 'applied').length;
    io.err(`Interrupted: ${applied} of ${plan.changes.length} organizations were applied, perhaps one more.\n`);
  });
  for (const change of changesInOrder(plan.changes)) {
    const { organization } = change;
    progress.bar('Applying', outcomes.size + 1, plan.changes.length, `: ${organization}`);
    try {
      const { applied } = await sendApply(client, requestFor(change, whole), io);
      outcomes.set(organization, { organization, outcome: 'applied', revision: applied[0]?.revision });
    } catch (error) {
      outcomes.set(organization, { organization, outcome: 'failed', ...(await failureOf(error)) });
      if (endsAll(error)) break;
    }
  }
  forget?.();
  progress.clear();
  const notAttempted = (organization: string) => ({ organization, outcome: 'not_attempted' as const });
  return plan.changes.map(({ organization }) => outcomes.get(organization) ?? notAttempted(organization));
}

/**
 * Records the files of a plan that was applied organization by organization. When that fails nothing is lost: the next plan
 * reads them again.
 */
export async function recordFiles(whole: ApplyRequest, client: Client, io: Io): Promise<void> {
  const body = { ...whole, planId: undefined, fingerprint: fingerprintOf([]) };
  await sendApply(client, body, io).catch(async (error: unknown) => {
    const { message } = await failureOf(error);
    io.err(`All is applied, but the files are not on record (${message}). The next plan reads them again.\n`);
  });
}

/** This change alone, in the words of the whole request. */
function requestFor(change: OrganizationChange, whole: ApplyRequest): ApplyRequest {
  const { organization, action } = change;
  const leaves = action === 'delete' || action === 'release';
  const sent = whole.organizations.filter(({ document }) => document.metadata.name === organization);
  return {
    ...whole,
    organizations: leaves ? [] : sent,
    partial: leaves ? { prune: [organization] } : {},
    platform: undefined,
    unchangedFiles: [],
    files: [],
    within: undefined,
    elsewhere: undefined,
    prune: false,
    limits: whole.limits && limitsOfOne(whole.limits),
    planId: undefined,
    fingerprint: fingerprintOf([change]),
  };
}

/** A share of all users that the plan concerns is none of one organization's; the plan was held to it. */
function limitsOfOne({ deletes, affected }: Limits): Limits {
  return { ...(deletes && { deletes }), ...(affected && !affected.endsWith('%') && { affected }) };
}

/** Whether the next organization would fare no better: the lease is lost, the token is not known any more, the server is away. */
function endsAll(error: unknown): boolean {
  if (!(error instanceof ServerRefusal)) return true;
  return isLost(error) || error.status === 401 || error.code === 'lease_lost';
}

const MAX_REASONS = 3;

async function failureOf(error: unknown): Promise<{ readonly code: string; readonly message: string }> {
  if (error instanceof ServerRefusal && error.diagnostics.length > 0) {
    const reasons = error.diagnostics.map(({ message }) => message);
    const more = reasons.length > MAX_REASONS ? [`and ${reasons.length - MAX_REASONS} more`] : [];
    return { code: error.code, message: [...reasons.slice(0, MAX_REASONS), ...more].join('; ') };
  }
  const meaning: unknown = await answered(Promise.reject(error as Error)).catch((meant: unknown) => meant);
  const code = meaning instanceof CommandError ? meaning.code : 'failed';
  const message = meaning instanceof Error ? meaning.message : String(meaning);
  return { code, message: isLost(error) ? `${message} Whether it was done is not known.` : message };
}

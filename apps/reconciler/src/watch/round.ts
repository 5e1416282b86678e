import { changesNothing } from '@rolecall/reconcile';
import type { Plan } from '@rolecall/reconcile';
import { apply } from '../commands/apply.ts';
import { onlyTakesBack } from '../commands/plan.ts';
import type { Io } from '../io.ts';
import { makePlan } from '../planning.ts';
import type { Applied } from '../server/client.ts';
import type { Checkout } from './checkout.ts';
import { failureOf } from './outcome.ts';
import type { Outcome } from './outcome.ts';
import type { WatchOptions, WatchSettings } from './settings.ts';

const MAX_NAMED = 100;

/** What one look found. */
export interface Round {
  /** What stands in the checkout; undefined before the first commit that could be read and trusted. */
  readonly commit: string | undefined;
  readonly rewritten: boolean;
  /** A failure of git comes first: the last good commit is compared all the same, so that drift is seen while git is away. */
  readonly outcomes: readonly Outcome[];
}

/** Looks once: fetches, and compares or applies what stands there then, by the code of `rolecall plan` and `apply`. */
export async function look(
  checkout: Checkout,
  settings: WatchSettings,
  options: WatchOptions,
  inSync: string | undefined,
  io: Io,
  signal: AbortSignal,
): Promise<Round> {
  let rewritten = false;
  const outcomes: Outcome[] = [];
  try {
    ({ rewritten } = await checkout.update(signal));
  } catch (error) {
    outcomes.push(failureOf(error));
  }
  const { commit } = checkout;
  if (commit !== undefined && !signal.aborted) {
    const here = ioAt(checkout.root, commit, settings, io);
    outcomes.push(await reconciled(settings, options, commit === inSync, here).catch(failureOf));
  }
  return { commit, rewritten, outcomes };
}

/** As if the command ran in the checkout; its history names the commit. What it prints for people is not ours to print. */
function ioAt(cwd: string, commit: string, { repository }: WatchSettings, io: Io): Io {
  const env = { ...io.env, ROLECALL_COMMIT: commit, ROLECALL_REPOSITORY: repository.url };
  const silent = () => undefined;
  return {
    ...io,
    env,
    cwd,
    now: new Date(),
    out: silent,
    err: silent,
    outIsTerminal: false,
    errIsTerminal: false,
    ask: undefined,
  };
}

async function reconciled(
  settings: WatchSettings,
  options: WatchOptions,
  wasInSync: boolean,
  io: Io,
): Promise<Outcome> {
  const { server, token, collection, color, prune, adopt, maxDeletes, maxAffected } = options;
  const flags = { server, token, collection, color, prune, adopt, maxDeletes, maxAffected };
  if (settings.mode === 'detect') {
    const { plan } = await makePlan(settings.paths, flags, io);
    return outcomeOf('pending', plan, wasInSync);
  }
  let printed = '';
  const collecting = { ...io, out: (text: string) => void (printed += text) };
  await apply(settings.paths, { ...flags, format: 'json', autoApprove: true }, collecting);
  const { plan, applied } = JSON.parse(printed) as Required<Applied>;
  const outcome = outcomeOf('applied', plan, wasInSync);
  return outcome.is === 'applied' ? { ...outcome, revisions: applied.slice(0, MAX_NAMED) } : outcome;
}

function outcomeOf(is: 'pending' | 'applied', plan: Plan, wasInSync: boolean): Outcome {
  const { changes, platform, fingerprint, summary } = plan;
  if (changesNothing(plan)) return { is: 'in_sync' };
  const organizations = changes.slice(0, MAX_NAMED).map(({ organization }) => organization);
  const drift = wasInSync || onlyTakesBack(plan);
  return { is, drift, fingerprint, summary, organizations, ...(platform && { platform: true as const }) };
}
